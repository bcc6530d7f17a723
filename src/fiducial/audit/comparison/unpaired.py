"""Tests of two audits that share no study: other patients, so differences of groups and not of a model."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.comparison.pairing import Pair, Side
from fiducial.claims.comparison import Tested
from fiducial.stats.clusters import count_clusters
from fiducial.stats.intervals import Interval, difference
from fiducial.stats.roc import FEWEST, AurocEstimate, compare_unpaired, delong
from fiducial.stats.two_shares import two_shares


def unpaired_tests(pair: Pair, confidence: float) -> Iterator[Tested]:
    """AUROC (Welch's t over DeLong's variances), sensitivity, specificity and coverage (Newcombe's difference).

    The Brier score depends on how many are ill and is not compared between other patients.
    """
    before, after = (side.where(side.answered) for side in (pair.before, pair.after))
    classes = [side.patient[mask] for side in (before, after) for mask in (side.truth, ~side.truth)]
    if min(map(count_clusters, classes)) >= FEWEST:
        yield _area(pair, before, after, confidence)
    for metric, called in (("sensitivity", True), ("specificity", False)):
        one, other = (side.where(side.truth == called) for side in (before, after))
        if len(one) and len(other):
            yield _share(pair, metric, one.called == called, one, other.called == called, other, confidence)
    if not (pair.before.answered.all() and pair.after.answered.all()):
        one, other = pair.before, pair.after
        yield _share(pair, "coverage", one.answered, one, other.answered, other, confidence)


def _area(pair: Pair, before: Side, after: Side, confidence: float) -> Tested:
    one, other = (delong(side.truth, side.score, side.patient) for side in (before, after))
    told = compare_unpaired(other, one, confidence)
    interval = told.interval
    if min(one.covariance[0, 0], other.covariance[0, 0]) <= 0:
        interval = difference(*_ends(other, confidence), *_ends(one, confidence))
    return Tested(
        "auroc",
        pair.split,
        pair.labels,
        float(one.areas[0]),
        float(other.areas[0]),
        interval,
        len(before) + len(after),
        before.patients + after.patients,
        "DeLong, other patients (Welch)",
        told.p,
    )


def _ends(found: AurocEstimate, confidence: float) -> tuple[float, Interval]:
    return float(found.areas[0]), found.logit_interval(0, confidence)


def _share(  # noqa: PLR0913, PLR0917  (both outcomes, both groups and the words around them)
    pair: Pair,
    metric: str,
    before: NDArray[np.bool_],
    group_before: Side,
    after: NDArray[np.bool_],
    group_after: Side,
    confidence: float,
) -> Tested:
    is_after = np.repeat([False, True], [before.size, after.size])
    apart = int(group_before.patient.max(initial=0)) + 1
    patient = np.concatenate([group_before.patient, group_after.patient + apart])
    found = two_shares(np.concatenate([before, after]), is_after, patient)
    return Tested(
        metric,
        pair.split,
        pair.labels,
        found.outside,
        found.inside,
        found.interval(confidence),
        int(is_after.size),
        count_clusters(patient),
        "Newcombe's difference, other patients",
        found.p(),
    )
