"""One sender a destination: takes what is due, sends it, and comes back later with what was not taken."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillSending
from dataclasses import dataclass, field
from logging import getLogger
from threading import Event as Flag

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from fiducial.serve.sending.destinations import Destination
from fiducial.serve.sending.letters import Letter, NotTaken, Unsendable
from fiducial.serve.sending.outbox import Outbox, Patience

LOG = getLogger(__name__)
TURN = 0.25  # seconds between two looks


@dataclass(slots=True, eq=False)
class Sender:
    """``name``: of this service among those of one store. ``rng``: spreads the tries."""

    name: str
    outbox: Outbox
    destination: Destination
    patience: Patience = field(default_factory=Patience)
    rng: np.random.Generator = field(default_factory=np.random.default_rng)

    def run(self, stop: Flag, before: Sequence[Callable[[], object]] = ()) -> None:
        """Until ``stop``; what is done ``before`` each look is done here so that it waits for the store alike."""
        while not stop.is_set():
            try:
                for one in before:
                    one()
                busy = self.turn()
            except SQLAlchemyError as away:
                LOG.warning("the store does not answer (%s); trying again", type(away).__name__)
                busy = False
            if not busy:
                stop.wait(TURN)

    def turn(self) -> bool:
        """Send one letter; False where none was due, or the other is away."""
        letter = self.outbox.take(self.name, self.destination.name)
        if letter is None:
            return False
        try:
            self._send(letter)
        except NotTaken as refused:
            self._later(letter, str(refused))
            return False
        except Unsendable as never:
            self.outbox.failed(letter, str(never))
            LOG.error("letter %s to %s can never be sent", letter.id, letter.destination)  # noqa: TRY400  (told whole)
        except SQLAlchemyError:
            raise
        except Exception as wrong:  # noqa: BLE001  (one letter that trips a library up must not stop the others)
            self._later(letter, f"could not be sent ({type(wrong).__name__})")
            return False
        else:
            self.outbox.sent(letter)
        return True

    def _send(self, letter: Letter) -> None:
        """In a thread of its own, so that the lease is prolonged however long it takes."""
        with ThreadPoolExecutor(1, "sending") as pool:
            under_way = pool.submit(self.destination.peer.send, letter)
            while True:
                try:
                    under_way.result(self.outbox.lease / 3)
                except StillSending:
                    if under_way.done():
                        raise NotTaken("it took too long") from None
                    self.outbox.prolong(letter)
                else:
                    return

    def _later(self, letter: Letter, reason: str) -> None:
        if letter.tries >= self.patience.tries:
            self.outbox.failed(letter, reason)
            LOG.error("letter %s to %s is given up after %s tries", letter.id, letter.destination, letter.tries)
            return
        self.outbox.later(letter, reason, self.patience.wait(letter.tries, float(self.rng.random())))
        LOG.warning("letter %s to %s was not taken, try %s", letter.id, letter.destination, letter.tries)
