"""A bootstrap of patients of every difference: patients are drawn, and both audits of a drawn patient come along."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.comparison.pairing import Pair
from fiducial.claims.comparison import Tested
from fiducial.stats.clusters import count_clusters
from fiducial.stats.intervals import Interval
from fiducial.stats.resampling import patient_bootstrap, resampled_sums, weighted_auroc

# What every row adds, for one audit: right among the ill, right among the healthy, squared error, answered.
_TERMS = 4
AREA_UP_TO = 20_000  # decisions
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What every resample adds up to, (resamples, 12), and what the rows themselves do, (1, 12)."""

    sums: Floats
    seen: Floats


def drawn(pair: Pair, rng: np.random.Generator, resamples: int) -> Drawn:
    """Draw the patients once for every metric that follows from sums."""
    terms = _terms(pair)
    return Drawn(resampled_sums(terms, pair.after.patient, rng, resamples), terms.sum(axis=0)[None])


def resampled(
    pair: Pair, of: Drawn, rng: np.random.Generator, resamples: int, confidence: float
) -> dict[str, Interval]:
    """Percentile intervals of after minus before, by metric; absent where a metric is undefined in many resamples.

    That of the AUROC is drawn for up to 20,000 decisions; beyond, DeLong's normal law needs no resampling.
    """
    found = {}
    for metric, (one, other) in _shares(of.sums).items():
        if interval := _percentile(other - one, confidence):
            found[metric] = interval
    if area := _area(pair, rng, resamples, confidence):
        found["auroc"] = area
    return found


def _area(pair: Pair, rng: np.random.Generator, resamples: int, confidence: float) -> Interval | None:
    both = pair.before.answered & pair.after.answered
    truth = pair.after.truth[both]
    if truth.size > AREA_UP_TO or not truth.any() or truth.all():
        return None
    one, other = (weighted_auroc(truth, side.score[both]) for side in (pair.before, pair.after))
    try:
        return patient_bootstrap(
            lambda weights: other(weights) - one(weights),
            pair.after.patient[both],
            rng,
            resamples=resamples,
            confidence=confidence,
        )
    except ValueError:  # one class is so rare that resamples without it are common
        return None


def predictive_changes(pair: Pair, of: Drawn, prevalence: tuple[float, float], confidence: float) -> Iterator[Tested]:
    """PPV at the lowest and NPV at the highest claimed prevalence, by bootstrap of patients.

    They follow from sensitivity and specificity and are not tested by themselves.
    """
    seen, drawn_ = (_predictive(_shares(sums), prevalence) for sums in (of.seen, of.sums))
    for metric, (one, other) in seen.items():
        interval = _percentile(drawn_[metric][1] - drawn_[metric][0], confidence)
        if interval is None or not np.isfinite([one[0], other[0]]).all():
            continue
        apart = float(other[0] - one[0])
        yield Tested(
            metric,
            pair.split,
            pair.labels,
            float(one[0]),
            float(other[0]),
            Interval(min(interval.low, apart), max(interval.high, apart)),
            len(pair.after),
            count_clusters(pair.after.patient),
            "bootstrap of patients",
            None,
            resampled=interval,
        )


def _terms(pair: Pair) -> Floats:
    """(n, 4 + 4 + 4): of before, of after, and of both: ill, healthy, answered in both, all."""
    both = pair.before.answered & pair.after.answered
    truth = pair.after.truth
    columns = []
    for side in (pair.before, pair.after):
        error = np.where(both, np.square(np.nan_to_num(side.score) - truth), 0.0)
        columns += [both & truth & side.called, both & ~truth & ~side.called, error, side.answered]
    columns += [both & truth, both & ~truth, both, np.ones(truth.size)]
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def _shares(sums: Floats) -> dict[str, tuple[Floats, Floats]]:
    with np.errstate(divide="ignore", invalid="ignore"):
        asked = sums[:, 2 * _TERMS :]
        one, other = (sums[:, start : start + _TERMS] / asked for start in (0, _TERMS))
    names = ("sensitivity", "specificity", "brier", "coverage")
    return {name: (one[:, index], other[:, index]) for index, name in enumerate(names)}


def _predictive(
    shares: dict[str, tuple[Floats, Floats]], prevalence: tuple[float, float]
) -> dict[str, tuple[Floats, Floats]]:
    lowest, highest = prevalence
    hit, cleared = shares["sensitivity"], shares["specificity"]
    return {
        f"ppv_at_{lowest:g}": (_bayes(lowest, hit[0], cleared[0]), _bayes(lowest, hit[1], cleared[1])),
        f"npv_at_{highest:g}": (_bayes(1 - highest, cleared[0], hit[0]), _bayes(1 - highest, cleared[1], hit[1])),
    }


def _bayes(prevalence: float, sensitivity: Floats, specificity: Floats) -> Floats:
    """As :func:`fiducial.audit.metrics.bayes`, of many at once; NaN where nobody is called so."""
    right, wrong = prevalence * sensitivity, (1 - prevalence) * (1 - specificity)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(right / (right + wrong), dtype=np.float64)


def _percentile(values: Floats, confidence: float) -> Interval | None:
    defined = values[np.isfinite(values)]
    if defined.size < 0.9 * values.size:
        return None
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))
