"""What every condition is: it draws a change from a generator, and the change, once drawn, always does the same."""

from typing import ClassVar, Literal, Protocol

import numpy as np

from fiducial.scans.scan import Scan

Severity = Literal[1, 2, 3, 4, 5]
SEVERITIES: tuple[Severity, ...] = (1, 2, 3, 4, 5)


class Change(Protocol):
    """What was drawn: everything that ``apply`` needs, so that a history can be replayed exactly."""

    def apply(self, scan: Scan) -> Scan:
        """The changed scan: same type and number of slices; the scan handed in is left as it was.

        Raises:
            UnusableInput: the scan is of a kind that cannot be changed so (colour, no spacing).
        """
        ...


class Condition(Protocol):
    """One kind of stress at five severities, in physical units, from hardly seen to worse than the clinic accepts."""

    name: ClassVar[str]
    says: ClassVar[str]  # one line for a reader: what happens to the image, and where it comes from
    modalities: ClassVar[tuple[str, ...]]  # DICOM modalities (CT, MR, DX, CR, MG); empty: any image
    unit: ClassVar[str]  # of ``severities``: "HU", "mm", "degrees", "1" for a factor
    severities: ClassVar[tuple[float, float, float, float, float]]
    source: ClassVar[str]  # where the five numbers come from: a publication, a standard, or a plain "chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Change:
        """Draw whatever is random about the change for this scan; nothing is applied yet."""
        ...
