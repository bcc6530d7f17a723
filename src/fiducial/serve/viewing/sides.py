"""Which side of the patient lies at which edge of a picture, as the header says it."""

from collections.abc import Mapping, Sequence

from fiducial.scans.headers import numbers

_POSITIVE, _NEGATIVE = ("L", "P", "H"), ("R", "A", "F")  # of patient coordinates x, y, z (DICOM PS3.3 C.7.6.1.1.1)
_OPPOSITE = dict(zip(_POSITIVE + _NEGATIVE, _NEGATIVE + _POSITIVE, strict=True))
_LEAST = 0.35  # of a direction: what is less than 20 degrees off an axis is not named by it


def sides_of(header: Mapping[str, str]) -> dict[str, str]:
    """``left``, ``right``, ``top`` and ``bottom`` as letters, ``R``, ``AF``; empty where the header does not say it."""
    directions = numbers(header, "ImageOrientationPatient") or []
    if len(directions) == 6:
        right, bottom = _letters(directions[:3]), _letters(directions[3:])
    else:
        right, _, bottom = header.get("PatientOrientation", "").partition("\\")
    if not (_known(right) and _known(bottom)):
        return {}
    return {"left": _turned(right), "right": right, "top": _turned(bottom), "bottom": bottom}


def _letters(direction: Sequence[float]) -> str:
    """The axes that a direction goes along, the nearest first."""
    axes = sorted(range(3), key=lambda axis: -abs(direction[axis]))
    named = [axis for axis in axes if abs(direction[axis]) >= _LEAST]
    return "".join((_POSITIVE if direction[axis] > 0 else _NEGATIVE)[axis] for axis in named)


def _known(letters: str) -> bool:
    return bool(letters) and all(one in _OPPOSITE for one in letters)


def _turned(letters: str) -> str:
    return "".join(_OPPOSITE[one] for one in letters)
