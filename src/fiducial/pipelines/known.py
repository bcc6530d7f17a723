"""What is known of a study beside its pixels: the cohort's columns first, then the header, then tags of the cohort."""

import re
from collections.abc import Mapping
from typing import Any

from fiducial.cohort.table import LABEL_PREFIX, TAG_PREFIX
from fiducial.models.contract import Study

KEYWORDS = {  # our name -> DICOM keyword
    "modality": "Modality",
    "body_part": "BodyPartExamined",
    "view": "ViewPosition",
    "laterality": "ImageLaterality",
    "sex": "PatientSex",
    "age": "PatientAge",
}
_AGE = re.compile(r"^(\d{1,3})([DWMY])$")  # DICOM PS3.5, AS
_YEARS = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}


class Known:
    """Values by name; a label is never among them: a pipeline must not see the answer."""

    def __init__(self, study: Study, header: Mapping[str, str]) -> None:
        self._columns: Mapping[str, Any] = study.columns
        self._header = header

    def __getitem__(self, name: str) -> float | str | bool | None:
        """The value of ``age`` (years), ``view``, a column of the cohort or a DICOM keyword; None where nobody says."""
        keyword = KEYWORDS.get(name, name)
        own = None if name.startswith(LABEL_PREFIX) else self._columns.get(name)
        for found in (own, self._header.get(keyword, "").strip(), self._columns.get(TAG_PREFIX + keyword)):
            if found not in {None, ""}:
                return _plain(found, name)
        return None


def years(text: str) -> float | None:
    """``045Y``, ``006M`` or ``45`` as years; None where it is neither."""
    found = _AGE.match(text.strip().upper())
    if found:
        return int(found[1]) * _YEARS[found[2]]
    try:
        return float(text)
    except ValueError:
        return None


def _plain(value: object, name: str) -> float | str | bool | None:
    if name == "age":
        return years(str(value))
    return value if isinstance(value, bool | int | float) else str(value).strip()
