"""Condition: a wrong spacing. The header's pixels are larger or smaller than those of the image."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fiducial.errors import UnusableInput
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.headers import numbers
from fiducial.scans.scan import Scan

_KEYWORDS = ("PixelSpacing", "ImagerPixelSpacing")


@dataclass(frozen=True, slots=True)
class WrongPixels:
    """Rows and columns are said to lie ``factor`` times as far apart as they do."""

    factor: float

    def apply(self, scan: Scan) -> Scan:
        """Write the wrong spacing into geometry and header.

        Raises:
            UnusableInput: the file gives no spacing.
        """
        if scan.spacing is None:
            raise UnusableInput("gives no pixel spacing that could be wrong; leave this condition out for such files")
        z, down, across = scan.spacing
        found = {keyword: numbers(scan.header, keyword) for keyword in _KEYWORDS}
        wrong = {
            keyword: "\\".join(f"{self.factor * value:.10g}" for value in values)
            for keyword, values in found.items()
            if values
        }
        return replace(scan, spacing=(z, self.factor * down, self.factor * across), header={**scan.header, **wrong})


@dataclass(frozen=True, slots=True)
class WrongSpacing:
    """Too large or too small; chance says which."""

    name: ClassVar[str] = "wrong-spacing"
    says: ClassVar[str] = "the header's pixel spacing is too large or too small; the pixels stay"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "times"
    severities: ClassVar[tuple[float, float, float, float, float]] = (1.05, 1.2, 1.5, 2, 10)
    source: ClassVar[str] = (
        "by how much, or its inverse: 1.05 to 1.2 is the magnification between detector and body of a radiograph, 2 a "
        "smaller copy that kept its header, 10 centimetres for millimetres; all round numbers chosen by eye"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> WrongPixels:  # noqa: ARG002  (contract)
        """Too large or too small."""
        return WrongPixels(self.severities[severity - 1] ** float(rng.choice([-1.0, 1.0])))
