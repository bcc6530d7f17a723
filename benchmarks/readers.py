"""Reader studies of 50 readers and 10,000 cases in two arms, against leaving out every case with scikit-learn.

There is no Python package for this analysis to compare with: the peer is the jackknife that one would write, a loop of
``roc_auc_score`` over cases, readers and arms. A few of its million passes are timed and the rest is extrapolated.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.timing import Row, best_of
from fiducial.stats.mrmc import Design, components, difference
from fiducial.stats.reader_metrics import Covariance, estimate_cells

READERS, CASES, PREVALENCE = 50, 10_000, 0.2
TRIED = 40  # passes of the loop that are timed


def reader_studies() -> Iterator[Row]:
    """All three covariances; the loop is a peer of the jackknife alone."""
    rng = np.random.default_rng(0)
    truth = rng.random(CASES) < PREVALENCE
    rating = truth + rng.normal(size=CASES) + rng.normal(size=(2 * READERS, CASES))

    def ours(covariance: Covariance) -> None:
        cells = estimate_cells("auroc", truth, rating, covariance=covariance)
        values = cells.values.reshape(2, READERS)
        found = components(values, cells.covariance.reshape(2, READERS, 2, READERS))
        difference(values, found, design=Design.RANDOM)

    def theirs() -> None:
        for left_out in range(TRIED):
            kept = np.arange(CASES) != left_out
            roc_auc_score(truth[kept], rating[0, kept])

    passes = 2 * READERS * CASES
    loop = best_of(theirs) / TRIED * passes
    for covariance in Covariance:
        what = f"reader study, {READERS} readers x {CASES:,} cases x 2 arms, {covariance.value}"
        seconds = best_of(partial(ours, covariance))
        if covariance is Covariance.JACKKNIFE:
            peer = f"scikit-learn, leave-one-out ({TRIED} of {passes:,} passes timed)"
            yield Row(what, seconds, peer, loop, "under 10 s")
        else:
            yield Row(what, seconds, "", None, "under 10 s")
