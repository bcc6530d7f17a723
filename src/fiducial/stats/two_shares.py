"""Two shares of different trials: how far apart, how sure, and how sure that it is more than some floor."""

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from fiducial.stats.clusters import grouped_shares
from fiducial.stats.intervals import Interval, difference, wilson

_NEAREST, _FARTHEST = 1e-6, 8.0  # normal deviates; p below 1e-15 is told as that


@dataclass(frozen=True, slots=True)
class TwoShares:
    """A share inside a group and one outside it. ``effective``: the independent trials that each side is worth."""

    inside: float
    outside: float
    effective: tuple[float, float]
    trials: tuple[int, int]
    successes: tuple[int, int]

    @property
    def apart(self) -> float:
        """Inside minus outside."""
        return self.inside - self.outside

    def of_inside(self, confidence: float = 0.95) -> Interval:
        """Wilson's interval of the share inside."""
        return self._wilson(0, confidence)

    def of_outside(self, confidence: float = 0.95) -> Interval:
        """Wilson's interval of the share outside."""
        return self._wilson(1, confidence)

    def interval(self, confidence: float = 0.95) -> Interval:
        """Of inside minus outside: square-and-add (Newcombe 1998, method 10, as :func:`difference`)."""
        return difference(self.inside, self.of_inside(confidence), self.outside, self.of_outside(confidence))

    def p_beyond(self, floor: float = 0.0) -> float:
        """Two-sided p of "inside minus outside is ``floor``", counted only where it is more; else 1.

        The doubt at which the lower end of the interval touches the floor: test and interval never disagree.
        """

        def above(z: float) -> float:
            return self.interval(erf(z / sqrt(2))).low - floor

        if above(_NEAREST) <= 0:
            return 1.0
        if above(_FARTHEST) > 0:
            return float(2 * stats.norm.sf(_FARTHEST))
        return float(2 * stats.norm.sf(optimize.brentq(above, _NEAREST, _FARTHEST)))

    def p(self) -> float:
        """Two-sided p of "both are alike"."""
        return self.p_beyond() if self.apart >= 0 else self.mirrored().p_beyond()

    def mirrored(self) -> "TwoShares":
        """The same with inside and outside exchanged."""
        return TwoShares(self.outside, self.inside, self.effective[::-1], self.trials[::-1], self.successes[::-1])

    def _wilson(self, side: int, confidence: float) -> Interval:
        share, effective = (self.inside, self.outside)[side], self.effective[side]
        return wilson(share * effective, effective, confidence)


def two_shares(success: NDArray[np.bool_], inside: NDArray[np.bool_], cluster: NDArray[np.int64]) -> TwoShares:
    """Count both sides; trials come in clusters (patients), by which the effective numbers are lowered. All: (n,).

    Source of the effective numbers: Rao and Scott 1992, Biometrics 48:577-585, doi:10.2307/2532311.

    Raises:
        ValueError: a side has no trial.
    """
    if inside.all() or not inside.any():
        raise ValueError(f"need trials on both sides; got {int(inside.sum())} of {inside.size} inside")
    found = grouped_shares(success, np.where(inside, 0, 1), cluster)
    return TwoShares(
        float(found.share[0]),
        float(found.share[1]),
        (float(found.effective[0]), float(found.effective[1])),
        (int(found.trials[0]), int(found.trials[1])),
        (int(found.successes[0]), int(found.successes[1])),
    )
