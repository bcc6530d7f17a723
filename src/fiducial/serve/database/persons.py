"""The tables of who may come in, and of what they did. Secrets stand in them as hashes alone."""

from sqlalchemy import DDL, BigInteger, Column, Double, ForeignKey, Index, Table, Text, event

from fiducial.serve.database.schema import METADATA

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),  # words with blanks between
    Column("hash", Text, nullable=False, unique=True),
    Column("by", Text, nullable=False),
    Column("made", Double, nullable=False),
    Column("expires", Double, nullable=False),
    Column("revoked", Double),
    Column("used", Double),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("token", Text, ForeignKey("tokens.id")),  # of who came with one: revoked, it ends the session
    Column("begun", Double, nullable=False),
    Column("used", Double, nullable=False),
    Column("ends", Double, nullable=False),
)

LOGINS = Table(  # that were begun at the provider of identities and have not come back
    "logins",
    METADATA,
    Column("hash", Text, primary_key=True),  # of the state
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("goes_to", Text, nullable=False),
    Column("ends", Double, nullable=False),
)

LEDGER = Table(
    "ledger",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("study", Text),  # as in the body; here so that the entries of one study are found
    Index("ledger_by_study", "study"),
)

_REFUSED = "'a ledger is append-only'"
_ONLY_APPEND = (
    ("sqlite", f"CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, {_REFUSED}); END"),
    ("sqlite", f"CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, {_REFUSED}); END"),
    (
        "postgresql",
        f"CREATE FUNCTION ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE {_REFUSED}; END $$",
    ),
    (
        "postgresql",
        """CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_kept()""",
    ),
)
for _dialect, _statement in _ONLY_APPEND:
    event.listen(LEDGER, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]  # SQLAlchemy's

LICENCES = Table(  # all that were ever installed or fetched; the newest counts
    "licences",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("token", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Double, nullable=False),
)

SEATS = Table(
    "seats",
    METADATA,
    Column("service", Text, primary_key=True),
    Column("workers", BigInteger, nullable=False),
    Column("until", Double, nullable=False),
)

TIMES = Table(  # the latest time that was ever seen: a clock that is set back makes no licence younger
    "times",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("at", Double, nullable=False),
)
