"""What every request may use."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from fiducial.serve.database.opening import Database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.queue import Queue
from fiducial.serve.sending.post import Post
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions


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
    dicom_port: int | None = None  # at which the listener is; None: there is none
    post: Post | None = None  # what leaves; None: a service that is only asked


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


Here = Annotated[Service, Depends(_service)]
