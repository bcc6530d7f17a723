"""Obuchowski and Rockette's analysis of several readers and several cases, with Hillis' degrees of freedom.

``values``: (arms, readers), what each reader reaches in each arm. ``covariance``: (arms, readers, arms, readers), over
the cases. Readers may have read different cases: the formulae take averages of covariances over all pairs of readers,
and pairs who share no case have a covariance of 0. With every reader on every case they are the published ones.

Sources: Obuchowski and Rockette 1995, Commun Stat Simul Comput 24:285-308, doi:10.1080/03610919508813243; Hillis 2007,
Stat Med 26:596-619, doi:10.1002/sim.2532; Hillis 2014, Stat Med 33:330-360, doi:10.1002/sim.5926 (marginal means, which
cover split plots).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf, isinf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

from fiducial.stats.intervals import Interval

Floats = NDArray[np.float64]


class Design(StrEnum):
    """What the result is to hold for: other readers and other cases, these readers, or these cases."""

    RANDOM = "random"
    FIXED_READERS = "fixed-readers"
    FIXED_CASES = "fixed-cases"


@dataclass(frozen=True, slots=True)
class Components:
    """``error``: the mean variance over cases. Mean covariances: ``cov1`` same reader in two arms, ``cov2`` two readers
    in one arm, ``cov3`` two readers in two arms. Mean squares of arms, and of arms by readers.
    """

    arms: int
    readers: int
    error: float
    cov1: float
    cov2: float
    cov3: float
    ms_arm: float
    ms_arm_reader: float

    @property
    def shared(self) -> float:
        """``max(cov2 - cov3, 0)``: what readers err together, arm by arm."""
        return max(self.cov2 - self.cov3, 0.0)

    @property
    def arm_reader(self) -> float:
        """The variance of the gain from reader to reader, cases apart; not below 0."""
        return max(self.ms_arm_reader - (self.error - self.cov1 - (self.cov2 - self.cov3)), 0.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over readers, or a difference of two. ``interval`` is None where nothing varied.

    ``freedom``: of Student's t; infinite where z was used. ``p``: two-sided, of 0; None without an interval.
    """

    value: float
    error: float
    freedom: float
    interval: Interval | None
    p: float | None

    def share_interval(self, confidence: float = 0.95) -> Interval | None:
        """Of a share, on the logit scale with the same degrees of freedom; cut to 0 to 1 where that has no meaning.

        The plain interval, MRMCaov's, holds too seldom where few readers come near 1 (``make prove``).
        """
        if self.interval is None or not 0 < self.value < 1:
            return self.interval and Interval(max(0.0, self.interval.low), min(1.0, self.interval.high))
        law = stats.norm() if isinf(self.freedom) else stats.t(self.freedom)
        reach = float(law.ppf((1 + confidence) / 2)) * self.error / (self.value * (1 - self.value))
        centre = logit(self.value)
        return Interval(float(expit(centre - reach)), float(expit(centre + reach)))


@dataclass(frozen=True, slots=True)
class Omnibus:
    """The test that all arms are alike: F with ``freedom`` (arms less one, and of the denominator); infinite: X2."""

    statistic: float
    freedom: tuple[float, float]
    p: float


def components(values: Floats, covariance: Floats) -> Components:
    """Mean squares and mean covariances.

    Raises:
        ValueError: fewer than two arms, or shapes that do not fit.
    """
    arms, readers = values.shape
    if arms < 2 or covariance.shape != (arms, readers, arms, readers):
        raise ValueError(f"need two arms or more and a covariance of them; got {values.shape} and {covariance.shape}")
    same_arm, same_reader = np.eye(arms, dtype=bool), np.eye(readers, dtype=bool)
    arm_pairs, reader_pairs = same_arm[:, None, :, None], same_reader[None, :, None, :]
    of_arm, of_reader, overall = values.mean(axis=1), values.mean(axis=0), values.mean()
    residual = values - of_arm[:, None] - of_reader[None, :] + overall
    return Components(
        arms,
        readers,
        _mean(covariance, arm_pairs & reader_pairs),
        _mean(covariance, ~arm_pairs & reader_pairs),
        _mean(covariance, arm_pairs & ~reader_pairs),
        _mean(covariance, ~arm_pairs & ~reader_pairs),
        readers * float(np.square(of_arm - overall).sum()) / (arms - 1),
        float(np.square(residual).sum()) / ((arms - 1) * max(readers - 1, 1)),
    )


def omnibus(found: Components, design: Design = Design.RANDOM) -> Omnibus | None:
    """Whether any arm differs; None where nothing varied.

    Raises:
        ValueError: random readers, and there is one.
    """
    spread, freedom = _denominator(found, design)
    if spread <= 0:
        return None
    ratio, top = found.ms_arm / spread, found.arms - 1.0
    if isinf(freedom):
        return Omnibus(ratio * top, (top, inf), float(stats.chi2.sf(ratio * top, top)))
    return Omnibus(ratio, (top, freedom), float(stats.f.sf(ratio, top, freedom)))


def difference(
    values: Floats, found: Components, pair: tuple[int, int] = (0, 1), *, design: Design, confidence: float = 0.95
) -> Estimate:
    """Mean of the readers in the first arm of the ``pair`` minus that in the second.

    Raises:
        ValueError: random readers, and there is one.
    """
    spread, freedom = _denominator(found, design)
    first, second = pair
    apart = float(values[first].mean() - values[second].mean())
    return _estimate(apart, 2 * spread / found.readers, freedom, confidence)


def arm_mean(values: Floats, covariance: Floats, *, design: Design, confidence: float = 0.95) -> Estimate:
    """Mean of the readers of one arm. ``values``: (readers,). ``covariance``: (readers, readers).

    Raises:
        ValueError: random readers, and there is one.
    """
    readers = values.size
    _refuse_single(readers, design)
    error = float(np.diagonal(covariance).mean())
    together = max(_mean(covariance, ~np.eye(readers, dtype=bool)), 0.0)
    between = float(values.var(ddof=1)) if readers > 1 else 0.0
    variance, freedom = {
        Design.RANDOM: lambda: (between / readers + together, _satterthwaite(between, readers * together, readers - 1)),
        Design.FIXED_READERS: lambda: ((error + (readers - 1) * together) / readers, inf),
        Design.FIXED_CASES: lambda: (between / readers, readers - 1.0),
    }[design]()
    return _estimate(float(values.mean()), variance, freedom, confidence)


def difference_unpaired(
    values: tuple[Floats, Floats], covariance: Floats, *, design: Design, confidence: float = 0.95
) -> Estimate:
    """First arm minus second, where other readers read each. ``covariance``: of the readers of both, first arm first.

    Welch's degrees of freedom over both arms' variances; readers of different arms covary over the cases they share.

    Raises:
        ValueError: random readers, and an arm has one.
    """
    first, second = values
    of_first, of_second = covariance[: first.size, : first.size], covariance[first.size :, first.size :]
    across = max(float(covariance[: first.size, first.size :].mean()), 0.0) if design is not Design.FIXED_CASES else 0.0
    arms = [arm_mean(one, cov, design=design) for one, cov in ((first, of_first), (second, of_second))]
    variances = [one.error**2 for one in arms]
    # What both arms owe to the same cases cannot exceed what each owes to its own.
    variance = max(sum(variances) - 2 * across, 0.0)
    parts = sum(v**2 / one.freedom for v, one in zip(variances, arms, strict=True) if not isinf(one.freedom))
    freedom = max(variance**2 / parts, min(one.freedom for one in arms)) if parts else inf
    return _estimate(float(first.mean() - second.mean()), variance, freedom, confidence)


def _denominator(found: Components, design: Design) -> tuple[float, float]:
    """What the mean square of arms is divided by, and its degrees of freedom."""
    _refuse_single(found.readers, design)
    residual = (found.arms - 1) * (found.readers - 1)
    together = found.readers * found.shared
    if design is Design.FIXED_READERS:
        return max(found.error - found.cov1 + (found.readers - 1) * found.shared, 0.0), inf
    if design is Design.FIXED_CASES:
        return found.ms_arm_reader, float(residual)
    return found.ms_arm_reader + together, _satterthwaite(found.ms_arm_reader, together, residual)


def _satterthwaite(square: float, exact: float, freedom: int) -> float:
    """Of a mean square plus what is known without: Hillis 2007."""
    return (square + exact) ** 2 / (square**2 / freedom) if square > 0 else inf


def _estimate(value: float, variance: float, freedom: float, confidence: float) -> Estimate:
    # Rounding leaves 1e-34 where readers agree entirely: that is no spread.
    if variance <= 1e-24:
        return Estimate(value, 0.0, freedom, None, None)
    error = sqrt(variance)
    law = stats.norm() if isinf(freedom) else stats.t(freedom)
    margin = float(law.ppf((1 + confidence) / 2)) * error
    return Estimate(
        value, error, freedom, Interval(value - margin, value + margin), 2 * float(law.sf(abs(value) / error))
    )


def _mean(covariance: Floats, mask: NDArray[np.bool_]) -> float:
    mask = np.broadcast_to(mask, covariance.shape)
    return float(covariance[mask].mean()) if mask.any() else 0.0


def _refuse_single(readers: int, design: Design) -> None:
    if readers < 2 and design is not Design.FIXED_READERS:
        raise ValueError(f"one reader says nothing about other readers; the {design.value} design needs two or more")
