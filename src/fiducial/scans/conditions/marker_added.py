"""Condition: a side marker is added. A lead letter R or L lies in a corner of a radiograph."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import XRAY, Radiograph
from fiducial.scans.conditions.lettering import Text
from fiducial.scans.scan import Scan

_LEAD = 1.2  # grey: nothing passes it
_MARGIN = (0.02, 0.1)  # of the room: how far from the edges it lies
_CROOKED = 12.0  # degrees


@dataclass(frozen=True, slots=True)
class LeadLetter:
    """The letter, and where it lies."""

    text: Text

    def apply(self, scan: Scan) -> Scan:
        """Lay it on every slice."""
        radiograph = Radiograph.of(scan)
        rows, columns = radiograph.grey.shape[1:]
        cover = self.text.cover((rows, columns))
        return radiograph.store(scan, radiograph.grey + cover * np.maximum(_LEAD - radiograph.grey, 0))


@dataclass(frozen=True, slots=True)
class MarkerAdded:
    """R on the picture's left or L on its right, as in a frontal view of a patient who faces the viewer."""

    name: ClassVar[str] = "marker-added"
    says: ClassVar[str] = "a lead letter R or L is laid into a corner"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.02, 0.03, 0.045, 0.06, 0.09)
    source: ClassVar[str] = (
        "height of the letter over the longer side, chosen by eye: 0.03 is 13 mm on a side of 43 cm, about what is sold"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> LeadLetter:  # noqa: ARG002  (contract)
        """Which letter, which corner, how crooked."""
        letter = "RL"[int(rng.integers(2))]
        down, across = (float(margin) for margin in rng.uniform(*_MARGIN, 2))
        at_the_bottom, crooked = bool(rng.random() < 0.3), float(rng.uniform(-_CROOKED, _CROOKED))
        down = 1 - down if at_the_bottom else down
        across = across if letter == "R" else 1 - across
        return LeadLetter(Text(letter, self.severities[severity - 1], down, across, crooked, bold=True))
