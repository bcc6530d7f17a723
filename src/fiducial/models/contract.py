"""What every model is: it is shown studies and answers each one, with a score, or with a reason for having none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from fiducial.scans.preparation.contract import Placement
from fiducial.scans.scan import Scan

Floats = npt.NDArray[np.float32]


class Extra(StrEnum):
    """What an answer may hold beside scores; asked for by whoever needs it, as each costs time."""

    FEATURES = "features"  # what the model makes of the image before its last layer
    SALIENCY_MAP = "map"  # the last feature map, of which a CAM is one product


@dataclass(frozen=True, slots=True)
class Study:
    """One row of a cohort: its key, the files of its pixels (one image, or the slices of one series), its columns."""

    study: str
    paths: tuple[Path, ...]
    columns: Mapping[str, Any] = field(default_factory=dict)


class Shown:
    """A study as a model is shown it: decoded when the model first looks at it, and changed if a probe wants that."""

    def __init__(self, study: Study, load: Callable[[], Scan]) -> None:
        """``load`` gives the scan, or raises UnusableInput with a reason that reads behind the study's name."""
        self.study = study
        self._load = load

    @cached_property
    def scan(self) -> Scan:
        """The pixels.

        Raises:
            UnusableInput: they cannot be read.
        """
        return self._load()


@dataclass(frozen=True, slots=True)
class Box:
    """One region that a detector found, in pixels of the image as it is stored; ``score`` 0-1."""

    finding: str
    x0: float
    y0: float
    x1: float
    y1: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a model says of one study. Without scores it has a ``reason``; abstained, it has both.

    ``doubts``: finding -> why the model abstains on this one alone, or why this one alone has no score.
    ``scores``: finding -> 0-1, calibrated. ``boxes``: of a detector. ``maps``: finding -> (slices, rows, columns) of
    the source image: probabilities of a segmentation, or the values of an image made from another. ``features``:
    (width,). ``feature_map``: (slices, channels, rows, columns) of the last layer, which lies in the source image as
    ``placement`` says.
    ``measurements``: name -> (value, unit).
    """

    scores: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = None
    abstained: bool = False
    doubts: Mapping[str, str] = field(default_factory=dict)
    boxes: tuple[Box, ...] = ()
    maps: Mapping[str, Floats] = field(default_factory=dict)
    features: Floats | None = None
    feature_map: Floats | None = None
    placement: Placement | None = None
    measurements: Mapping[str, tuple[float, str]] = field(default_factory=dict)


class Model(Protocol):
    """Anything that answers. It never raises for one study's sake: what is wrong with a study is its reason."""

    @property
    def name(self) -> str:
        """As the predictions table calls it."""
        ...

    @property
    def identity(self) -> str:
        """Another text wherever answers may differ: what a resumed run remembers is of this model alone."""
        ...

    @property
    def findings(self) -> tuple[str, ...]:
        """What it scores; none for a model that makes images or vectors."""
        ...

    def answer(self, shown: Sequence[Shown], extras: frozenset[Extra] = frozenset()) -> list[Answer]:
        """One answer a study, in order; several at once are cheaper than one by one, and differ by 1e-5 at most.

        ``extras`` are given where the model can; a model without feature maps leaves them None.
        """
        ...
