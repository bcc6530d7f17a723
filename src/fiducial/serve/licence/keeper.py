"""Watches over the licence of a running service: renews it, warns before its end, and never stops what runs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from logging import getLogger
from threading import Event, Thread
from time import monotonic

import httpx
from sqlalchemy.exc import SQLAlchemyError

from fiducial.errors import UnusableInput
from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.person import SERVICE
from fiducial.serve.errors import Unlicensed
from fiducial.serve.licence.licence import Licence
from fiducial.serve.licence.shelf import Shelf
from fiducial.serve.licence.standing import Standing, standing
from fiducial.serve.queue.job import DAY, HOUR

LOG = getLogger(__name__)
TURN = 20.0  # seconds between two looks
AGAIN = HOUR  # between two tries to renew
PATIENCE = 15.0  # seconds that the issuer has for an answer
BY = "renewal of the licence"


@dataclass(slots=True, eq=False)
class Keeper:
    """``service``: this one among those of the store. ``workers``: the seats that it takes."""

    shelf: Shelf
    pipeline: str
    service: str
    workers: int
    standing: Standing = field(init=False)  # as it was at the last look
    _tried: float = field(default=float("-inf"))

    def __post_init__(self) -> None:
        """Look once: who asks later may be in the middle of a transaction."""
        self.standing = standing(self.shelf.newest(), self.pipeline, self.shelf.moment())
        self._tell(self.standing)

    def look(self) -> Standing:
        """Ask the store anew; what has become worse is told in the log."""
        found = standing(self.shelf.newest(), self.pipeline, self.shelf.moment())
        before, self.standing = self.standing, found
        if (found.state, bool(found.clock_behind)) != (before.state, bool(before.clock_behind)):
            self._tell(found)
        return found

    def admit(self) -> None:
        """Before a study that is not here yet.

        Raises:
            Unlicensed: new studies are refused; what was taken is finished.
        """
        if not self.standing.counts:
            raise Unlicensed(self.standing.words)

    def begin(self) -> None:
        """Before a service starts: renewed if that is due, then looked at, then its seats are taken.

        Raises:
            Unlicensed: there is no licence that counts, or not enough seats.
        """
        self.renew()
        found = self.look()
        if not found.counts or found.seats is None:
            raise Unlicensed(found.words)
        self.shelf.sit(self.service, self.workers, found.seats)

    def renew(self) -> bool:
        """Fetch a newer licence where one is due; True where one came. Who is offline goes on with the old one."""
        licence = self.shelf.newest()
        if licence is None or licence.claims.renew is None or not self._due(licence):
            return False
        self._tried = monotonic()
        try:
            fresh = self.shelf.install(fetch(licence), by=BY)
        except (UnusableInput, httpx.HTTPError, ValueError) as away:
            LOG.warning("the licence was not renewed (%s); it counts on, and this is tried again", type(away).__name__)
            return False
        return fresh.token != licence.token

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look, renew and keep the seats in a thread, until the service ends."""
        stop = Event()
        thread = Thread(target=self._watch, args=(stop,), name="licence", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(5)
            with suppress(SQLAlchemyError):  # its seats are free again in a minute
                self.shelf.stand_up(self.service)

    def _watch(self, stop: Event) -> None:
        while not stop.wait(TURN):
            try:
                self.renew()
                found = self.look()
                self.shelf.sit(self.service, self.workers, found.seats or self.workers)
            except (
                Unlicensed
            ) as full:  # a newer licence has fewer: the workers that run go on, the next start is refused
                LOG.warning("licence: %s", full)
            except SQLAlchemyError as away:
                LOG.warning("the store does not answer (%s); trying again", type(away).__name__)

    def _due(self, licence: Licence) -> bool:
        """In the second half of its time, or a day before its end; once an hour."""
        if monotonic() - self._tried < AGAIN:
            return False
        claims, now = licence.claims, self.shelf.moment().now
        return now >= min(claims.exp - DAY, (claims.nbf + claims.exp) / 2)

    def _tell(self, found: Standing) -> None:
        say = LOG.info if found.counts and not found.clock_behind else LOG.warning
        say("licence: %s", found.words)
        if found.clock_behind:
            told = {"seconds": round(found.clock_behind)}
            Ledger(self.shelf.database).write(SERVICE, "found the clock set back", detail=told)


def fetch(licence: Licence) -> str:
    """A newer licence from whoever issued this one, which proves who asks.

    Raises:
        httpx.HTTPError: nobody answers, or not as an issuer does.
        ValueError: the answer is no JSON.
        UnusableInput: it holds no licence.
    """
    reply = httpx.post(
        str(licence.claims.renew), headers={"Authorization": f"Bearer {licence.token}"}, timeout=PATIENCE
    )
    reply.raise_for_status()
    told = reply.json()
    found = told.get("licence") if isinstance(told, dict) else None
    if not isinstance(found, str):
        raise UnusableInput("the issuer sent no licence.")
    return found
