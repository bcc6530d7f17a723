"""What every request may use."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from fiducial.pipelines.pipeline import Pipeline
from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.options import AccessOptions
from fiducial.serve.access.person import LOCAL, Person
from fiducial.serve.database.opening import Database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.licence.keeper import Keeper
from fiducial.serve.queue.queue import Queue
from fiducial.serve.sending.post import Post
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.work.tuned import Tuned


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """The parts of a running service."""

    name: str  # of its pipeline
    database: Database
    queue: Queue
    archive: Archive
    completing: Completing
    revisions: Revisions
    settings: LiveSettings
    tuned: Tuned | None = None  # the pipeline, to look through its eyes; a door without one shows no pictures
    access: AccessOptions = field(default_factory=AccessOptions)
    dicom_port: int | None = None  # at which the listener is; None: there is none
    post: Post | None = None  # what leaves; None: a service that is only asked
    licence: Keeper | None = None  # None: nobody asks for one

    @property
    def pipeline(self) -> Pipeline | None:
        """As the settings of this moment have it; None where this door has none."""
        return None if self.tuned is None else self.tuned.by(self.settings.snapshot())[0]

    @property
    def title(self) -> str:
        """What pages and programs call the service: the name of its pipeline."""
        return self.name if self.pipeline is None else self.pipeline.name

    @property
    def ledger(self) -> Ledger:
        """Who saw, changed and overrode what."""
        return Ledger(self.database)


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


Here = Annotated[Service, Depends(_service)]


def _person(request: Request) -> Person:
    found: Person = getattr(request.state, "person", LOCAL)
    return found


Who = Annotated[Person, Depends(_person)]
