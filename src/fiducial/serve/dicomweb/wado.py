"""WADO-RS: instances as they were stored, and what they say without their pixels."""

from collections.abc import Iterator, Sequence

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from fiducial.serve.dicomweb.accepted import accepted, takes
from fiducial.serve.dicomweb.attributes import JSON, metadata, written
from fiducial.serve.dicomweb.parts import Part, Related
from fiducial.serve.dicomweb.replying import DICOM, Instance, images, root
from fiducial.serve.studies import ImageRow
from fiducial.serve.web.state import Here, Service

router = APIRouter()


@router.get("/studies/{study}")
def retrieve_study(request: Request, here: Here, study: str) -> Response:
    """Every instance of a study."""
    return _retrieved(request, images(here, study), here)


@router.get("/studies/{study}/series/{series}")
def retrieve_series(request: Request, here: Here, study: str, series: str) -> Response:
    """Every instance of a series."""
    return _retrieved(request, images(here, study, series), here)


@router.get("/studies/{study}/series/{series}/instances/{sop}")
def retrieve_instance(request: Request, here: Here, which: Instance) -> Response:
    """One instance; the bare file where ``application/dicom`` is asked for."""
    found = images(here, which.study, which.series, which.sop)
    if takes(request.headers.get("accept", ""), ("multipart/related", DICOM)) == DICOM:
        return FileResponse(here.archive.folder / found[0].path, media_type=DICOM)
    return _retrieved(request, found, here)


def _retrieved(request: Request, wanted: Sequence[ImageRow], here: Service) -> Response:
    kinds = accepted(request.headers.get("accept", ""))
    if not any(one.inner in {DICOM, "", "*/*", "multipart/*"} for one in kinds):
        raise HTTPException(406, f'Instances are given as multipart/related; type="{DICOM}", as they were stored.')
    message = Related(DICOM)
    files = (Part(DICOM, here.archive.folder / one.path) for one in wanted)
    return StreamingResponse(message.stream(files), media_type=message.content_type)


@router.get("/studies/{study}/metadata")
def study_metadata(request: Request, here: Here, study: str) -> Response:
    """What every instance of a study says, without pixels."""
    return _metadata(request, here, images(here, study))


@router.get("/studies/{study}/series/{series}/metadata")
def series_metadata(request: Request, here: Here, study: str, series: str) -> Response:
    """What every instance of a series says, without pixels."""
    return _metadata(request, here, images(here, study, series))


@router.get("/studies/{study}/series/{series}/instances/{sop}/metadata")
def instance_metadata(request: Request, here: Here, which: Instance) -> Response:
    """What an instance says, without pixels."""
    return _metadata(request, here, images(here, which.study, which.series, which.sop))


def _metadata(request: Request, here: Service, wanted: Sequence[ImageRow]) -> Response:
    if takes(request.headers.get("accept", ""), (JSON, "application/json")) is None:
        raise HTTPException(406, f"Metadata are given as {JSON}.")
    study = request.path_params["study"]

    def pieces() -> Iterator[str]:
        for place, one in enumerate(wanted):
            address = f"{root(request)}/studies/{study}/series/{one.series}/instances/{one.sop}"
            told = metadata(here.archive.folder / one.path, address)
            yield f"{',' if place else '['}{written(told)}"
        yield "]"

    return StreamingResponse(pieces(), media_type=JSON)
