"""The tables of a service. Times are seconds since 1970, UTC; documents are JSON text."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()
_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only where the type is INTEGER

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # one job, and one result, for one question
    Column("kind", Text, nullable=False),  # which workers may take it
    Column("subject", Text, nullable=False),  # the study
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due", Double, nullable=False),  # when it was asked for, and the time that its urgency allows
    Column("asked", Double, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kills", Integer, nullable=False),  # how often its worker died or fell silent
    Column("worker", Text),
    Column("begun", Double),
    Column("lease", Double),  # until when its worker is believed to live
    Column("progressed", Double),  # when the work itself was last seen to go on
    Column("progress", Text),
    Column("ended", Double),
    Column("reason", Text),
    Index("jobs_in_order", "state", "due", "id"),
    Index("jobs_by_lease", "state", "lease"),
    Index("jobs_of_subject", "subject"),
)

RESULTS = Table(
    "results",
    METADATA,
    Column("key", Text, ForeignKey("jobs.key"), primary_key=True),
    Column("document", Text, nullable=False),
    Column("at", Double, nullable=False),
)

STUDIES = Table(
    "studies",
    METADATA,
    Column("uid", Text, primary_key=True),
    Column("revision", Integer, nullable=False),  # of what was complete; 0 before the first time
    Column("received", Double, nullable=False),
    Column("changed", Double, nullable=False),  # when its last image came
    Column("complete", Boolean, nullable=False),  # whether all that has come is in the revision
    Column("images", Integer, nullable=False),
    Column("patient_id", Text),
    Column("patient_name", Text),
    Column("description", Text),
    Column("modality", Text),
    Column("body_part", Text),
    Column("acquired", Text),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),  # receiving, waiting, running, done, failed, dead, outside
    Column("urgency", Text),
    Column("certain", Boolean),
    Column("why", Text),
    Column("rule", Text),
    Column("place", Double),  # the smaller, the further up in the worklist
    Column("due", Double),
    Column("flags", Text),  # what else a reader should know first: poor quality, models that gave no answer
    Column("review", Text),  # accepted, overridden; nothing where nobody has said what they think of the decision
    Column("reviewer", Text),
    Index("studies_in_order", "place", "received"),
    Index("studies_unread", "review", "place", "received"),
    Index("studies_by_urgency", "review", "urgency"),
    Index("studies_by_modality", "modality", "place", "received"),
    Index("studies_of_patient", "patient_id"),
    Index("studies_incomplete", "complete", "changed"),
)

FACTS = Table(
    "facts",
    METADATA,
    Column("key", Text, ForeignKey("jobs.key"), primary_key=True),
    Column("document", Text, nullable=False),  # part -> what its rules were given, to decide again when overridden
)

OVERRIDES = Table(
    "overrides",
    METADATA,
    Column("number", _ID, primary_key=True),
    Column("study", Text, ForeignKey("studies.uid"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("part", Text, nullable=False),  # the series or image that was decided about
    Column("reader", Text, nullable=False),
    Column("at", Text, nullable=False),  # 2026-01-31T14:05:00.000000+00:00, as the overrides table has it
    Column("verdict", Text, nullable=False),  # accepted, overridden
    Column("flag", Text),
    Column("was", Text),
    Column("to", Text),
    Column("reason", Text),
    Index("overrides_of_study", "study", "number"),
)

IMAGES = Table(
    "images",
    METADATA,
    Column("sop", Text, primary_key=True),
    Column("study", Text, ForeignKey("studies.uid"), nullable=False),
    Column("series", Text, nullable=False),
    Column("modality", Text, nullable=False),
    Column("path", Text, nullable=False),  # below the folder of the data
    Column("hash", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received", Double, nullable=False),
    Index("images_of_study", "study", "series"),
)

HEADERS = Table(
    "headers",
    METADATA,
    Column("sop", Text, ForeignKey("images.sop"), primary_key=True),
    Column("study", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("sop_class", Text, nullable=False),
    Column("accession", Text, nullable=False),
    Column("document", JSON, nullable=False),  # keyword -> text, of what other systems ask for
    Index("headers_of_study", "study", "series"),
    Index("headers_by_accession", "accession"),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("number", _ID, primary_key=True),
    Column("study", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("once", Text, unique=True),  # an event that must not be told twice
    Index("events_of_study", "study", "number"),
)

SETTINGS = Table(
    "settings",
    METADATA,
    Column("revision", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),  # JSON
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Double, nullable=False),
    Index("settings_by_name", "name", "revision"),
)

SETTING_READS = Table(
    "setting_reads",
    METADATA,
    Column("name", Text, nullable=False),
    Column("consumer", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("revision", _ID),
    Column("at", Double, nullable=False),
    UniqueConstraint("name", "consumer", "source"),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("key", Text, unique=True),  # what must not be sent twice to one place
    Column("destination", Text, nullable=False),
    Column("subject", Text, nullable=False),  # the study
    Column("name", Text, nullable=False),
    Column("content", LargeBinary),  # either this, until it was sent,
    Column("path", Text),  # or a file
    Column("state", Text, nullable=False),
    Column("due", Double, nullable=False),
    Column("asked", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("holder", Text),  # the service that sends it
    Column("lease", Double),
    Column("ended", Double),
    Column("reason", Text),
    Index("outbox_in_order", "destination", "state", "due"),
)

ANNOUNCED = Table(
    "announced",
    METADATA,
    Column("destination", Text, primary_key=True),
    Column("number", _ID, nullable=False),  # of the last event that certainly lies in the outbox
)
