"""Tokens of programs: made for somebody, for roles, until a day; shown once, revoked at once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from sqlalchemy import RowMapping, insert, literal, or_, select, update

from fiducial.errors import WrongUsage
from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.person import Person, Role, roles_of, words_of
from fiducial.serve.access.secrets import kept, new_secret
from fiducial.serve.database.opening import Database
from fiducial.serve.database.persons import TOKENS
from fiducial.serve.queue.job import DAY

PREFIX = "fiducial_"
DAYS = 90.0
LONGEST = 3650.0  # days
_NAME = re.compile(r"^[\w][\w .@+-]{0,63}$")
_FRESH = 60.0  # seconds for which the time of last use need not be written again


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; not the token itself. Times in seconds since 1970."""

    id: str
    name: str
    roles: frozenset[Role]
    by: str
    made: float
    expires: float
    revoked: float | None
    used: float | None

    @property
    def person(self) -> Person:
        """Whom it stands for: told apart in the record from people who log in."""
        return Person(f"token:{self.name}", self.roles)

    def document(self) -> dict[str, Any]:
        """For a list."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return told | {"roles": sorted(self.roles)}


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Those of one store."""

    database: Database

    def create(self, name: str, roles: Iterable[str], *, by: str, days: float = DAYS) -> tuple[Token, str]:
        """The token's description, and the token: it is in nobody's memory but yours after this.

        Raises:
            WrongUsage: a name that is none, no role, a role that there is not, or an absurd number of days.
        """
        given = roles_of(roles)
        if not _NAME.match(name):
            raise WrongUsage(f"a token is made for somebody: 1 to 64 letters, digits, blanks or .@+-, got {name!r}.")
        if not given:
            raise WrongUsage(f"a token needs a role. There are: {', '.join(Role)}.")
        if not 0 < days <= LONGEST:
            raise WrongUsage(f"a token is good for more than 0 and at most {LONGEST:g} days, got {days:g}.")
        secret = new_secret(PREFIX)
        with self.database.writing() as connection:
            now = self.database.now(connection)
            row = {
                "id": token_hex(4), "name": name, "roles": words_of(given), "hash": kept(secret, "token"), "by": by,
                "made": now, "expires": now + days * DAY,
            }  # fmt: skip
            made = _token(connection.execute(insert(TOKENS).values(row).returning(TOKENS)).mappings().one())
            told = {"token": made.id, "name": name, "roles": sorted(given), "days": days}
            Ledger(self.database).write_within(connection, by, "made a token", detail=told)
        return made, secret

    def revoke(self, id_: str, *, by: str) -> Token:
        """Good for nothing from now on, and so are the sessions that began with it.

        Raises:
            WrongUsage: there is no such token.
        """
        with self.database.writing() as connection:
            changed = (
                update(TOKENS)
                .where(TOKENS.c.id == id_, TOKENS.c.revoked.is_(None))
                .values(revoked=self.database.clock.now())
            )
            if connection.execute(changed).rowcount:
                Ledger(self.database).write_within(connection, by, "revoked a token", detail={"token": id_})
            found = connection.execute(select(TOKENS).where(TOKENS.c.id == id_)).mappings().first()
        if found is None:
            raise WrongUsage(f"there is no token {id_!r}. `fiducial token list` has them.")
        return _token(found)

    def all(self) -> list[Token]:
        """The newest first, those that are good for nothing any more included."""
        with self.database.reading() as connection:
            rows = connection.execute(select(TOKENS).order_by(TOKENS.c.made.desc(), TOKENS.c.id)).mappings()
            return [_token(row) for row in rows]

    def any(self) -> bool:
        """Whether a token was ever made: from then on, everybody must say who they are."""
        with self.database.reading() as connection:
            return connection.execute(select(literal(1)).select_from(TOKENS).limit(1)).first() is not None

    def find(self, secret: str) -> Token | None:
        """Whose token it is; None where it is nobody's, revoked or expired. That it was used is noted."""
        now = self.database.clock.now()
        good = (TOKENS.c.hash == kept(secret, "token"), TOKENS.c.revoked.is_(None), TOKENS.c.expires > now)
        with self.database.reading() as connection:
            found = connection.execute(select(TOKENS).where(*good)).mappings().first()
            stale = found is not None and (found["used"] or 0.0) < self.database.now(connection) - _FRESH
        if found is None:
            return None
        if stale:
            unused = or_(TOKENS.c.used.is_(None), TOKENS.c.used < now)
            with self.database.writing(durable=False) as connection:
                connection.execute(update(TOKENS).where(TOKENS.c.id == found["id"], unused).values(used=now))
        return _token(found)


def _token(row: RowMapping) -> Token:
    told = {name: row[name] for name in Token.__dataclass_fields__}
    return Token(**told | {"roles": roles_of(told["roles"].split())})
