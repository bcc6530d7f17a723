"""All four corners along the whole curve of thresholds, and the threshold that a rule picks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.resampling import draws

Floats = NDArray[np.float64]
Worth = Callable[[Floats, Floats], Floats]  # of sensitivity and specificity; the threshold with the most is chosen


@dataclass(frozen=True, slots=True, eq=False)
class CornerCurve:
    """One entry a threshold, ascending: every score that occurs, and one above them all, where nobody is called.

    ``threshold``: (t,), the last infinite. ``hits``: ill called; ``alarms``: healthy called, (t,), perhaps weighted.
    """

    threshold: Floats
    hits: Floats
    alarms: Floats

    @property
    def sensitivity(self) -> Floats:
        """Share of the ill that is called, (t,)."""
        return np.asarray(self.hits / self.hits[0], dtype=np.float64)

    @property
    def specificity(self) -> Floats:
        """Share of the healthy that is not called, (t,)."""
        return np.asarray(1 - self.alarms / self.alarms[0], dtype=np.float64)

    @property
    def misses(self) -> Floats:
        """Ill not called, (t,)."""
        return np.asarray(self.hits[0] - self.hits, dtype=np.float64)

    @property
    def cleared(self) -> Floats:
        """Healthy not called, (t,)."""
        return np.asarray(self.alarms[0] - self.alarms, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Optimism:
    """What choosing on the same rows flatters. ``thresholds``: chosen in each resample.

    ``sensitivity``, ``specificity``: by how much a corner that was chosen in a resample looks better there than on the
    rows that it was drawn from, on average.
    """

    thresholds: Floats
    sensitivity: float
    specificity: float


def corner_curve(truth: NDArray[np.bool_], score: Floats) -> CornerCurve:
    """Count hits and alarms at every score that occurs. ``truth``, ``score``: (n,).

    Raises:
        ValueError: a class is absent, or a score is NaN.
    """
    if not truth.any() or truth.all():
        raise ValueError(f"need both classes; got {int(truth.sum())} ill of {truth.size}")
    if np.isnan(score).any():
        raise ValueError("a score is NaN")
    kinds, place = np.unique(score, return_inverse=True)
    return _counted(kinds, place, truth, np.ones(truth.size))


def choose(curve: CornerCurve, worth: Worth) -> int:
    """The place of the best threshold; of several, the highest, which calls fewest.

    Raises:
        ValueError: no threshold is allowed (``worth`` is minus infinity everywhere).
    """
    of = worth(curve.sensitivity, curve.specificity)
    best = float(of.max())
    if best == -np.inf:
        raise ValueError("no threshold meets the rule")
    # Equal up to rounding counts as equal, so that the order of additions decides nothing.
    return int(np.flatnonzero(of >= best - 1e-12)[-1])


def estimate_optimism(  # noqa: PLR0913, PLR0917  (the rows, the rule, and how they are resampled)
    truth: NDArray[np.bool_],
    score: Floats,
    patient: NDArray[np.int64],
    worth: Worth,
    rng: np.random.Generator,
    resamples: int = 500,
) -> Optimism:
    """Choose in resamples of patients and look back at all rows. ``truth``, ``score``, ``patient``: (n,).

    Source: Harrell, Lee and Mark 1996, Stat Med 15:361-387,
    doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4. Resamples without a class, and those in which
    no threshold meets the rule, are left out.

    Raises:
        ValueError: more than one resample in two was left out.
    """
    kinds, place = np.unique(score, return_inverse=True)
    whole = _counted(kinds, place, truth, np.ones(truth.size))
    chosen, apart = [], []
    for weights in draws(patient, rng, resamples):
        drawn = _counted(kinds, place, truth, weights.astype(np.float64))
        if not drawn.hits[0] or not drawn.alarms[0]:
            continue
        try:
            at = choose(drawn, worth)
        except ValueError:
            continue
        chosen.append(float(drawn.threshold[at]))
        apart.append((drawn.sensitivity[at] - whole.sensitivity[at], drawn.specificity[at] - whole.specificity[at]))
    if len(chosen) < resamples / 2:
        raise ValueError(f"the rule picks a threshold in {len(chosen)} of {resamples} resamples only")
    by_corner = np.mean(apart, axis=0)
    return Optimism(np.array(chosen), float(by_corner[0]), float(by_corner[1]))


def keep_specificity(floor: float) -> Worth:
    """The most sensitivity among thresholds whose specificity is ``floor`` or more."""
    return lambda hit, cleared: np.where(cleared >= floor - 1e-12, hit, -np.inf)


def keep_sensitivity(floor: float) -> Worth:
    """The most specificity among thresholds whose sensitivity is ``floor`` or more."""
    return lambda hit, cleared: np.where(hit >= floor - 1e-12, cleared, -np.inf)


def least_harm(missed: float, alarm: float, prevalence: float) -> Worth:
    """The least of ``prevalence * missed * (1 - sensitivity) + (1 - prevalence) * alarm * (1 - specificity)``."""
    return lambda hit, cleared: -(prevalence * missed * (1 - hit) + (1 - prevalence) * alarm * (1 - cleared))


def _counted(kinds: Floats, place: NDArray[np.int64], truth: NDArray[np.bool_], weights: Floats) -> CornerCurve:
    counts = [np.bincount(place, weights * of, kinds.size) for of in (truth, ~truth)]
    hits, alarms = (np.concatenate((np.cumsum(one[::-1])[::-1], [0.0])) for one in counts)
    return CornerCurve(np.concatenate((kinds, [np.inf])), hits, alarms)
