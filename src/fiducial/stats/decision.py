"""Net benefit: is acting on the model worth more than acting on everybody, or on nobody?

At a threshold probability ``t`` one ill patient found is worth ``(1 - t) / t`` healthy ones acted on in vain, so that
one of those costs ``t / (1 - t)``. Net benefit is counted in ill patients found, per patient.

Source: Vickers and Elkin 2006, Med Decis Making 26:565-574, doi:10.1177/0272989X06295361.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.stats.clusters import count_clusters
from fiducial.stats.intervals import Interval, difference, exact
from fiducial.stats.resampling import resampled_counts

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit over threshold probabilities: ``threshold``, ``model``, ``treat_all``, (thresholds,) each.

    ``low``, ``high``: the interval of ``model``, (thresholds,). Treating nobody is 0 everywhere.
    """

    threshold: Floats
    model: Floats
    treat_all: Floats
    low: Floats
    high: Floats

    @property
    def avoided(self) -> Floats:
        """Interventions avoided per 100 patients, no ill one lost, against treating all; NaN at a threshold of 0."""
        return interventions_avoided(self.model - self.treat_all, self.threshold)


@dataclass(frozen=True, slots=True)
class Benefit:
    """A net benefit, or how far it is ahead of another, and its interval."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its interval."""

    value: float
    interval: Interval


def net_benefit(prevalence: float, hit: Floats, alarm: Floats, threshold: Floats) -> Floats:
    """``prevalence * hit - (1 - prevalence) * alarm * t / (1 - t)``.

    ``hit``: share of the ill that is acted on; ``alarm``: share of the healthy that is; ``threshold``: from 0 to below
    1. Arrays of one shape, or numbers.
    """
    return prevalence * hit - (1 - prevalence) * alarm * harm(threshold)


def harm(threshold: Floats) -> Floats:
    """What acting on one healthy patient costs, in ill patients found: the odds of the threshold probability.

    Raises:
        ValueError: a threshold outside [0, 1).
    """
    asked = np.asarray(threshold, dtype=np.float64)
    if not ((asked >= 0) & (asked < 1)).all():
        raise ValueError(f"a threshold probability lies from 0 to below 1; got {asked[~((asked >= 0) & (asked < 1))]}")
    return np.asarray(asked / (1 - asked), dtype=np.float64)


def price_of_alarms(prevalence: float, threshold: float) -> float:
    """What acting on every healthy patient costs, per patient, in ill ones found.

    Raises:
        ValueError: a threshold outside [0, 1).
    """
    return (1 - prevalence) * float(harm(np.array([threshold]))[0])


def interventions_avoided(lead: Floats, threshold: Floats) -> Floats:
    """A lead over treating all, as interventions spared per 100 patients at the same number of ill ones found."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(threshold > 0, 100 * lead / harm(threshold), np.nan), dtype=np.float64)


def decision_curve(  # noqa: PLR0913  (the rows, how they are resampled, and three settings with defaults)
    truth: NDArray[np.bool_],
    probability: Floats,
    patient: NDArray[np.int64],
    thresholds: Floats,
    rng: np.random.Generator,
    *,
    prevalence: float | None = None,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> DecisionCurve:
    """The curve of a model that acts where its probability reaches the threshold, with intervals by patient.

    ``truth``, ``probability``, ``patient``: (n,). ``thresholds``: (t,), ascending, from 0 to below 1. With
    ``prevalence`` the shares of ill and healthy that are acted on are weighed at that prevalence; without it at that of
    the rows. The probabilities must be those of whoever is meant: shift them first. Patients are drawn, not rows; rows
    are sorted into thresholds once, and a resample is a count a threshold.

    The interval is the percentile interval, widened to square-and-add from exact intervals of both shares, for which
    the spread over resamples says how many trials they are worth: where few are missed, no resample may miss many.

    Raises:
        ValueError: a class is absent, a probability or threshold is out of range, thresholds do not ascend, or a
            class is missing from more than one resample in ten.
    """
    _check(truth, probability, thresholds)
    # Cell k holds the rows that are acted on at the first k thresholds and at no later one.
    steps = thresholds.size + 1
    cell = np.searchsorted(thresholds, probability, side="right") + steps * truth
    seen = _shares(np.bincount(cell, minlength=2 * steps).astype(np.float64))
    drawn = _shares(resampled_counts(cell, 2 * steps, patient, rng, resamples=resamples))
    values = _curve(*seen, thresholds, prevalence)
    resampled = _curve(*drawn, thresholds, prevalence)
    whole = resampled[~np.isnan(resampled).any(axis=1)]
    if len(whole) < 0.9 * resamples:
        raise ValueError(f"a class is missing from {resamples - len(whole)} of {resamples} resamples")
    at = float(truth.mean()) if prevalence is None else prevalence
    gain, cost = at, (1 - at) * harm(thresholds)
    patients = [(count_clusters(patient[of]), int(of.sum())) for of in (truth, ~truth)]
    hit, alarm = (_ends(one[0], many, most, confidence) for one, many, most in zip(seen, drawn, patients, strict=False))
    below = np.hypot(gain * (seen[0][0] - hit[0]), cost * (alarm[1] - seen[1][0]))
    above = np.hypot(gain * (hit[1] - seen[0][0]), cost * (seen[1][0] - alarm[0]))
    low, high = np.quantile(whole, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    everyone = net_benefit(at, np.ones(thresholds.size), np.ones(thresholds.size), thresholds)
    return DecisionCurve(
        thresholds, values[0], everyone, np.minimum(low, values[0] - below), np.maximum(high, values[0] + above)
    )


def benefit(prevalence: float, threshold: float, hit: Rate, alarm: Rate) -> Benefit:
    """Net benefit of calls that are made already, whatever the scale of their scores. ``alarm``: 1 - specificity.

    The interval is that of a difference of two shares, each times its weight (square-and-add), so that it does not
    vanish where no call was wrong. Both shares are taken as independent; where patients bring images of either class
    and the model is bold in some patients and shy in others, the interval is too wide rather than too narrow.
    """
    gain, cost = prevalence, price_of_alarms(prevalence, threshold)
    value = gain * hit.value - cost * alarm.value
    return Benefit(value, difference(gain * hit.value, _times(gain, hit), cost * alarm.value, _times(cost, alarm)))


def lead_over(found: Benefit, rival: float) -> Benefit:
    """How far a net benefit is ahead of one that is known: 0 of treating nobody, or that of treating all."""
    return Benefit(found.value - rival, Interval(found.interval.low - rival, found.interval.high - rival))


def treat_all(prevalence: float, threshold: float) -> float:
    """Net benefit of acting on everybody."""
    return prevalence - price_of_alarms(prevalence, threshold)


def _times(weight: float, rate: Rate) -> Interval:
    return Interval(weight * rate.interval.low, weight * rate.interval.high)


def _check(truth: NDArray[np.bool_], probability: Floats, thresholds: Floats) -> None:
    if truth.all() or not truth.any():
        raise ValueError(f"need both classes; got {int(truth.sum())} ill of {truth.size}")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("a probability lies from 0 to 1; some do not, or are NaN")
    harm(thresholds)
    if thresholds.size == 0 or (np.diff(thresholds) <= 0).any():
        raise ValueError("thresholds must ascend, and there must be one at least")


def _shares(counts: Floats) -> tuple[Floats, Floats, Floats]:
    """Of counts (..., 2 * steps): shares of ill and of healthy acted on, (resamples, thresholds), and prevalence."""
    rows = np.atleast_2d(counts)
    steps = rows.shape[1] // 2
    acted = [
        np.cumsum(part[:, ::-1], axis=1)[:, ::-1]  # at each threshold, whatever lies at it or above
        for part in (rows[:, steps:], rows[:, :steps])
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        hit, alarm = (part[:, 1:] / np.where(part[:, :1] > 0, part[:, :1], np.nan) for part in acted)
    ill, healthy = acted[0][:, 0], acted[1][:, 0]
    return hit, alarm, ill / (ill + healthy)


def _ends(seen: Floats, drawn: Floats, most: tuple[int, int], confidence: float) -> Floats:
    """Ends of the interval of a share at every threshold, (2, t). ``most``: patients and rows of its class.

    ``seen``: (t,); ``drawn``: (resamples, t), NaN where the class was not drawn.
    """
    patients, rows = most
    spread = np.nanvar(drawn, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        trials = np.where(spread > 0, np.clip(seen * (1 - seen) / spread, 1.0, rows), patients)
    return exact(seen, trials, confidence)


def _curve(hit: Floats, alarm: Floats, here: Floats, thresholds: Floats, prevalence: float | None) -> Floats:
    at = here[:, None] if prevalence is None else prevalence
    return np.asarray(at * hit - (1 - at) * alarm * harm(thresholds), dtype=np.float64)
