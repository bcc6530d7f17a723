"""``/outbox``: what leaves the service, what arrived, and what was given up."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path

from fiducial.serve.intake.arriving import is_uid
from fiducial.serve.sending.letters import LetterState
from fiducial.serve.sending.outbox import Outbox
from fiducial.serve.web.state import Here, Service

Number = Annotated[int, Path(ge=1, lt=2**63)]
router = APIRouter(prefix="/outbox", tags=["outbox"])


@router.get("")
def letters(here: Here, state: LetterState | None = None, study: str | None = None, limit: int = 100) -> dict[str, Any]:
    """The newest first, without their contents."""
    outbox = _outbox(here)
    if study is not None and not is_uid(study):
        raise HTTPException(422, "A study is named by its UID.")
    rows = outbox.read(state, study, min(max(limit, 1), 1000))
    names = [] if here.post is None else here.post.names()
    return {"destinations": names, "count": outbox.count(), "letters": [asdict(row) for row in rows]}


@router.post("/{letter}/resend", status_code=202, responses={409: {"description": "It was not given up."}})
def resend(letter: Number, here: Here) -> dict[str, Any]:
    """Try a letter that was given up again, as often as a new one."""
    if not _outbox(here).resend([letter]):
        raise HTTPException(
            409, "No letter of that number was given up. GET /outbox?state=failed lists those that were."
        )
    return {"letter": letter, "state": LetterState.WAITING}


def _outbox(here: Service) -> Outbox:
    return Outbox(here.database, here.archive.folder) if here.post is None else here.post.outbox
