"""Agreement of readers beyond chance: what all coefficients share, and their interval by patient.

Every coefficient is 1 minus observed by expected disagreement, and both follow from sums over the cases. Leaving a
patient out is then a subtraction, so that the jackknife costs no second look at the ratings and draws no lots.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from fiducial.stats.clusters import numbered
from fiducial.stats.intervals import Interval, wilson

Floats: TypeAlias = NDArray[np.float64]
Disagreement: TypeAlias = Callable[[Floats], tuple[Floats, Floats]]

LOWEST = -1.0  # no coefficient of these falls below it
_BLOCK = 2_000_000  # numbers that the jackknife holds at once
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient: 1 is perfect, 0 is chance. ``interval`` is None with fewer than two patients.

    ``cases``: those that two readers or more have rated; only these can show agreement.
    """

    value: float
    interval: Interval | None
    cases: int


@dataclass(frozen=True, slots=True, eq=False)
class Coefficient:
    """1 minus observed by expected disagreement. ``terms``: (n, k), what every case adds to the sums.

    ``disagreement``: sums (..., k) to the observed and the expected disagreement (...). ``most``: the largest observed
    disagreement that there can be. ``counts``: (n,), the cases that two readers have rated.
    """

    terms: Floats
    disagreement: Disagreement
    most: float
    counts: NDArray[np.bool_]


def agreement(
    coefficient: Coefficient, patient: NDArray[np.int64] | None = None, confidence: float = 0.95
) -> Agreement:
    """The coefficient and its interval. ``patient``: (n,); without it every case is a patient.

    The standard error is the jackknife's, a patient left out with all cases; the reach is Student's t of the patients
    less one. The lower end is taken on the logarithm of observed by expected disagreement, which is skewed where
    readers nearly always agree. The upper end is the higher of that scale's and the plain one's, which is moved up by
    the skewness of what the patients add: near chance, a study that came out low has a spread that is too small as
    well. Where readers always agree, the share of the cases in which they differ is one of which 0 were seen (Wilson),
    each differing as far as can be. Where one patient alone gives the coefficient a meaning, the interval is all there
    is.

    Sources: Miller 1974, Biometrika 61:1-15, doi:10.1093/biomet/61.1.1; of kappa: Fleiss and Davies 1982, Am J
    Epidemiol 115:841-845; skewness: Hall 1992, J R Stat Soc B 54:221-228, doi:10.1111/j.2517-6161.1992.tb01876.x.

    Raises:
        ValueError: no case has two ratings, or all ratings are alike, so that no disagreement could be expected.
    """
    cases = int(coefficient.counts.sum())
    if not cases:
        raise ValueError("need a case with two ratings; got none")
    whole = coefficient.terms.sum(axis=0)
    observed, expected = (float(one) for one in coefficient.disagreement(whole))
    if not expected > _ROUNDING:
        raise ValueError("all ratings are alike, so that no disagreement can be expected and none be missed")
    ratio = observed / expected
    member, patients = _rated(coefficient, patient)
    if patients < 2:
        return Agreement(1 - ratio, None, cases)
    if ratio <= _ROUNDING:
        differ = wilson(0, patients, confidence).high * coefficient.most / expected
        return Agreement(1.0, Interval(max(LOWEST, 1 - differ), 1.0), cases)
    without = _left_out(coefficient, whole, member, patients)
    if not np.isfinite(without).all():
        return Agreement(1 - ratio, Interval(LOWEST, 1.0), cases)
    return Agreement(1 - ratio, _around(ratio, without, confidence), cases)


def coded(ratings: Floats, categories: Floats | None = None) -> tuple[NDArray[np.int64], Floats]:
    """Every rating as the place of its category, -1 where there is none: (n, readers); and the categories in order.

    ``ratings``: (n, readers), NaN where a reader has not rated. ``categories``: the scale; what occurs where not given.

    Raises:
        ValueError: fewer than two readers, no rating, or one that is not on the scale.
    """
    if ratings.ndim != 2 or ratings.shape[1] < 2:
        raise ValueError(f"need two readers or more, one a column; got an array of shape {ratings.shape}")
    rated = ~np.isnan(ratings)
    scale = np.unique(ratings[rated]) if categories is None else np.unique(categories)
    if not rated.any():
        raise ValueError("need a rating; got none")
    place = np.searchsorted(scale, np.where(rated, ratings, scale[0])).clip(max=scale.size - 1)
    strange = rated & (scale[place] != ratings)
    if strange.any():
        raise ValueError(f"the rating {ratings[strange][0]:g} is none of {', '.join(f'{one:g}' for one in scale)}")
    return np.where(rated, place, -1), scale


def counted(codes: NDArray[np.int64], categories: int) -> Floats:
    """How many readers gave each case each category: (n, categories). ``codes``: as :func:`coded` gives them."""
    counts = np.zeros((codes.shape[0], categories))
    case, reader = np.nonzero(codes >= 0)
    np.add.at(counts, (case, codes[case, reader]), 1.0)
    return counts


def distances(categories: int, weights: str) -> Floats:
    """How far two categories lie apart, 0 to 1, by their places on the scale: (categories, categories).

    ``weights``: "none" (apart or not), "linear" or "quadratic".

    Raises:
        ValueError: other weights.
    """
    place = np.arange(categories)
    steps = np.abs(place[:, np.newaxis] - place) / max(1, categories - 1)
    known: dict[str, Floats] = {"none": (steps > 0).astype(np.float64), "linear": steps, "quadratic": steps**2}
    if weights not in known:
        raise ValueError(f"weights must be one of {', '.join(known)}; got {weights!r}")
    return known[weights]


def _rated(coefficient: Coefficient, patient: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], int]:
    """The number of every case's patient; patients without a case that two have rated share the number after the last.

    Their cases may stand in the sums, as in Gwet's, but they are not what the spread is seen on.
    """
    every = np.arange(coefficient.terms.shape[0]) if patient is None else patient
    member, patients = numbered(every)
    seen = np.bincount(member, coefficient.counts, patients) > 0
    place = np.where(seen, np.cumsum(seen) - 1, int(seen.sum()))
    return place[member], int(seen.sum())


def _left_out(coefficient: Coefficient, whole: Floats, member: NDArray[np.int64], patients: int) -> Floats:
    """Observed by expected disagreement without each patient, (patients,); NaN where nothing is expected without."""
    width = whole.size
    added = np.zeros((patients + 1, width))
    np.add.at(added, member, coefficient.terms)
    block = max(1, _BLOCK // width)
    found = np.empty(patients)
    for start in range(0, patients, block):
        observed, expected = coefficient.disagreement(whole - added[start : min(start + block, patients)])
        with np.errstate(divide="ignore", invalid="ignore"):
            found[start : start + block] = np.where(expected > _ROUNDING, observed / expected, np.nan)
    return found


def _around(ratio: float, without: Floats, confidence: float) -> Interval:
    """``without``: observed by expected disagreement without each patient, (patients,)."""
    patients = without.size
    away = without - without.mean()
    squares = float(np.square(away).sum())
    if squares <= _ROUNDING**2:
        return Interval(LOWEST, 1.0)  # no patient differs from another, which says nothing of the next
    error = sqrt((patients - 1) / patients * squares)
    quantile = float(stdtrit(patients - 1, (1 + confidence) / 2))
    skew = max(0.0, float((away**3).sum()) / (6 * squares**1.5) * (2 * quantile**2 + 1))
    reach = min(50.0, quantile * error / ratio)
    high = max(1 - ratio * exp(-reach), min(1.0, 1 - ratio + error * (quantile + skew)))
    return Interval(max(LOWEST, 1 - ratio * exp(reach)), high)
