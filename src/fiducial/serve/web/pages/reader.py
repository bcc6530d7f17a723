"""``/studies/{uid}/reader``: images, what was decided about them, and what the reader says to it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from fiducial.errors import FiducialError
from fiducial.rules.overrides import REASONS
from fiducial.serve.overrides import Reviews, Said
from fiducial.serve.viewing.parts import nearest_prior, parts_of_study, priors_of
from fiducial.serve.web.pages.decisions import panel_of
from fiducial.serve.web.pages.rendering import page
from fiducial.serve.web.state import Here, Service, Who
from fiducial.serve.web.studies import found_study
from fiducial.serve.worklist import next_unread

router = APIRouter(include_in_schema=False)


@router.get("/studies/{uid}/reader")
def reader(uid: str, request: Request, here: Here) -> HTMLResponse:
    """The page of one study."""
    row = found_study(here, uid)
    priors = priors_of(here.database, row)
    folder = here.archive.folder
    return page(
        request,
        "reader.html.j2",
        row=row,
        parts=parts_of_study(here.database, folder, uid),
        priors=[(one, parts_of_study(here.database, folder, one.uid)) for one in priors],
        prior=nearest_prior(row, priors),
        following=next_unread(here.database, uid),
        panel=panel_of(here, row),
        reasons=REASONS,
        problem=None,
        now=here.database.moment(),
    )


@router.get("/studies/{uid}/reader/decision")
def decision(uid: str, request: Request, here: Here) -> HTMLResponse:
    """The panel alone, as it is now."""
    return _panel(request, here, uid, None)


@router.post("/studies/{uid}/reader/accept")
def accept(uid: str, request: Request, here: Here, who: Who, revision: Annotated[int, Form()]) -> HTMLResponse:
    """The reader thinks that it was decided rightly."""
    try:
        Reviews(here.database).accept(uid, revision, who.name)
    except FiducialError as told:
        return _panel(request, here, uid, str(told))
    return _panel(request, here, uid, None)


@router.post("/studies/{uid}/reader/override")
def override(  # noqa: PLR0913, PLR0917  (the fields of the form)
    uid: str,
    request: Request,
    here: Here,
    who: Who,
    revision: Annotated[int, Form()],
    part: Annotated[str, Form(max_length=64)],
    flag: Annotated[str, Form(max_length=200)],
    to: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(max_length=64)] = "",
) -> HTMLResponse:
    """The reader sets one thing right."""
    word = {"yes": "true", "no": "false"}.get(to.strip().lower(), to.strip())
    if not reason:
        return _panel(request, here, uid, "Choose a reason: without one nobody can learn from it.")
    try:
        Reviews(here.database).override(uid, Said(revision, part, flag, word, reason, spelled=True), who.name)
    except FiducialError as told:
        return _panel(request, here, uid, str(told))
    return _panel(request, here, uid, None)


def _panel(request: Request, here: Service, uid: str, problem: str | None) -> HTMLResponse:
    row = found_study(here, uid)
    return page(
        request,
        "decision.html.j2",
        422 if problem else 200,
        row=row,
        following=next_unread(here.database, uid),
        panel=panel_of(here, row),
        reasons=REASONS,
        problem=problem,
        now=here.database.moment(),
    )
