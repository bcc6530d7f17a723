"""The post of one service: its outbox, its destinations, and a sender for each."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Thread

from fiducial.errors import WrongUsage
from fiducial.serve.sending.announcing import Announcing
from fiducial.serve.sending.destinations import Destination, Kind
from fiducial.serve.sending.outbox import Outbox, Patience
from fiducial.serve.sending.sender import Sender


@dataclass(frozen=True, slots=True)
class Post:
    """Destinations by name, and how patiently they are tried."""

    outbox: Outbox
    destinations: Sequence[Destination] = ()
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        """Check the names.

        Raises:
            WrongUsage: one is given twice.
        """
        names = self.names()
        if twice := {one for one in names if names.count(one) > 1}:
            raise WrongUsage(f"{', '.join(sorted(twice))}: is given twice. Name each destination once.")

    def names(self, kind: Kind | None = None) -> list[str]:
        """Of the destinations that take files, or news, or of all."""
        return [one.name for one in self.destinations if kind in {None, one.kind}]

    @contextmanager
    def at_work(self, service: str) -> Iterator[None]:
        """Send for as long as the context lasts; at its end what is under way is finished. ``service``: its name."""
        stop = Flag()
        with ExitStack() as ending:
            for one in self.destinations:
                announcing = Announcing(self.outbox, one.name) if one.kind is Kind.WEBHOOK else None
                if announcing is not None:
                    announcing.begin()
                before = () if announcing is None else (announcing.turn,)
                sender = Sender(service, self.outbox, one, self.patience)
                thread = Thread(target=sender.run, args=(stop, before), name=f"sending to {one.name}")
                thread.start()
                ending.callback(thread.join)
            ending.callback(stop.set)
            yield
