"""Time a case, second arm by first: the geometric mean over the cases of a reader, then over readers."""

from dataclasses import replace

import numpy as np
from scipy.special import stdtrit

from fiducial.audit.forests import forest
from fiducial.audit.readers.parts import Part, told
from fiducial.audit.readers.study import ReaderStudy
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.intervals import Interval, mean_clustered
from fiducial.stats.mrmc import Design, arm_mean
from fiducial.stats.reader_metrics import estimate_cells


def times_in(study: ReaderStudy, confidence: float) -> Part:
    """The ratio of times of the same reader on the same case; the interval takes readers and cases as random.

    The logarithms of the ratios go through the analysis of one arm (Obuchowski and Rockette 1995), with Student's t of
    the readers less one: Hillis' degrees of freedom grow where few readers happen to agree, and held too seldom here.

    Raises:
        CannotJudge: fewer than two readers have two patients timed in both arms.
    """
    positive = np.all(study.seconds > 0, axis=0)
    logs = np.full(positive.shape, np.nan)
    np.log(study.seconds[1], out=logs, where=positive)
    logs[positive] -= np.log(study.seconds[0][positive])
    timed = np.array([np.unique(study.patient[row]).size >= 2 for row in positive])
    if timed.sum() < 2:
        raise CannotJudge("fewer than two readers have two cases with a time above 0 in both arms")
    kept = logs[timed]
    seen = np.isfinite(kept).any(axis=0)
    cells = estimate_cells("mean", study.truth[seen], kept[:, seen], patient=study.patient[seen])
    pooled = arm_mean(cells.values, cells.covariance, design=Design.RANDOM, confidence=confidence)
    margin = float(stdtrit(int(timed.sum()) - 1, (1 + confidence) / 2)) * pooled.error
    ends = pooled.interval and Interval(pooled.value - margin, pooled.value + margin)
    main = _ratio(pooled.value, ends, int(positive.sum()), "all")
    singles = [
        _ratio(value, mean_clustered(row[np.isfinite(row)], study.patient[np.isfinite(row)], confidence), n, reader)
        for value, row, n, reader in zip(
            cells.values.tolist(),
            kept,
            np.isfinite(kept).sum(axis=1).tolist(),
            np.array(study.readers)[timed].tolist(),
            strict=True,
        )
    ]
    medians = [
        Figure("seconds", float(np.median(values[positive])), None, int(positive.sum()), "s (median)", arm)
        for values, arm in zip(study.seconds, study.arms, strict=True)
    ]
    zero = int((np.isfinite(study.seconds).all(axis=0) & ~positive).sum())
    notes = (f"{zero} pairs of readings took 0 seconds in an arm and are left out of the times.",) if zero else ()
    rows = [*((one.subgroup, one) for one in singles), ("all readers", main)]
    title = f"Time a case, {study.arms[1]} by {study.arms[0]}"
    charts = [replace(one, line="as long:") for one in forest("time-ratio", title, "ratio of times", rows, 1.0)]
    sentence = f"A case takes {told(main)} times as long {study.arms[1]} as {study.arms[0]}."
    return Part("time", main, (main, *singles, *medians), sentence, tuple(charts), notes)


def _ratio(value: float, interval: Interval | None, n: int, subgroup: str) -> Figure:
    ends = interval and Interval(float(np.exp(interval.low)), float(np.exp(interval.high)))
    return Figure("time_ratio", float(np.exp(value)), ends, n, "ratio", subgroup)
