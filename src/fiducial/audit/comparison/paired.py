"""Tests on shared decisions: the same studies, answered in both audits."""

from collections.abc import Iterator
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fiducial.audit.comparison.pairing import Pair, Side
from fiducial.claims.comparison import Tested
from fiducial.stats.clusters import count_clusters
from fiducial.stats.intervals import Interval, difference, difference_paired, mean_clustered
from fiducial.stats.mcnemar import mcnemar
from fiducial.stats.roc import FEWEST, compare_models, delong


def paired_tests(pair: Pair, confidence: float) -> Iterator[Tested]:
    """AUROC (DeLong), sensitivity and specificity apart (McNemar), coverage (McNemar), Brier score (t by patient).

    A metric without meaning (nobody ill, nobody healthy, fewer than eight patients of a class for the AUROC) is left
    out.
    """
    both = pair.before.answered & pair.after.answered
    before, after = pair.before.where(both), pair.after.where(both)
    if min(_patients(after, after.truth), _patients(after, ~after.truth)) >= FEWEST:
        yield _area(pair, before, after, confidence)
    for metric, asked, called in (("sensitivity", after.truth, True), ("specificity", ~after.truth, False)):
        if asked.any():
            one, other = ((side.called == called)[asked] for side in (before, after))
            yield _share(pair, metric, one, other, after.patient[asked], confidence)
    if not (pair.before.answered.all() and pair.after.answered.all()):
        yield _share(pair, "coverage", pair.before.answered, pair.after.answered, pair.after.patient, confidence)
    if len(after):
        brier = _brier(pair, before, after, confidence)
        if brier:
            yield brier


def _patients(side: Side, mask: NDArray[np.bool_]) -> int:
    return count_clusters(side.patient[mask])


def _area(pair: Pair, before: Side, after: Side, confidence: float) -> Tested:
    found = delong(after.truth, np.stack([after.score, before.score]), after.patient)
    unchanged = bool(np.array_equal(before.score, after.score))
    told = compare_models(found, confidence)
    interval = told.interval
    if not unchanged and min(found.covariance[0, 0], found.covariance[1, 1]) <= 0:
        # A side without a variance of its own: square-and-add from Newcombe's, as if both were independent.
        ends = (found.logit_interval(side, confidence) for side in (0, 1))
        interval = difference(float(found.areas[0]), next(ends), float(found.areas[1]), next(ends))
    return Tested(
        "auroc",
        pair.split,
        pair.labels,
        float(found.areas[1]),
        float(found.areas[0]),
        interval,
        len(after),
        after.patients,
        "DeLong, by patient" if after.patients < len(after) else "DeLong",
        told.p,
        unchanged=unchanged,
    )


def _share(  # noqa: PLR0913, PLR0917  (a test needs both outcomes, the patients and the words around them)
    pair: Pair,
    metric: str,
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    patient: NDArray[np.int64],
    confidence: float,
) -> Tested:
    turned = mcnemar(before, after, patient)
    return Tested(
        metric,
        pair.split,
        pair.labels,
        float(before.mean()),
        float(after.mean()),
        difference_paired(after, before, patient, confidence),
        after.size,
        count_clusters(patient),
        turned.method,
        turned.p,
        lost=turned.lost,
        gained=turned.gained,
        unchanged=turned.lost == turned.gained == 0,
    )


def _brier(pair: Pair, before: Side, after: Side, confidence: float) -> Tested | None:
    one, other = (np.square(side.score - after.truth) for side in (before, after))
    change = other - one
    interval = mean_clustered(change, after.patient, confidence)
    if interval is None:
        return None
    mean, unchanged = float(change.mean()), bool((change == 0).all())
    return Tested(
        "brier",
        pair.split,
        pair.labels,
        float(one.mean()),
        float(other.mean()),
        Interval(min(interval.low, mean), max(interval.high, mean)),
        len(after),
        after.patients,
        "paired t, by patient" if after.patients < len(after) else "paired t",
        1.0 if unchanged else _p_of_mean(mean, interval, after.patients, confidence),
        unchanged=unchanged,
        more_is_better=False,
    )


def _p_of_mean(mean: float, interval: Interval, patients: int, confidence: float) -> float:
    """Two-sided p of "the mean is 0", from the interval that Student's t gave it."""
    error = (interval.high - interval.low) / 2 / float(stats.t.ppf((1 + confidence) / 2, patients - 1))
    if error <= 0 or not np.isfinite(error):  # every patient changed alike: as if the spread were as large as that
        return 1.0 if mean == 0 else float(2 * stats.t.sf(sqrt(patients), patients - 1))
    return float(2 * stats.t.sf(abs(mean) / error, patients - 1))
