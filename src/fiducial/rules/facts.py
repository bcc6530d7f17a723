"""What is known of one study, and why the rest is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import TypeAlias, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from fiducial.errors import UnusableInput

Plain: TypeAlias = float | str | bool


@dataclass(frozen=True, slots=True)
class Given:
    """One input: a value, or the reason why there is none; and the model that gave it."""

    value: Plain | None
    reason: str | None = None
    model: str | None = None
    version: str | None = None

    def __post_init__(self) -> None:
        """Whole numbers are numbers like any other."""
        if self.value.__class__ is int:
            object.__setattr__(self, "value", float(cast("int", self.value)))


@dataclass(frozen=True, slots=True)
class Box:
    """A region in pixels of an image of ``rows`` and ``columns``; ``z0`` to ``z1`` of ``slices`` in a volume."""

    x0: float
    y0: float
    x1: float
    y1: float
    score: float | None = None
    rows: int | None = None
    columns: int | None = None
    z0: float | None = None
    z1: float | None = None
    slices: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The boxes of one finding; with a ``reason``, nobody knows how many there are."""

    boxes: tuple[Box, ...] = ()
    reason: str | None = None
    model: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A named part of the image: a box, or an array of bool (rows, columns), with slices first in a volume."""

    area: Box | NDArray[np.bool_] | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that rules may read of one study; what is absent here is unknown to them.

    Scores, regions and masks are called as the decision file calls them, ``pneumothorax`` or ``pneumothorax@cnn-a``.
    """

    study: str
    scores: Mapping[str, Given] = field(default_factory=dict)
    regions: Mapping[str, Found] = field(default_factory=dict)
    masks: Mapping[str, Marked] = field(default_factory=dict)
    measurements: Mapping[str, Given] = field(default_factory=dict)
    metadata: Mapping[str, Given] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises UnusableInput where a score is outside 0 to 1, or a measurement is no finite number."""
        for name, given in self.scores.items():
            value = given.value
            if value is not None and not (_is_number(value) and 0 <= value <= 1):
                raise UnusableInput(f"study {self.study!r}: the score {name!r} must be from 0 to 1; got {value!r}.")
        for name, given in self.measurements.items():
            if given.value is not None and not (_is_number(given.value) and isfinite(given.value)):
                raise UnusableInput(
                    f"study {self.study!r}: the measurement {name!r} must be a finite number; got {given.value!r}. "
                    "Give None, and a reason, where it is not known."
                )


def _is_number(value: Plain) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
