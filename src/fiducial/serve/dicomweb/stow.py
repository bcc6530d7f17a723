"""STOW-RS: images come in as the parts of a message."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from fiducial.serve.dicomweb.accepted import takes
from fiducial.serve.dicomweb.attributes import JSON
from fiducial.serve.dicomweb.parts import arriving_parts, boundary_of
from fiducial.serve.dicomweb.replying import DICOM, DicomJson, root, warning
from fiducial.serve.dicomweb.storing import Storing
from fiducial.serve.errors import Refused, TooLarge
from fiducial.serve.web.state import Here, Service

router = APIRouter()
_SAID: dict[int | str, dict[str, Any]] = {
    202: {"description": "Some were kept; each of the others has its reason."},
    406: {"description": "The reply cannot be had in what Accept names."},
    409: {"description": "None was kept; each has its reason."},
    413: {"description": "It is larger than what is taken at once."},
    415: {"description": "The body is not what STOW-RS takes."},
}


@router.post("/studies", response_class=DicomJson, responses=_SAID)
async def store(request: Request, here: Here) -> Response:
    """Take images of any study: 200 where all were kept, 202 where some, 409 where none."""
    return await _stored(request, here, None)


@router.post("/studies/{study}", response_class=DicomJson, responses=_SAID)
async def store_in_study(request: Request, here: Here, study: str) -> Response:
    """Take images of one study; those of another are refused."""
    return await _stored(request, here, study)


async def _stored(request: Request, here: Service, study: str | None) -> Response:
    if takes(request.headers.get("accept", ""), (JSON, "application/json")) is None:
        raise HTTPException(406, f"The reply is {JSON}.")
    try:
        kind, boundary = boundary_of(request.headers.get("content-type", ""))
    except Refused as other:
        raise HTTPException(415, str(other)) from other
    if kind not in {DICOM, ""}:
        raise HTTPException(415, f"The parts are {kind!r}. Send them as {DICOM}.")
    storing = Storing(here.archive, study)
    try:
        async for part in arriving_parts(request.stream(), boundary, here.archive.limits, here.archive.incoming()):
            await run_in_threadpool(storing.take, part)
    except Refused as broken:
        if not storing.done:
            raise HTTPException(413 if isinstance(broken, TooLarge) else 400, str(broken)) from broken
        return DicomJson(storing.document(root(request)), 202, headers=warning(str(broken)))
    except OSError as full:
        raise HTTPException(503, f"Nothing more can be written ({full.strerror}). Send it again later.") from full
    if not storing.done:
        raise HTTPException(400, "The message has no part. Expected one or more images.")
    return DicomJson(storing.document(root(request)), storing.status)
