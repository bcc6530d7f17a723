"""A whole service in one process and its workers: doors, completion, supervision; started and ended in order."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from logging import getLogger
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from sqlalchemy.exc import SQLAlchemyError

from fiducial.serve.database.opening import open_database
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.intake.limits import Limits
from fiducial.serve.intake.watching import Watching
from fiducial.serve.queue.queue import LEASE, Queue
from fiducial.serve.sending.destinations import Destination
from fiducial.serve.sending.outbox import Outbox
from fiducial.serve.sending.post import Post
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.web.state import Service
from fiducial.serve.work.supervisor import Supervisor, here
from fiducial.serve.work.tuned import Tuned, thresholds_declared
from fiducial.serve.work.worker import Employment

LOG = getLogger(__name__)
STORE = "store.sqlite"
CONSUMER = "completion of studies"
TURN = 0.25  # seconds between two looks for studies that are complete


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """``store``: an address; without one, SQLite in ``folder``. ``threads``: of one model group."""

    folder: Path = Path("fiducial-data")
    store: str | None = None
    workers: int = 1
    threads: int = 1
    lease: float = LEASE
    limits: Limits = field(default_factory=Limits)
    listener: Listening | None = None  # of DICOM; None: there is none
    watch: Path | None = None  # a folder from which files are taken
    send: Sequence[Destination] = ()

    @property
    def address(self) -> str:
        """Of the store."""
        return self.store or str(self.folder / STORE)


@contextmanager
def open_service(pipeline: str | Path, options: ServiceOptions | None = None) -> Iterator[Service]:
    """A service at work: its workers run, and studies are completed. Its doors are opened by who calls.

    At the end every worker finishes the study in hand.

    Raises:
        UnusableInput, WrongUsage: the pipeline or the store cannot be opened; nothing was started.
    """
    asked = options or ServiceOptions()
    asked.folder.mkdir(parents=True, exist_ok=True)
    tuned = Tuned.open(Path(pipeline))
    database = open_database(asked.address)
    queue = Queue(database, asked.lease)
    revisions = Revisions(database, Catalogue(thresholds_declared(tuned.pipeline.rules)))
    revisions.begin()
    settings = LiveSettings(revisions)
    name = tuned.pipeline.name
    completing = Completing(database, queue, name)
    archive = Archive(database, asked.folder, asked.limits)
    archive.sweep()
    post = Post(Outbox(database, asked.folder), asked.send)
    supervisor = Supervisor(database, queue, settings)
    told = Employment(here(), asked.address, asked.folder.absolute(), tuned.pipeline.where, asked.threads, asked.lease)
    with ExitStack() as ending:
        ending.callback(database.close)
        ending.enter_context(settings.watching())
        supervisor.start(told, asked.workers)
        stop = Flag()
        threads = [
            Thread(target=supervisor.run, args=(stop,), name="supervisor"),
            Thread(target=_complete, args=(completing, settings, stop), name="completion"),
            *_watching(asked.watch, archive, stop),
        ]
        for thread in threads:
            thread.start()
            ending.callback(thread.join)
        ending.callback(stop.set)
        ending.enter_context(post.at_work(here()))
        port = None if asked.listener is None else ending.enter_context(listening(archive, asked.listener))
        yield Service(name, database, queue, archive, completing, revisions, settings, port, post)


def _watching(folder: Path | None, archive: Archive, stop: Flag) -> list[Thread]:
    if folder is None:
        return []
    watching = Watching(folder, archive)
    watching.begin()
    return [Thread(target=watching.run, args=(stop,), name="watched folder")]


def _complete(completing: Completing, settings: LiveSettings, stop: Flag) -> None:
    while not stop.wait(TURN):
        try:
            completing.quiet(settings.snapshot().number("intake.quiet", CONSUMER))
        except SQLAlchemyError as away:
            LOG.warning("the store does not answer (%s); trying again", type(away).__name__)
