"""Gaps between subgroups: how large, how sure, how sure after so many looks, and how large one would have to be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import isfinite
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from fiducial.audit.metrics import FLOOR_METRICS, between, measure
from fiducial.audit.subgroups import Subgroup
from fiducial.claims.evidence import Figure
from fiducial.stats.intervals import Interval, z_value

POWER = 0.8


@dataclass(frozen=True, slots=True)
class Gap:
    """The difference of one metric between two subgroups of one column, the better one first."""

    metric: str
    column: str
    better: Figure
    worse: Figure
    interval: Interval
    confidence: float
    crossed: bool

    @property
    def value(self) -> float:
        """Better minus worse, never negative."""
        return self.better.value - self.worse.value

    @property
    def figure(self) -> Figure:
        """The gap as a figure."""
        n = self.better.n + self.worse.n
        return Figure(f"{self.metric}_gap", self.value, self.interval, n, subgroup=self.between)

    @property
    def between(self) -> str:
        """``sex=M vs sex=F``."""
        return f"{self.better.subgroup} vs {self.worse.subgroup}"

    @property
    def standard_error(self) -> float:
        """Read off the lower side of the interval, the one that decides whether there is a gap."""
        return (self.value - self.interval.low) / z_value(self.confidence)

    @property
    def detectable(self) -> float:
        """The smallest true gap that these numbers would show in four audits of five."""
        return self.standard_error * (z_value(self.confidence) + NormalDist().inv_cdf(POWER))

    def p_beyond(self, floor: float) -> float:
        """Two-sided p of the hypothesis that the true gap is no larger than ``floor``."""
        return p_beyond(self.value, self.standard_error, floor)


def p_beyond(value: float, error: float, floor: float) -> float:
    """Two-sided p of the hypothesis that what was measured as ``value``, with this standard error, is ``floor``."""
    if error <= 0:
        return 1.0 if value <= floor else 0.0
    return min(1.0, 2 * (1 - NormalDist().cdf((value - floor) / error)))


def measured(groups: Iterable[Subgroup], minimum: int, confidence: float) -> dict[tuple[str, str], list[Figure]]:
    """The figures of every subgroup that is large enough, by metric and column; each is measured once."""
    found: dict[tuple[str, str], list[Figure]] = {}
    for group in groups:
        for metric in FLOOR_METRICS:
            if group.size(metric) >= minimum:
                figure = measure(metric, group.answered, confidence, group.label)
                found.setdefault((metric, group.column), []).append(figure)
    return found


def gaps(figures: dict[tuple[str, str], list[Figure]], crossed: set[str], confidence: float) -> Iterator[Gap]:
    """Every pair of subgroups of a column; of crossed columns only the best against the worst."""
    for (metric, column), given in figures.items():
        ranked = sorted(given, key=lambda figure: -figure.value)
        pairs = [(ranked[0], ranked[-1])] if column in crossed and len(ranked) > 1 else combinations(ranked, 2)
        for better, worse in pairs:
            interval = between(better, worse)
            yield Gap(metric, column, better, worse, interval, confidence, column in crossed)


def looked_at(figures: dict[tuple[str, str], list[Figure]]) -> int:
    """How many pairs could have been chosen: picking the worst of many is looking at all of them."""
    return sum(len(given) * (len(given) - 1) // 2 for given in figures.values())


def holm(p_values: list[float], comparisons: int) -> NDArray[np.float64]:
    """Holm's adjusted p-values, for a family of ``comparisons`` of which only these are at hand.

    Source: Holm 1979, Scand J Stat 6:65-70.
    """
    # By hand: statsmodels collects garbage at every call, which costs more than all that a rung computes.
    order = np.argsort(p_values, kind="stable")
    left = np.maximum(comparisons, len(p_values)) - np.arange(len(p_values))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(np.asarray(p_values)[order] * left))
    return adjusted


def benjamini_hochberg(p_values: list[float], comparisons: int) -> NDArray[np.float64]:
    """Benjamini and Hochberg's adjusted p-values: the share of false alarms among those called.

    Source: Benjamini and Hochberg 1995, J R Stat Soc B 57:289-300, doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    unseen = max(0, comparisons - len(p_values))
    padded = np.array([*p_values, *[1.0] * unseen])
    return np.asarray(false_discovery_control(padded)[: len(p_values)], dtype=np.float64)


def needed(gap: Gap, floor: float) -> str:
    """In words, whether a gap as large as the floor could have been seen at all."""
    if not isfinite(gap.detectable) or gap.detectable <= floor or floor <= 0:
        return ""
    factor = (gap.detectable / floor) ** 2
    return (
        f"{gap.column}: a gap in {gap.metric} below {gap.detectable:.2f} would go unseen here (80% power); "
        f"to see one of {floor:g} about {factor:.0f} times as many decisions are needed."
    )
