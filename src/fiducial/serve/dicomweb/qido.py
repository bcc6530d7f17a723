"""QIDO-RS: what is here, by what it says of itself."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from fiducial.serve.dicomweb.attributes import keyword_of
from fiducial.serve.dicomweb.replying import DicomJson, root, warning
from fiducial.serve.dicomweb.searching import MATCHED, Level, Search, search
from fiducial.serve.intake.asked import ASKED_FOR
from fiducial.serve.web.state import Here, Service

router = APIRouter()
_MOST = 1000  # matches of one search
_FURTHEST = 2**31 - 1
_PAGING = {"limit", "offset", "includefield", "fuzzymatching"}


@router.get("/studies", response_class=DicomJson)
def find_studies(request: Request, here: Here) -> Response:
    """Studies that match, the newest first."""
    return _found(request, here, Level.STUDY, {})


@router.get("/series", response_class=DicomJson)
def find_all_series(request: Request, here: Here) -> Response:
    """Series of all studies that match."""
    return _found(request, here, Level.SERIES, {})


@router.get("/instances", response_class=DicomJson)
def find_all_instances(request: Request, here: Here) -> Response:
    """Instances of all studies that match."""
    return _found(request, here, Level.INSTANCE, {})


@router.get("/studies/{study}/series", response_class=DicomJson)
def find_series(request: Request, here: Here, study: str) -> Response:
    """Series of a study that match."""
    return _found(request, here, Level.SERIES, {"StudyInstanceUID": study})


@router.get("/studies/{study}/instances", response_class=DicomJson)
def find_instances_of_study(request: Request, here: Here, study: str) -> Response:
    """Instances of a study that match."""
    return _found(request, here, Level.INSTANCE, {"StudyInstanceUID": study})


@router.get("/studies/{study}/series/{series}/instances", response_class=DicomJson)
def find_instances(request: Request, here: Here, study: str, series: str) -> Response:
    """Instances of a series that match."""
    return _found(request, here, Level.INSTANCE, {"StudyInstanceUID": study, "SeriesInstanceUID": series})


def _found(request: Request, here: Service, level: Level, within: dict[str, str]) -> Response:
    asked, passed_over = _search(request, level, within)
    documents, more = search(here.database, asked, root(request))
    words = [f"these attributes are not matched: {', '.join(passed_over)}"] if passed_over else []
    words += ["there are additional results that can be requested"] if more else []
    return DicomJson(documents, headers=warning("; ".join(words)))


def _search(request: Request, level: Level, within: dict[str, str]) -> tuple[Search, list[str]]:
    matching = dict(within)
    also: list[str] = []
    passed_over: list[str] = []
    for name, value in request.query_params.multi_items():
        if name == "includefield":
            also += ASKED_FOR if value == "all" else [_keyword(one) for one in value.split(",") if one]
        elif name not in _PAGING:
            keyword = _keyword(name)
            if keyword in MATCHED:
                matching[keyword] = value
            else:
                passed_over.append(keyword)
    if request.query_params.get("fuzzymatching", "false").lower() == "true":
        passed_over.append("fuzzymatching")
    if any("\0" in value for value in matching.values()):
        raise HTTPException(400, "A value holds a NUL character.")
    limit, offset = (_number(request, name, default) for name, default in (("limit", 100), ("offset", 0)))
    return Search(level, matching, also, min(max(limit, 1), _MOST), min(max(offset, 0), _FURTHEST)), passed_over


def _keyword(name: str) -> str:
    found = keyword_of(name)
    if found is None:
        raise HTTPException(400, f"{name!r} is no attribute of DICOM. Expected a keyword or eight hexadecimal digits.")
    return found


def _number(request: Request, name: str, default: int) -> int:
    try:
        return int(request.query_params.get(name, default))
    except ValueError:
        raise HTTPException(400, f"{name} is a whole number.") from None
