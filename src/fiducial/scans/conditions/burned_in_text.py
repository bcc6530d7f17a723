"""Condition: burned-in text. Name, date and settings of nobody stand in the corners, as old workstations wrote them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.lettering import Text
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

_HEIGHT = 0.018  # of the longer side
_CORNERS = ((0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0))  # down, across: in the order in which they fill
_LEADING = 1.6  # heights from one line to the next
_MARGIN = 0.015  # of either side
_NAMES = ("DOE JANE", "ROE RICHARD", "MUSTER MAX", "ROSSI MARIA", "NOVAK JAN", "DUPONT ANNE")
_SETTINGS = (
    *("PORTABLE", "AP SUPINE", "120 KVP", "3 MAS", "SEMI-ERECT", "W: 4096 L: 2048", "IM: 1 SE: 2", "ACC 40718"),
    *("ROOM 3", "WARD 7 B", "EI 412", "ZOOM 100%", "LOSSY 10:1", "NOT FOR DIAGNOSIS"),
)


@dataclass(frozen=True, slots=True)
class Writing:
    """The lines, and where they stand."""

    lines: tuple[Text, ...]

    def apply(self, scan: Scan) -> Scan:
        """Write into every slice, in the brightest value that it holds."""
        values = physical(scan)
        rows, columns = values.shape[1:]
        cover = np.max([line.cover((rows, columns)) for line in self.lines], axis=0)
        return with_physical(scan, values + cover * (values.max() - values))


@dataclass(frozen=True, slots=True)
class BurnedInText:
    """Lines in the four corners; the names are nobody's."""

    name: ClassVar[str] = "burned-in-text"
    says: ClassVar[str] = "text is written into the corners"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "lines"
    severities: ClassVar[tuple[float, float, float, float, float]] = (1, 2, 4, 8, 16)
    source: ClassVar[str] = "lines of text, chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Writing:  # noqa: ARG002  (contract)
        """What is written."""
        words = (str(rng.choice(_NAMES)), _date(rng), *map(str, rng.permutation(_SETTINGS)))
        return Writing(tuple(_line(number, words[number]) for number in range(int(self.severities[severity - 1]))))


def _line(number: int, words: str) -> Text:
    bottom, right = _CORNERS[number % len(_CORNERS)]
    inward = _MARGIN + number // len(_CORNERS) * _LEADING * _HEIGHT
    return Text(words, _HEIGHT, abs(bottom - inward), abs(right - _MARGIN))


def _date(rng: np.random.Generator) -> str:
    year, month, day, hour, minute = rng.integers((1990, 1, 1, 0, 0), (2025, 13, 29, 24, 60))
    return f"{year}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}"
