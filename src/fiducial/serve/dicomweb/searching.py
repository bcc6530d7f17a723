"""QIDO-RS: studies, series and instances by what is asked for (PS3.18 10.6), answered from the store alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydicom.datadict import dictionary_VR
from sqlalchemy import ColumnElement, Row, Select, Text, and_, exists, func, or_, select
from sqlalchemy import cast as as_type

from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import HEADERS, IMAGES, STUDIES
from fiducial.serve.dicomweb.attributes import UTF8, element, told
from fiducial.serve.intake.asked import ASKED_FOR, INSTANCE, SERIES, STUDY

H, S = HEADERS.c, STUDIES.c
MODALITIES = "ModalitiesInStudy"
MATCHED = (*ASKED_FOR, MODALITIES)
_REAL = H.sop_class != ""  # a picture without a header is no DICOM, and cannot be retrieved as such
_OF_STUDY = {
    "StudyInstanceUID": S.uid, "PatientID": S.patient_id, "PatientName": S.patient_name,
    "StudyDescription": S.description, "StudyDate": S.acquired,
}  # fmt: skip
_OF_IMAGE = {
    "AccessionNumber": H.accession, "SeriesInstanceUID": H.series, "SOPInstanceUID": H.sop, "SOPClassUID": H.sop_class,
}  # fmt: skip
_RANGES = {"DA", "TM", "DT"}


class Level(StrEnum):
    """What is looked for."""

    STUDY = "studies"
    SERIES = "series"
    INSTANCE = "instances"

    @property
    def keywords(self) -> tuple[str, ...]:
        """What is told of each."""
        return {Level.STUDY: STUDY, Level.SERIES: (*SERIES, "StudyInstanceUID"), Level.INSTANCE: _ALL_OF_INSTANCE}[self]


_ALL_OF_INSTANCE = (*INSTANCE, "StudyInstanceUID", "SeriesInstanceUID")


@dataclass(frozen=True, slots=True)
class Search:
    """``matching``: keyword -> what it must be; ``also``: keywords that shall be told besides."""

    level: Level
    matching: Mapping[str, str]
    also: Sequence[str] = ()
    limit: int = 100
    offset: int = 0


def search(database: Database, asked: Search, root: str) -> tuple[list[dict[str, Any]], bool]:
    """The matches as DICOM JSON, and whether there are more; ``root``: the address of the DICOMweb door."""
    with database.reading() as connection:
        rows = connection.execute(_statement(asked).limit(asked.limit + 1).offset(asked.offset)).all()
        page = rows[: asked.limit]
        counted = _counts(page, connection.execute(_contents({row.study for row in page})).all())
    documents = [_told(asked, row, counted[row.study], root) for row in page]
    return documents, len(rows) > asked.limit


def _statement(asked: Search) -> Select[Any]:
    """One row a match: study, series, sop (of the first instance) and what its header says."""
    if asked.level is Level.INSTANCE:
        found = select(H.study, H.series, H.sop, H.document).join(STUDIES, S.uid == H.study)
        return found.where(_REAL, *_conditions(asked.matching)).order_by(H.study, H.series, H.sop)
    if asked.level is Level.SERIES:
        inner = select(func.min(H.sop).label("sop")).join(STUDIES, S.uid == H.study)
        first = inner.where(_REAL, *_conditions(asked.matching)).group_by(H.study, H.series).subquery()
        return (
            select(H.study, H.series, H.sop, H.document).join(first, first.c.sop == H.sop).order_by(H.study, H.series)
        )
    one = select(func.min(H.sop)).where(H.study == S.uid, _REAL).correlate(STUDIES).scalar_subquery()
    of_study = {*_OF_STUDY, MODALITIES}
    known = {keyword: value for keyword, value in asked.matching.items() if keyword in of_study}
    others = {keyword: value for keyword, value in asked.matching.items() if keyword not in of_study}
    images = exists().where(H.study == S.uid, _REAL, *_conditions(others)).correlate(STUDIES)
    return (
        select(S.uid.label("study"), H.series, H.sop, H.document)
        .join(HEADERS, H.sop == one)
        .where(images, *_conditions(known))
        .order_by(func.coalesce(S.acquired, "").desc(), S.received.desc(), S.uid)
    )


def _conditions(matching: Mapping[str, str]) -> list[ColumnElement[bool]]:
    return [_condition(keyword, value) for keyword, value in matching.items() if value]


def _condition(keyword: str, value: str) -> ColumnElement[bool]:
    """PS3.4 C.2.2.2: a list of UIDs, a range of dates or times, wild cards, or the value itself."""
    if keyword == MODALITIES:
        wanted = value.replace("\\", ",").split(",")
        return exists().where(IMAGES.c.study == S.uid, IMAGES.c.modality.in_(wanted)).correlate(STUDIES)
    column = _column(keyword)
    vr = dictionary_VR(keyword)
    if vr == "UI":
        return column.in_(value.replace("\\", ",").split(","))
    if vr in _RANGES and "-" in value:
        low, _, high = value.partition("-")
        # A time is written as finely as its sender likes: until 10 is until the end of 10:59.
        ends = (column >= low if low else None, func.substr(column, 1, len(high)) <= high if high else None)
        return and_(column != "", *(one for one in ends if one is not None))
    lowered = func.lower(column) if vr == "PN" else column
    wanted_value = value.lower() if vr == "PN" else value
    if "*" in value or "?" in value:
        return lowered.like(_pattern(wanted_value), escape="/")
    whole = lowered == wanted_value
    return or_(whole, lowered.like(_pattern(f"{wanted_value}^*"), escape="/")) if vr == "PN" else whole


def _column(keyword: str) -> ColumnElement[str]:
    if keyword in _OF_STUDY:
        return func.coalesce(_OF_STUDY[keyword], "")
    return as_type(_OF_IMAGE.get(keyword, H.document[keyword].as_string()), Text)


def _pattern(value: str) -> str:
    for special in ("/", "%", "_"):
        value = value.replace(special, f"/{special}")
    return value.replace("*", "%").replace("?", "_")


def _contents(studies: Iterable[str]) -> Select[Any]:
    """How many instances of which modality each series of these studies has."""
    count = func.count().label("instances")
    columns = (IMAGES.c.study, IMAGES.c.series, IMAGES.c.modality)
    return select(*columns, count).join(HEADERS, H.sop == IMAGES.c.sop).where(
        IMAGES.c.study.in_(list(studies)), _REAL
    ).group_by(*columns)  # fmt: skip


def _counts(page: Sequence[Row[Any]], contents: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    counted: dict[str, list[Row[Any]]] = {row.study: [] for row in page}
    for one in contents:
        counted[one.study].append(one)
    return counted


def _told(asked: Search, row: Row[Any], contents: Sequence[Row[Any]], root: str) -> dict[str, Any]:
    keywords = dict.fromkeys((*asked.level.keywords, *asked.also))
    found = told(row.document, [one for one in keywords if one in ASKED_FOR])
    address = f"{root}/studies/{row.study}"
    if asked.level is Level.STUDY or MODALITIES in keywords:
        found |= element(MODALITIES, *sorted({one.modality for one in contents}))
        found |= element("NumberOfStudyRelatedSeries", len({one.series for one in contents}))
        found |= element("NumberOfStudyRelatedInstances", sum(one.instances for one in contents))
    if asked.level is not Level.STUDY:
        address += f"/series/{row.series}"
    if asked.level is Level.SERIES:
        count = sum(one.instances for one in contents if one.series == row.series)
        found |= element("NumberOfSeriesRelatedInstances", count)
    if asked.level is Level.INSTANCE:
        address += f"/instances/{row.sop}"
        found |= element("AvailableTransferSyntaxUID", row.document.get("TransferSyntaxUID", ""))
    found |= element("SpecificCharacterSet", UTF8) | element("InstanceAvailability", "ONLINE")
    return dict(sorted((found | element("RetrieveURL", address)).items()))
