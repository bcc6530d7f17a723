"""The post of one service: its outbox, its destinations, and a sender for each."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from logging import getLogger
from threading import Event as Flag
from threading import Thread

from sqlalchemy import RowMapping

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.overrides import Verdict
from fiducial.serve.results.making import make_output, read_given
from fiducial.serve.sending.announcing import Announcing
from fiducial.serve.sending.destinations import Destination, Kind
from fiducial.serve.sending.outbox import Outbox, Patience
from fiducial.serve.sending.sender import Sender
from fiducial.serve.studies import read_study_row

LOG = getLogger(__name__)


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
                announcing = self._announcing(one)
                announcing.begin()
                sender = Sender(service, self.outbox, one, self.patience)
                thread = Thread(target=sender.run, args=(stop, (announcing.turn,)), name=f"sending to {one.name}")
                thread.start()
                ending.callback(thread.join)
            ending.callback(stop.set)
            yield

    def _announcing(self, to: Destination) -> Announcing:
        """Webhooks hear how a study ends; archives get a report of every override, as they got that of the models."""
        if to.kind is Kind.WEBHOOK:
            return Announcing(self.outbox, to.name)
        return Announcing(self.outbox, to.name, (Verdict.OVERRIDDEN,), self._override)

    def _override(self, event: RowMapping) -> tuple[str, bytes] | None:
        study = read_study_row(self.outbox.database, event["study"])
        if study is None:
            return None
        try:
            (made,) = make_output("override", read_given(self.outbox.database, self.outbox.folder, study))
        except UnusableInput as told:
            LOG.warning("no report of an override (%s)", type(told).__name__)
            return None
        return made.name, made.content
