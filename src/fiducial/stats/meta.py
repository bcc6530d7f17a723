"""One figure over several hospitals: the random-effects mean, and what the next hospital may show."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit
from statsmodels.stats.meta_analysis import combine_effects

from fiducial.stats.intervals import Interval, z_value

FEWEST = 3  # groups; with two, how much hospitals differ cannot be told from chance


@dataclass(frozen=True, slots=True)
class MetaSummary:
    """``mean`` with its interval, and ``prediction``: where the figure of a new group is expected.

    ``tau`` is the standard deviation between groups on the logit scale, ``i_squared`` the share of the spread that
    chance does not explain.
    """

    mean: float
    interval: Interval
    prediction: Interval
    tau: float
    i_squared: float
    groups: int


def random_effects(values: Sequence[float], intervals: Sequence[Interval], confidence: float = 0.95) -> MetaSummary:
    """Summarise shares or areas (0-1) of independent groups on the logit scale.

    Between-group variance: Paule and Mandel. Interval: Hartung and Knapp, never narrower than the plain one (Rover et
    al. 2015, doi:10.1186/s12874-015-0091-1). Prediction interval: Higgins, Thompson and Spiegelhalter 2009, J R Stat
    Soc A 172:137-159, doi:10.1111/j.1467-985X.2008.00552.x, with a t of ``groups - 2`` degrees of freedom. On the logit
    scale because AUROC is bounded: Snell et al. 2018, Stat Methods Med Res 27:3505-3522, doi:10.1177/0962280217705678.

    Raises:
        ValueError: fewer than three groups.
    """
    if len(values) < FEWEST:
        raise ValueError(f"need at least {FEWEST} groups; got {len(values)}")
    effect, error = _on_logits(values, intervals, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):  # I squared of equal groups is 1 - 1/0 there
        fit = combine_effects(effect, error**2, method_re="pm", use_t=True)
    tau, mean = sqrt(max(0.0, float(fit.tau2))), float(fit.mean_effect_re)
    spread = max(float(fit.sd_eff_w_re_hksj), float(fit.sd_eff_w_re))
    groups, tail = len(values), (1 + confidence) / 2
    margin = float(stats.t.ppf(tail, groups - 1)) * spread
    beyond = float(stats.t.ppf(tail, groups - 2)) * sqrt(tau**2 + spread**2)
    return MetaSummary(
        float(expit(mean)),
        Interval(float(expit(mean - margin)), float(expit(mean + margin))),
        Interval(float(expit(mean - beyond)), float(expit(mean + beyond))),
        tau,
        float(np.nan_to_num(max(0.0, float(fit.i2)))),
        groups,
    )


def _on_logits(
    values: Sequence[float], intervals: Sequence[Interval], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Effects and standard errors; a share of exactly 0 or 1 is moved to the middle of its interval."""
    low = np.array([one.low for one in intervals])
    high = np.array([one.high for one in intervals])
    value = np.array(values, dtype=np.float64)
    value = np.where((value <= 0) | (value >= 1), (low + high) / 2, value)
    effect = logit(value)
    with np.errstate(divide="ignore"):
        below, above = effect - logit(low), logit(high) - effect
    # Where the interval touches 0 or 1 that side has no logit; the other side tells the spread alone.
    both = np.stack([below, above])
    width = np.nanmean(np.where(np.isfinite(both), both, np.nan), axis=0)
    return effect, width / z_value(confidence)
