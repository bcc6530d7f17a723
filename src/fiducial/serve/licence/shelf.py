"""The licences of a store: the newest counts. With them the seats that are taken, and the latest time that was seen."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, func, insert, select, update

from fiducial.errors import UnusableInput
from fiducial.serve.access.ledger import Deed, write_entry
from fiducial.serve.database.opening import Database
from fiducial.serve.database.persons import LICENCES, SEATS, TIMES
from fiducial.serve.errors import Unlicensed
from fiducial.serve.licence.licence import Licence, read_licence
from fiducial.serve.licence.standing import Moment

LEASE = 60.0  # seconds for which a service is believed to hold its seats without a word
_SEEN = "licence"
_LOCK = 0x66646C69  # "fdli": PostgreSQL's name of the right to write here


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """``key``: of whoever issues licences for this service."""

    database: Database
    key: Ed25519PublicKey

    def install(self, token: str, *, by: str) -> Licence:
        """Put a licence on the shelf; it counts at once, in every service of the store.

        Raises:
            UnusableInput: it does not hold, or ends before the one that is there.
        """
        licence = read_licence(token, self.key)
        with self.database.writing() as connection:
            self._alone(connection)
            known = self._newest(connection)
            if known is not None and known.token == licence.token:
                return known
            if known is not None and known.claims.exp > licence.claims.exp:
                raise UnusableInput("this licence ends before the one that is installed. It was not installed.")
            number = connection.execute(select(func.coalesce(func.max(LICENCES.c.number), 0))).scalar_one() + 1
            row = {"number": number, "token": licence.token, "by": by, "at": self.database.clock.now()}
            connection.execute(insert(LICENCES).values(row))
            told = {"licence": licence.claims.jti, "expires": licence.claims.exp, "seats": licence.claims.seats}
            write_entry(connection, self.database.clock, Deed("installed a licence", detail=told, who=by))
        return licence

    def newest(self) -> Licence | None:
        """The licence that counts; None where there is none whose signature holds."""
        with self.database.reading() as connection:
            return self._newest(connection)

    def moment(self) -> Moment:
        """What the clock says, and the latest that it ever said; that is remembered, and a step back is on record."""
        with self.database.writing(durable=False) as connection:
            self._alone(connection)
            now = self.database.now(connection)
            seen = connection.execute(select(TIMES.c.at).where(TIMES.c.name == _SEEN)).scalar()
            if seen is None:
                connection.execute(insert(TIMES).values(name=_SEEN, at=now))
            elif now > seen:
                connection.execute(update(TIMES).where(TIMES.c.name == _SEEN).values(at=now))
            return Moment(now, now if seen is None else seen)

    def sit(self, service: str, workers: int, seats: int) -> None:
        """Take, or keep, the seats of a service's workers. Those of a service that has died are free again in a minute.

        Raises:
            Unlicensed: not so many are free.
        """
        with self.database.writing(durable=False) as connection:
            self._alone(connection)
            now = self.database.now(connection)
            connection.execute(delete(SEATS).where((SEATS.c.until < now) | (SEATS.c.service == service)))
            taken = connection.execute(select(func.coalesce(func.sum(SEATS.c.workers), 0))).scalar_one()
            if taken + workers > seats:
                raise Unlicensed(
                    f"the licence has {seats} seats; {taken} are taken, {workers} more are asked for. Start fewer "
                    "workers (--workers), or ask for more seats."
                )
            connection.execute(insert(SEATS).values(service=service, workers=workers, until=now + LEASE))

    def stand_up(self, service: str) -> None:
        """Free the seats of a service that ends."""
        with self.database.writing(durable=False) as connection:
            connection.execute(delete(SEATS).where(SEATS.c.service == service))

    def _alone(self, connection: Connection) -> None:
        """Until the end of the transaction; on SQLite, who writes is alone anyway."""
        if not self.database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def _newest(self, connection: Connection) -> Licence | None:
        token = connection.execute(select(LICENCES.c.token).order_by(LICENCES.c.number.desc()).limit(1)).scalar()
        if token is None:
            return None
        try:
            return read_licence(token, self.key)
        except UnusableInput:
            return None
