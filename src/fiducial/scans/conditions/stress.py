"""Conditions as a predictions table writes them, ``ct-noise:3+jpeg:2``, and what they do to a scan."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from zlib import crc32

import numpy as np

from fiducial import plugins
from fiducial.errors import WrongUsage
from fiducial.scans.conditions.contract import SEVERITIES, Condition, Severity
from fiducial.scans.scan import Scan

CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Stress:
    """Conditions with their severities, applied from left to right; without any, the scan stays clean."""

    parts: tuple[tuple[str, Severity], ...] = ()

    def __str__(self) -> str:
        """As in the column ``condition``."""
        return "+".join(f"{name}:{severity}" for name, severity in self.parts) or CLEAN

    def apply(self, scan: Scan, *, seed: int, study: str) -> Scan:
        """The scan under this stress. Draws depend on seed, study and part alone: not on order, batch or process.

        Raises:
            UnusableInput: the scan is of a kind that a condition cannot change.
        """
        for name, severity in self.parts:
            drawn = condition(name).draw(scan, severity, _rng(seed, study, f"{name}:{severity}"))
            scan = drawn.apply(scan)
        return scan


def parse_stress(text: str) -> Stress:
    """Parse ``clean`` or ``name:severity`` joined by ``+``.

    Raises:
        WrongUsage: no condition bears the name, or the severity is not 1 to 5.
    """
    if text == CLEAN:
        return Stress()
    return Stress(tuple(_part(word) for word in text.split("+")))


def condition(name: str) -> Condition:
    """The condition behind a name.

    Raises:
        WrongUsage: no condition bears the name.
    """
    return cast("Condition", plugins.load("conditions", name)())


def conditions_for(modality: str | None) -> tuple[str, ...]:
    """The names of all conditions that make sense for images of a DICOM modality; None: those for any image."""
    return tuple(name for name in plugins.names("conditions") if _fits(condition(name), modality))


def every_severity(names: Iterable[str]) -> tuple[Stress, ...]:
    """One stress a condition and severity, in the order of the names."""
    return tuple(Stress(((name, severity),)) for name in names for severity in SEVERITIES)


def _fits(one: Condition, modality: str | None) -> bool:
    return not one.modalities or modality in one.modalities


def _part(word: str) -> tuple[str, Severity]:
    name, _, told = word.partition(":")
    if told not in {str(severity) for severity in SEVERITIES}:
        raise WrongUsage(f"a condition is written name:severity with a severity of 1 to 5, got {word!r}.")
    condition(name)
    return name, cast("Severity", int(told))


def _rng(seed: int, study: str, part: str) -> np.random.Generator:
    return np.random.default_rng([seed, crc32(study.encode()), crc32(part.encode())])
