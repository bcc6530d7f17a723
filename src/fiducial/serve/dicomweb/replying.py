"""What every DICOMweb route does: find what is meant, reply in the media types of the standard."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.responses import JSONResponse

from fiducial.serve.dicomweb.attributes import JSON
from fiducial.serve.intake.arriving import is_uid
from fiducial.serve.studies import ImageRow, read_images
from fiducial.serve.web.state import Service

PREFIX = "/dicomweb"
DICOM = "application/dicom"


class DicomJson(JSONResponse):
    """A reply as DICOM JSON."""

    media_type = JSON


@dataclass(frozen=True, slots=True)
class Named:
    """The instance that an address names."""

    study: str
    series: str
    sop: str


Instance = Annotated[Named, Depends()]


def images(here: Service, study: str, series: str | None = None, sop: str | None = None) -> list[ImageRow]:
    """The images that are meant; pictures without a header are none of DICOM.

    Raises:
        HTTPException: 404 where there is none.
    """
    if not all(is_uid(one) for one in (study, series, sop) if one is not None):
        raise HTTPException(404, "A UID is of digits and points, at most 64 of them.")
    found = [one for one in read_images(here.database, study, series, sop) if one.path.endswith(".dcm")]
    if not found:
        raise HTTPException(404, f"There is no such object here. GET {PREFIX}/studies lists the studies.")
    return found


def root(request: Request) -> str:
    """The address of the DICOMweb door, as the client knows it."""
    return f"{str(request.base_url).rstrip('/')}{PREFIX}"


def warning(words: str) -> dict[str, str]:
    """The header that says what was not done as asked, PS3.18 8.3.4."""
    return {"Warning": f'299 fiducial "{words}"'.encode("ascii", "replace").decode()} if words else {}
