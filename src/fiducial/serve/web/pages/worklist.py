"""``/``: what is left to read, the most urgent first, and why; its rows follow what happens."""

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from fiducial.claims.catalogue.entry import Urgency
from fiducial.serve.studies import StudyState
from fiducial.serve.web.pages.rendering import page
from fiducial.serve.web.running import goes_on
from fiducial.serve.web.state import Here, Service
from fiducial.serve.worklist import Showing, View, count_unread, known_modalities, list_studies, newest_event

router = APIRouter(include_in_schema=False)
_POLL = 0.25  # seconds between two looks for something new
_ALIVE = 15.0  # seconds after which a silent stream says that it lives


def _view(show: str = "unread", state: str = "", urgency: str = "", modality: str = "", page: int = 1) -> View:
    """What an address asks for; a word that means nothing filters nothing."""
    return View(
        Showing(show) if show in tuple(Showing) else Showing.UNREAD,
        StudyState(state) if state in tuple(StudyState) else None,
        Urgency(urgency) if urgency in tuple(Urgency) else None,
        modality[:16] or None,
        page=max(page, 1),
    )


@router.get("/")
def worklist(request: Request, here: Here, view: Annotated[View, Depends(_view)]) -> HTMLResponse:
    """The whole page."""
    return _shown(request, here, view, "worklist.html.j2")


@router.post("/worklist/search")
def search(  # noqa: PLR0913, PLR0917  (the fields of the form)
    request: Request,
    here: Here,
    text: Annotated[str, Form(max_length=200)] = "",
    show: Annotated[str, Form()] = "unread",
    state: Annotated[str, Form()] = "",
    urgency: Annotated[str, Form()] = "",
    modality: Annotated[str, Form()] = "",
    page: Annotated[int, Form()] = 1,
) -> HTMLResponse:
    """The rows alone. What is searched for comes in the body: a name in an address would stay in logs and histories."""
    asked = _view(show, state, urgency, modality, page)
    view = View(asked.show, asked.state, asked.urgency, asked.modality, text, asked.page)
    return _shown(request, here, view, "worklist_rows.html.j2")


@router.get("/worklist/events")
def events(request: Request, here: Here, follow: bool = True) -> StreamingResponse:
    """That something changed, as it changes; pages then ask for their rows. ``follow=false``: once."""
    return StreamingResponse(
        _changes(here, request, follow=follow), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


def _shown(request: Request, here: Service, view: View, template: str) -> HTMLResponse:
    listed = list_studies(here.database, view)
    counts = count_unread(here.database)
    return page(
        request,
        template,
        view=view,
        listed=listed,
        counts=[(word, counts.get(word, 0)) for word in Urgency],
        unread=sum(counts.values()),
        modalities=known_modalities(here.database) if template == "worklist.html.j2" else [],
        states=list(StudyState),
        urgencies=list(Urgency),
        now=here.database.moment(),
    )


async def _changes(here: Service, request: Request, *, follow: bool) -> AsyncIterator[str]:
    seen, silent = -1, 0.0
    while await goes_on(request):
        try:
            newest = await run_in_threadpool(newest_event, here.database)
        except SQLAlchemyError:  # the store is away: the page stays as it is until it is back
            newest = seen
        if newest != seen:
            yield f"id: {newest}\nevent: changed\ndata: {newest}\n\n"
            seen, silent = newest, 0.0
        if not follow:
            return
        silent += _POLL
        if silent >= _ALIVE:
            silent = 0.0
            yield ": alive\n\n"
        await anyio.sleep(_POLL)
