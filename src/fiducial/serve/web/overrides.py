"""``/studies/{uid}/overrides``: what readers set right, and what was decided with it."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from fiducial.claims.evidence import NOTICE
from fiducial.serve.overrides import Reviews, Said
from fiducial.serve.queue.reading import read_result
from fiducial.serve.web.state import Here, Service, Who
from fiducial.serve.web.studies import found_study

router = APIRouter(prefix="/studies/{uid}/overrides", tags=["studies"])


class OverrideBody(BaseModel):
    """``flag``: ``rule(pneumothorax)``, ``score(pneumothorax)`` or ``conclusion``. ``to``: null where nobody can tell.

    ``part``: the series or image; may be left out where only one was decided about. ``revision``: what was looked at.
    """

    model_config = ConfigDict(extra="forbid")

    revision: int = Field(ge=1, le=2**31)
    part: str | None = None
    flag: str = Field(min_length=1, max_length=200)
    to: StrictBool | StrictInt | StrictFloat | StrictStr | None
    reason: str = Field(max_length=64)


@router.get("")
def overrides(uid: str, here: Here) -> dict[str, Any]:
    """Everything that readers said of the study, oldest first."""
    found_study(here, uid)
    return {"notice": NOTICE, "study": uid, "reviews": [asdict(one) for one in Reviews(here.database).of(uid)]}


@router.post("", status_code=201)
def override(uid: str, body: OverrideBody, here: Here, who: Who) -> dict[str, Any]:
    """Set one flag right; gives the decision as it is then."""
    row = found_study(here, uid)
    part = body.part if body.part is not None else _only(here, uid, row.revision)
    said = Said(body.revision, part, body.flag, body.to, body.reason)
    found = Reviews(here.database).override(uid, said, who.name)
    return {"notice": NOTICE, "study": uid, "decision": found.document()}


def _only(here: Service, uid: str, revision: int) -> str:
    result = read_result(here.database, f"{uid}/{revision}") or {"parts": []}
    parts = [one["study"] for one in result["parts"] if one["decision"]]
    if len(parts) != 1:
        raise HTTPException(422, f"Name the part: one of {', '.join(parts) or 'none, as nothing was decided'}.")
    return str(parts[0])
