"""A whole service in one process and its workers: doors, completion, supervision; started and ended in order."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from logging import getLogger
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from sqlalchemy.exc import SQLAlchemyError

from fiducial.errors import FiducialError
from fiducial.serve.access.options import AccessOptions
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.intake.limits import Limits
from fiducial.serve.intake.watching import Watching
from fiducial.serve.licence.keeper import Keeper
from fiducial.serve.licence.licence import read_public_key
from fiducial.serve.licence.shelf import Shelf
from fiducial.serve.production import Plant, refuse_unfit
from fiducial.serve.queue.queue import LEASE, Queue
from fiducial.serve.results.making import refuse_unknown
from fiducial.serve.sending.destinations import Destination, Kind
from fiducial.serve.sending.outbox import Outbox
from fiducial.serve.sending.post import Post
from fiducial.serve.settings.declared import CHOSEN, Catalogue, in_short
from fiducial.serve.settings.live import LiveSettings, Snapshot
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.web.state import Service
from fiducial.serve.work.supervisor import Supervisor, here
from fiducial.serve.work.tuned import Tuned
from fiducial.serve.work.worker import Employment

LOG = getLogger(__name__)
STORE = "store.sqlite"
CONSUMER = "completion of studies"
TURN = 0.25  # seconds between two looks for studies that are complete


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """``store``: an address; without one, SQLite in ``folder``. ``threads``: of one model group.

    ``outputs``: kinds of files that are made of every study as it is decided; the others are made when asked for.
    ``log``: what workers say on stderr (``debug``, ``info``, ``warning``, ``error``). ``licence_key``: of who issues
    licences for this service; without one, nobody asks for a licence. ``production``: only sealed bundles, persons with
    names, nothing in the open.
    """

    folder: Path = Path("fiducial-data")
    store: str | None = None
    workers: int = 1
    threads: int = 1
    lease: float = LEASE
    limits: Limits = field(default_factory=Limits)
    outputs: tuple[str, ...] = ("sr",)
    access: AccessOptions = field(default_factory=AccessOptions)
    log: str = "warning"
    listener: Listening | None = None  # of DICOM; None: there is none
    watch: Path | None = None  # a folder from which files are taken
    send: Sequence[Destination] = ()
    licence_key: Path | None = None
    production: bool = False

    @property
    def address(self) -> str:
        """Of the store."""
        return self.store or str(self.folder / STORE)


@contextmanager
def open_service(pipeline: str | Path, options: ServiceOptions | None = None) -> Iterator[Service]:
    """A service at work: its workers run, and studies are completed. Its doors are opened by who calls.

    At the end every worker finishes the study in hand.

    Raises:
        UnusableInput, WrongUsage: the pipeline or the store cannot be opened, an output is of no kind that there
            is, others could come in though nobody has a name, or something that production needs is missing; nothing
            was started.
        Unlicensed: a licence is asked for, and none counts or its seats are taken.
    """
    asked = options or ServiceOptions()
    refuse_unknown(asked.outputs)
    asked.folder.mkdir(mode=0o700 if asked.production else 0o777, parents=True, exist_ok=True)
    if asked.production:
        refuse_unfit(Plant(Path(pipeline), asked.folder, asked.address, asked.access))
    tuned = Tuned.open(Path(pipeline), sealed=asked.production)
    database = open_database(asked.address)
    queue = Queue(database, asked.lease)
    revisions = Revisions(database, Catalogue(tuned.declared))
    revisions.begin()
    settings = LiveSettings(revisions)
    _tell_other_choice(tuned, settings.snapshot())
    name = tuned.by(settings.snapshot())[0].name
    completing = Completing(database, queue)
    licence = _admitted(asked, database, name)
    archive = Archive(database, asked.folder, asked.limits, *([licence.admit] if licence else []))
    archive.sweep()
    post = Post(Outbox(database, asked.folder), asked.send)
    supervisor = Supervisor(database, queue, settings)
    told = Employment(
        here(),
        asked.address,
        asked.folder.absolute(),
        tuned.pipeline.where,
        threads=asked.threads,
        lease=asked.lease,
        outputs=asked.outputs,
        log=asked.log,
        sealed=asked.production,
        archives=tuple(post.names(Kind.DICOM)),
    )
    with ExitStack() as ending:
        ending.callback(database.close)
        ending.enter_context(settings.watching())
        if licence is not None:
            ending.enter_context(licence.watching())
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
        parts = (name, database, queue, archive, completing, revisions, settings, tuned)
        yield Service(*parts, access=asked.access, dicom_port=port, post=post, licence=licence)


def _tell_other_choice(asked: Tuned, settings: Snapshot) -> None:
    """The store counts, not the file that a service is started with; who starts it shall know."""
    for declared in (one for one in asked.declared if one.name in CHOSEN):  # thresholds may be of other rules
        found = settings.revisions[declared.name]
        if found.value != declared.default:
            LOG.warning(
                "the store's %s counts (%s, revision %d, %s: %s), not what --pipeline names; "
                "`fiducial settings set %s FILE --reason ...` chooses another",
                declared.name, in_short(found.name, found.value), found.revision, found.author, found.reason,
                declared.name,
            )  # fmt: skip


def _watching(folder: Path | None, archive: Archive, stop: Flag) -> list[Thread]:
    if folder is None:
        return []
    watching = Watching(folder, archive)
    watching.begin()
    return [Thread(target=watching.run, args=(stop,), name="watched folder")]


def _admitted(asked: ServiceOptions, database: Database, pipeline: str) -> Keeper | None:
    """Whether the service may start at all, and who watches over its licence."""
    try:
        asked.access.refuse_unnamed(database)
        if asked.licence_key is None:
            return None
        keeper = Keeper(Shelf(database, read_public_key(asked.licence_key)), pipeline, here(), asked.workers)
        keeper.begin()
    except FiducialError:
        database.close()
        raise
    return keeper


def _complete(completing: Completing, settings: LiveSettings, stop: Flag) -> None:
    while not stop.wait(TURN):
        try:
            completing.quiet(settings.snapshot().number("intake.quiet", CONSUMER))
        except SQLAlchemyError as away:
            LOG.warning("the store does not answer (%s); trying again", type(away).__name__)
