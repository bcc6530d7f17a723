"""``/studies``: what is sent in, what stands where, what was decided, and what happens as it happens."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, File, Header, HTTPException, Query, Request, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from fiducial.claims.evidence import NOTICE
from fiducial.errors import UnusableInput
from fiducial.serve.errors import NoRoom, Refused
from fiducial.serve.events import Written, read_events
from fiducial.serve.intake.packages import files_of
from fiducial.serve.queue.reading import read_result
from fiducial.serve.studies import StudyRow, read_study_row, read_worklist
from fiducial.serve.web.running import goes_on
from fiducial.serve.web.state import Here, Service

router = APIRouter(prefix="/studies", tags=["studies"])
LastHeard = Annotated[int, Header(ge=0, lt=2**63)]
_POLL = 0.05  # seconds between two looks for new events
_AWAY = 1.0  # seconds between two looks while the store does not answer
_REFUSED: dict[int | str, dict[str, Any]] = {
    402: {"description": "Nothing was kept: no licence covers a new study."},
    413: {"description": "Nothing was kept: more than is taken."},
    507: {"description": "Nothing was kept: there is no room for now."},
    422: {"description": "Nothing was kept, and each file's reason; or the request is none."},
}
_ALIVE = 15.0  # seconds after which a silent stream says that it lives


@router.post("", status_code=202, responses=_REFUSED)
def upload(files: Annotated[list[UploadFile], File(min_length=1)], here: Here, complete: bool = False) -> JSONResponse:
    """Take images, or zips of them. ``complete``: nothing more will come, so the studies are asked about at once.

    Every file is told what became of it; 202 where at least one was kept; where none was, 413 or 422, 402 where no
    licence covers a new study, or 507 where the disk is full.
    """
    told = [line for file in files for line in _kept(here, file)]
    studies = sorted({line["study"] for line in told if line["study"]})
    if complete:
        for uid in studies:
            here.completing.complete(uid)
    refused = {line["status"] for line in told}
    status = 202 if studies else next((one for one in (507, 402, 413) if one in refused), 422)
    return JSONResponse({"notice": NOTICE, "studies": studies, "files": told}, status)


@router.post("/{uid}/complete", status_code=202)
def complete(uid: str, here: Here) -> dict[str, Any]:
    """All images of the study have come: make them a revision and ask the models."""
    found_study(here, uid)
    return {"study": uid, "asked": here.completing.complete(uid)}


@router.get("")
def worklist(here: Here, limit: int = 100, offset: Annotated[int, Query(lt=2**63)] = 0) -> dict[str, Any]:
    """The most urgent first."""
    rows = read_worklist(here.database, min(max(limit, 1), 1000), max(offset, 0))
    return {"notice": NOTICE, "studies": [asdict(row) for row in rows]}


@router.get("/{uid}")
def study(uid: str, here: Here) -> dict[str, Any]:
    """Where a study stands, and what was decided about its newest revision."""
    row = found_study(here, uid)
    result = read_result(here.database, f"{uid}/{row.revision}")
    return {"notice": NOTICE, "study": asdict(row), "result": result}


@router.get("/{uid}/events", response_class=StreamingResponse)
def events(
    uid: str, request: Request, here: Here, last_event_id: LastHeard = 0, follow: bool = True
) -> StreamingResponse:
    """What happened to a study, numbered; with ``Last-Event-ID`` from there on. ``follow=false``: up to now only."""
    found_study(here, uid)
    stream = _events(here, request, uid, last_event_id, follow=follow)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _events(here: Service, request: Request, uid: str, after: int, *, follow: bool) -> AsyncIterator[str]:
    silent = 0.0
    while await goes_on(request):
        try:
            found = await run_in_threadpool(read_events, here.database, after=after, study=uid)
        except SQLAlchemyError:  # the store is away: the stream is silent until it is back
            found = []
            await anyio.sleep(_AWAY)
        for one in found:
            after = one.number
            yield _line(one)
        if not found and not follow:
            return
        silent = 0.0 if found else silent + _POLL
        if silent >= _ALIVE:
            silent = 0.0
            yield ": alive\n\n"
        if not found:
            await anyio.sleep(_POLL)


def _line(one: Written) -> str:
    told = {"study": one.study, "at": one.at, **one.document}
    return f"id: {one.number}\nevent: {one.kind}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"


def _kept(here: Service, file: UploadFile) -> Iterator[dict[str, Any]]:
    name = file.filename or "file"
    line = {"file": name, "study": None, "new": False, "reason": None, "status": 202}
    try:
        for inner, stream in files_of(file.file, name, here.archive.limits):
            try:
                kept = here.archive.keep(stream, "upload")
                yield line | {"file": inner, "study": kept.study, "new": kept.new}
            except UnusableInput as refused:
                yield line | {"file": inner, "reason": str(refused), "status": _status(refused)}
    except UnusableInput as refused:
        yield line | {"reason": str(refused), "status": _status(refused)}


def _status(refused: UnusableInput) -> int:
    return refused.status if isinstance(refused, Refused | NoRoom) else 422


def found_study(here: Service, uid: str) -> StudyRow:
    """The study, or 404."""
    row = read_study_row(here.database, uid)
    if row is None:
        raise HTTPException(404, "There is no such study here. GET /studies lists those that there are.")
    return row
