"""Can numbers tell groups apart? Cross-validated ridge scores and a permutation test that refits at every draw.

The scores of left-out rows are linear in what is told: one matrix a set of folds gives them for any labels, so that a
thousand refits cost a thousand products.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

FOLDS = 5
DRAWS = 499
ENOUGH = 10  # draws that reach what was found
_ROUNDING = 1e-9
PENALTY = 1.0  # in units of the mean square of the standardised numbers


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """How well groups are told apart: macro one-against-rest AUROC, the ``score`` of each (n, groups), and its p."""

    auroc: float
    score: NDArray[np.float64]
    p: float


def tell_apart(
    numbers: NDArray[np.float64], group: NDArray[np.int64], rng: np.random.Generator, *, permutations: int = DRAWS
) -> Told:
    """Cross-validated AUROC of ``group`` (n,), codes from 0 up, from ``numbers`` (n, width); rows are independent.

    The folds are dealt by lot, whatever the group of a row, so that under the hypothesis that nothing is told every
    order of the groups is as likely: ``p`` is that of a permutation test with a refit at every draw, and is exact.

    Sources: Ojala and Garriga 2010, J Mach Learn Res 11:1833-1863, test 1.
    """
    folds = rng.permutation(group.size) % min(FOLDS, group.size)
    smooth = _left_out_smoother(numbers, folds)
    members = np.eye(int(group.max()) + 1)[group]
    score = smooth @ members
    found = _macro_auroc(score, members)
    shuffled = (members[rng.permutation(group.size)] for _ in range(permutations))
    p = sequential_p(_macro_auroc(smooth @ one, one) >= found - _ROUNDING for one in shuffled)
    return Told(found, score, p)


def shift_with(
    values: NDArray[np.float64],
    group: NDArray[np.int64],
    order: NDArray[np.float64],
    rng: np.random.Generator,
    *,
    permutations: int = DRAWS,
) -> float:
    """One-sided permutation p of "rows of groups that stand higher in ``order`` (groups,) have higher ``values`` (n,)".

    The statistic is the covariance of the ranks of the values with the order of their groups.
    """
    ranks, place = rankdata(values), order[group]
    place = place - place.mean()
    found = float(ranks @ place)
    return sequential_p(float(ranks @ rng.permutation(place)) >= found - _ROUNDING for _ in range(permutations))


def sequential_p(reached: Iterable[bool]) -> float:
    """The p of a permutation test that stops once ten draws have ``reached`` what was found: it is then large enough.

    Without a stop the data count among the draws. Either way it is at most ``a`` in a share ``a`` of cases or fewer.

    Source: Besag and Clifford 1991, Biometrika 78:301-304, doi:10.1093/biomet/78.2.301.
    """
    hits = drawn = 0
    for hit in reached:
        drawn += 1
        hits += bool(hit)
        if hits == ENOUGH:
            return hits / drawn
    return (hits + 1) / (drawn + 1)


def _left_out_smoother(numbers: NDArray[np.float64], folds: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n, n): row i weighs the labels of the other folds; kernel ridge about their mean."""
    spread = numbers.std(axis=0)
    varied = (numbers[:, spread > 0] - numbers[:, spread > 0].mean(axis=0)) / spread[spread > 0]
    kernel = varied @ varied.T / max(1, varied.shape[1])
    smooth = np.zeros_like(kernel)
    for left_out in np.unique(folds):
        inside = folds == left_out
        known = np.flatnonzero(~inside)
        system = kernel[np.ix_(known, known)] + PENALTY * np.eye(known.size)
        weights = np.linalg.solve(system, kernel[np.ix_(known, np.flatnonzero(inside))]).T
        smooth[np.ix_(np.flatnonzero(inside), known)] = weights - weights.mean(axis=1, keepdims=True)
    return np.asarray(smooth, dtype=np.float64)


def _macro_auroc(score: NDArray[np.float64], members: NDArray[np.float64]) -> float:
    """The mean over groups of the AUROC of one against the rest; ties half."""
    ranks = rankdata(score, axis=0)
    size = members.sum(axis=0)
    above = (ranks * members).sum(axis=0) - size * (size + 1) / 2
    return float((above / (size * (members.shape[0] - size))).mean())
