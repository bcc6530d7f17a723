"""People who have logged in: a random cookie, kept as its hash, that ends when it idles or at the end of a shift."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import and_, delete, insert, or_, select, update

from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.person import Person, roles_of, words_of
from fiducial.serve.access.secrets import kept, new_secret
from fiducial.serve.database.opening import Database
from fiducial.serve.database.persons import SESSIONS, TOKENS

IDLE = 30 * 60.0  # seconds
LONGEST = 12 * 3600.0
_FRESH = 15.0  # seconds for which the time of last use need not be written again


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody, and the word that a page must send with whatever it changes."""

    person: Person
    csrf: str


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """Those of one store. ``idle``, ``longest``: seconds."""

    database: Database
    idle: float = IDLE
    longest: float = LONGEST

    def begin(self, person: Person, *, token: str | None = None, by: str = "") -> str:
        """The cookie of a new session. ``token``: the id of the one it was begun with. ``by``: how, for the record."""
        secret = new_secret()
        with self.database.writing() as connection:
            now = self.database.now(connection)
            gone = or_(SESSIONS.c.ends < now, SESSIONS.c.used < now - self.idle)
            connection.execute(delete(SESSIONS).where(gone))
            row = {
                "hash": kept(secret, "session"), "name": person.name, "roles": words_of(person.roles), "token": token,
                "begun": now, "used": now, "ends": now + self.longest,
            }  # fmt: skip
            connection.execute(insert(SESSIONS).values(row))
            Ledger(self.database).write_within(connection, person, "logged in", detail={"by": by})
        return secret

    def find(self, secret: str, *, use: bool = True) -> Session | None:
        """Whose session it is; None where it is nobody's or has ended. ``use``: from now on it idles anew."""
        now, hash_ = self.database.clock.now(), kept(secret, "session")
        good = and_(
            SESSIONS.c.hash == hash_,
            SESSIONS.c.ends > now,
            SESSIONS.c.used > now - self.idle,
            or_(SESSIONS.c.token.is_(None), and_(TOKENS.c.revoked.is_(None), TOKENS.c.expires > now)),
        )
        asked = select(SESSIONS, now.label("now")).outerjoin(TOKENS, TOKENS.c.id == SESSIONS.c.token).where(good)
        with self.database.reading() as connection:
            found = connection.execute(asked).mappings().first()
        if found is None:
            return None
        if use and found["now"] - found["used"] > _FRESH:
            with self.database.writing(durable=False) as connection:
                connection.execute(update(SESSIONS).where(SESSIONS.c.hash == hash_).values(used=now))
        return Session(Person(found["name"], roles_of(found["roles"].split())), csrf_of(secret))

    def end(self, secret: str, person: Person) -> None:
        """Log out."""
        with self.database.writing() as connection:
            gone = connection.execute(delete(SESSIONS).where(SESSIONS.c.hash == kept(secret, "session"))).rowcount
            if gone:
                Ledger(self.database).write_within(connection, person, "logged out")


def csrf_of(secret: str) -> str:
    """What a page of this session sends along: nobody who lacks the cookie can know it."""
    return hmac.new(secret.encode(errors="surrogateescape"), b"csrf", sha256).hexdigest()
