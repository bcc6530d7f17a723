"""Decision curves with an interval against a loop over dcurves: ``python -m benchmarks.decision``.

dcurves is no dependency of ours: its column is filled where it can be imported (1.1.7 was measured). It has no
intervals, so its user draws rows and calls it again; a few such draws are timed and multiplied.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.timing import Row, best_of
from fiducial.stats.decision import decision_curve
from fiducial.stats.operating import estimate_optimism, keep_specificity
from fiducial.stats.triage import draw_worklist, exponential, waits_called_first

N, RESAMPLES, DRAWS = 100_000, 1000, 3
THRESHOLDS = np.arange(1, 100) / 100


def decision_curves() -> Iterator[Row]:
    """One curve with its interval, by row and by patient; a threshold with its optimism; a worklist."""
    rng = np.random.default_rng(0)
    ill = rng.random(N) < 0.2
    score = expit(rng.normal(size=N) + 2 * ill - 2)
    for what, patient in (("one image a patient", np.arange(N)), ("two images a patient", np.arange(N) // 2)):
        seconds = best_of(partial(_curve, ill, score, patient))
        peer = f"dcurves loop, {DRAWS} draws x {RESAMPLES // DRAWS:,}" if find_spec("dcurves") else ""
        theirs = _peer(ill, score, patient) if peer else None
        told = f"decision curve, {THRESHOLDS.size} thresholds, {RESAMPLES:,} patient resamples, n = {N:,}, {what}"
        yield Row(told, seconds, peer, theirs, "under 20 s")
    yield Row(
        f"threshold by a rule, optimism of 500 patient resamples, n = {N:,}",
        best_of(lambda: estimate_optimism(ill, score, np.arange(N), keep_specificity(0.85), rng), 1),
        "",
        None,
        "",
    )
    yield Row("worklist of 1,000,000 studies, called first", best_of(_worklist, 1), "", None, "")


def _curve(ill: NDArray[np.bool_], score: NDArray[np.float64], patient: NDArray[np.int64]) -> None:
    rng = np.random.default_rng(1)
    decision_curve(ill, score, patient, THRESHOLDS, rng, prevalence=0.05, resamples=RESAMPLES)


def _peer(ill: NDArray[np.bool_], score: NDArray[np.float64], patient: NDArray[np.int64]) -> float:
    """Seconds of so many draws of patients, multiplied to all resamples."""
    dca: Callable[..., Any] = import_module("dcurves").dca
    frame = import_module("pandas").DataFrame({"ill": ill.astype(int), "score": score})
    rows = [np.flatnonzero(patient == 0).size]
    rng = np.random.default_rng(1)

    def draws() -> None:
        for _ in range(DRAWS):
            chosen = rng.integers(0, patient[-1] + 1, patient[-1] + 1)
            drawn = (chosen[:, None] * rows[0] + np.arange(rows[0])).ravel()
            dca(frame.iloc[drawn], "ill", ["score"], thresholds=THRESHOLDS.tolist(), prevalence=0.05)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return best_of(draws, 1) * RESAMPLES / DRAWS


def _worklist() -> None:
    rng = np.random.default_rng(2)
    worklist = draw_worklist(rng, 1_000_000, 0.8, exponential(1.0), 1)
    waits_called_first(worklist, rng.random(1_000_000) < 0.3)


if __name__ == "__main__":
    for row in decision_curves():
        print(row.markdown())
