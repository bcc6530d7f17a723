"""Condition: a wrong polarity. MONOCHROME1 is read for MONOCHROME2, or the pixels are the negative of what is said."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fiducial.errors import UnusableInput
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.physical import stored_range
from fiducial.scans.scan import Array, Scan

_OTHER = {"MONOCHROME1": "MONOCHROME2", "MONOCHROME2": "MONOCHROME1"}
_BOTH, _HEADER, _USED, _STORED, _TYPE = range(1, 6)


@dataclass(frozen=True, slots=True)
class Negative:
    """``kind``: 1 header and pixels, 2 the header alone, 3 to 5 the pixels alone, within ever wider ranges."""

    kind: int

    def apply(self, scan: Scan) -> Scan:
        """Turn over what the kind says.

        Raises:
            UnusableInput: the scan is in colour, which has no polarity.
        """
        if scan.is_colour:
            raise UnusableInput("is in colour; only grey images can be taken for their negative")
        said = scan.header.get("PhotometricInterpretation", "MONOCHROME2")
        turned = {"PhotometricInterpretation": _OTHER.get(said, "MONOCHROME1")}
        header = {**scan.header, **turned} if self.kind in (_BOTH, _HEADER) else scan.header
        array = scan.array if self.kind == _HEADER else _turned_over(scan.array, *self._range(scan))
        return replace(scan, array=array, header=header)

    def _range(self, scan: Scan) -> tuple[float, float]:
        if self.kind == _USED:
            return float(scan.array.min()), float(scan.array.max())
        if self.kind == _TYPE and scan.array.dtype.kind in "iu":
            kind = np.iinfo(scan.array.dtype)
            return float(kind.min), float(kind.max)
        return stored_range(scan)


def _turned_over(array: Array, low: float, high: float) -> Array:
    turned = (low + high) - array.astype(np.float64)
    if array.dtype.kind in "iu":
        kind = np.iinfo(array.dtype)
        turned = np.clip(turned, kind.min, kind.max)
    return turned.astype(array.dtype)


@dataclass(frozen=True, slots=True)
class Inverted:
    """Five ways to get the polarity wrong, the first of which harms no reader who heeds the header."""

    name: ClassVar[str] = "inverted"
    says: ClassVar[str] = (
        "a wrong polarity, five kinds: 1 header and pixels turned over (the same image stored otherwise), 2 the "
        "header alone, 3 the pixels alone within the values they have, 4 within the bits stored, 5 the whole type"
    )
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "kind"
    severities: ClassVar[tuple[float, float, float, float, float]] = (_BOTH, _HEADER, _USED, _STORED, _TYPE)
    source: ClassVar[str] = "the kinds are numbered, not measured; what MONOCHROME1 means: DICOM PS3.3 C.7.6.3.1.2"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Negative:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Negative(severity)
