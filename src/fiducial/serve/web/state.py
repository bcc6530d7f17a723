"""What every request may use."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.options import AccessOptions
from fiducial.serve.access.person import LOCAL, Person
from fiducial.serve.database.opening import Database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.licence.keeper import Keeper
from fiducial.serve.queue.queue import Queue
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
    access: AccessOptions = field(default_factory=AccessOptions)
    licence: Keeper | None = None  # None: nobody asks for one

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
