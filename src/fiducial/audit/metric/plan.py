"""What will be compared with what: metrics, places and windows, alternatives, distances."""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from fiducial.errors import WrongUsage
from fiducial.scans.likeness import METRICS, Likeness, Window, metric

FULL, BODY = "full frame", "body"
DISTANCES = (2.0, 4.0, 6.0, 8.0, 12.0, 16.0)  # mm by which the target is moved
ROUNDING = 0.25  # a distance is tried where whole voxels come nearer to it than this share of it
AWAY = 20.0  # mm between a slice and another that may stand for "another slice"


class Condition(NamedTuple):
    """What the prediction was scored against, or what was scored in its stead. ``mm``: how far the target moved."""

    kind: str
    mm: float = 0.0


TRUE = Condition("prediction")
OTHER_SLICE, OTHER_PATIENT = Condition("other slice"), Condition("other patient")
COPY, AIR, MEAN = Condition("input copy"), Condition("air"), Condition("mean of targets")
ALONG_Z, ALONG_Y, ALONG_X = SHIFTED = ("along z", "along y", "along x")  # of the array: slices, rows, columns


@dataclass(frozen=True, slots=True)
class View:
    """Where a metric looks, and between which values."""

    region: str
    window: Window


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric in one view."""

    likeness: Likeness
    view: View


@dataclass(frozen=True, slots=True)
class Plan:
    """``slices``: at most so many a study; ``draws``: other slices and other patients for each of them."""

    readings: tuple[Reading, ...]
    slices: int = 6
    draws: int = 4
    seed: int = 0
    distances: tuple[float, ...] = DISTANCES

    @property
    def views(self) -> tuple[View, ...]:
        """Every view once."""
        return tuple(dict.fromkeys(one.view for one in self.readings))

    def scales(self, view: View) -> int:
        """The most scales that a metric of this view reads."""
        return max(one.likeness.scales for one in self.readings if one.view == view)


def plan(metrics: tuple[str, ...], regions: tuple[str, ...], whole: Window, window: Window) -> tuple[Reading, ...]:
    """Every metric in the full frame over all values, in the full frame in the window, in the body in the window.

    Raises:
        WrongUsage: no metric, or no region, bears a name.
    """
    for name in regions:
        if name not in {"full", BODY}:
            raise WrongUsage(f"a region is full or body; got {name!r}.")
    views = [View(FULL, whole), View(FULL, window)] if "full" in regions else []
    views += [View(BODY, window)] if BODY in regions else []
    chosen = [metric(name) for name in dict.fromkeys(metrics or METRICS)]
    return tuple(Reading(one, view) for one, view in product(chosen, dict.fromkeys(views)))
