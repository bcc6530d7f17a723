"""Settings as a running process reads them: a change is seen within milliseconds, and every read is on record."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from fiducial.serve.database.opening import Database
from fiducial.serve.queue.waking import waking
from fiducial.serve.settings.declared import Value
from fiducial.serve.settings.reads import Read, record_reads
from fiducial.serve.settings.revisions import Revision, Revisions

SOURCE = "store"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All settings at one moment; whoever works on a study reads from one, so that none changes inside it."""

    revisions: dict[str, Revision]
    _told: "LiveSettings" = field(repr=False, compare=False)

    def read(self, name: str, consumer: str) -> Value:
        """The value; that ``consumer`` read it, and from which revision, goes on record."""
        found = self.revisions[name]
        self._told.note(Read(name, consumer, SOURCE, found.revision))
        return found.value

    def number(self, name: str, consumer: str) -> float:
        """A setting that is a number."""
        return float(self.read(name, consumer))


class LiveSettings:
    """The newest settings of a store, in the memory of one process."""

    def __init__(self, revisions: Revisions) -> None:
        """Reads the settings once; ``watching`` keeps them fresh."""
        self._revisions = revisions
        self._current = revisions.current()
        self._reads: set[Read] = set()
        self._written: set[Read] = set()
        self._lock = Lock()

    def snapshot(self) -> Snapshot:
        """What holds now."""
        return Snapshot(self._current, self)

    def note(self, read: Read) -> None:
        """Put a read on record, at the watcher's next turn; the same read again costs nothing."""
        if read not in self._written:
            with self._lock:
                self._reads.add(read)

    def refresh(self) -> None:
        """Read what others wrote, and write what was read here."""
        self._current = self._revisions.current()
        with self._lock:
            fresh, self._reads = self._reads - self._written, set()
        if fresh:
            record_reads(self._revisions.database, fresh)
            self._written |= fresh

    @contextmanager
    def watching(self, every: float = 1.0) -> Iterator[None]:
        """Follow the store in a thread: at each commit of others, and at least every so many seconds."""
        stop = Event()
        thread = Thread(target=self._watch, args=(self._revisions.database, stop, every), name="settings", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(5)
            with suppress(SQLAlchemyError):  # who read what since the last turn; nothing depends on it
                self.refresh()

    def _watch(self, database: Database, stop: Event, every: float) -> None:
        while not stop.is_set():
            try:
                with waking(database) as waker:
                    while not stop.is_set():
                        self.refresh()
                        waker.wait(every)
            except SQLAlchemyError:  # the store is away: what is known goes on counting until it is back
                stop.wait(every)
