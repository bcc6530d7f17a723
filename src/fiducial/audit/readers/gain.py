"""What readers gain from the first arm to the second, reader by reader and pooled."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.forests import forest
from fiducial.audit.readers.cells import Metric, Usable, crossed, name_of, of_design, thin, usable
from fiducial.audit.readers.parts import Asked, Part, told
from fiducial.audit.readers.single import mean_interval, reader_figure, reader_gain, within_shares
from fiducial.audit.readers.study import ReaderStudy
from fiducial.claims.charts import Chart
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.mrmc import (
    Components,
    Design,
    Estimate,
    Omnibus,
    arm_mean,
    components,
    difference,
    difference_unpaired,
    omnibus,
)

SMALLEST_P = 0.001  # of a smaller one the digits say nothing: the law of the tails is not known so far out


@dataclass(frozen=True, slots=True, eq=False)
class Gain:
    """``part``: the figures. ``components`` and ``test`` where readers are paired: for power, and for who checks."""

    part: Part
    components: Components | None = None
    test: Omnibus | None = None
    cases: int = 0
    split: bool = False  # readers read different cases


def gain_in(study: ReaderStudy, metric: Metric, asked: Asked) -> Gain:
    """The metric of both arms of the study, and second minus first.

    Raises:
        CannotJudge: too few readers or cases for this design, or nothing that the metric is computed from.
    """
    found = usable(study, metric)
    paired = found.paired
    if not paired.size and all(readers.size for readers in found.kept):
        return _unpaired(found, asked)
    if not paired.size:
        raise CannotJudge(_nobody(found))
    notes = (*found.notes, *of_design(found, paired, asked.design), *_in_one_arm(found))
    cells = [(arm, int(reader)) for arm in (0, 1) for reader in paired]
    estimated = found.estimates(cells, asked.covariance)
    values = estimated.values.reshape(2, -1)
    covariance = estimated.covariance.reshape(2, values.shape[1], 2, values.shape[1])
    parts = components(values, covariance)
    design = Design(asked.design)
    pooled = difference(values, parts, (1, 0), design=design, confidence=asked.confidence)
    means = [
        arm_mean(values[arm], covariance[arm, :, arm, :], design=design, confidence=asked.confidence) for arm in (0, 1)
    ]
    singles = _singles(found, paired, values, covariance, asked.confidence)
    part = _part(found, (means, pooled), singles, (*notes, *_all_alike(found, paired)), asked.confidence)
    read = found.values[:, paired]
    return Gain(part, parts, omnibus(parts, design), _cases(read), split=not crossed(read))


def _readers_of(found: Usable) -> tuple[NDArray[np.int64], ...]:
    """By arm, the readers who are compared: those of both arms, or where there are none, all of each."""
    paired = found.paired
    return (paired, paired) if paired.size else found.kept


def _unpaired(found: Usable, asked: Asked) -> Gain:
    """Other readers in each arm."""
    for arm, readers in enumerate(found.kept):
        if readers.size < 2 and asked.design != Design.FIXED_READERS:
            raise CannotJudge(
                f"nobody read in both arms, and arm {found.study.arms[arm]!r} has one reader with enough cases: one "
                "reader says nothing about others"
            )
    if asked.design == Design.FIXED_CASES:
        raise CannotJudge("nobody read in both arms; the design 'fixed-cases' compares readers with themselves")
    cells = [(arm, int(reader)) for arm, readers in enumerate(found.kept) for reader in readers]
    estimated = found.estimates(cells, asked.covariance)
    cut = found.kept[0].size
    values = (estimated.values[:cut], estimated.values[cut:])
    design = Design(asked.design)
    apart = difference_unpaired(
        (values[1], values[0]), _swapped(estimated.covariance, cut), design=design, confidence=asked.confidence
    )
    blocks = (estimated.covariance[:cut, :cut], estimated.covariance[cut:, cut:])
    means = [
        arm_mean(one, block, design=design, confidence=asked.confidence)
        for one, block in zip(values, blocks, strict=True)
    ]
    singles = tuple(
        reader_figure(found, cell, float(value), float(variance), asked.confidence)
        for cell, value, variance in zip(cells, estimated.values, np.diagonal(estimated.covariance), strict=True)
    )
    note = "Nobody read in both arms: the arms are compared as two groups of readers, which takes many more readers."
    part = _part(found, (means, apart), singles, (*found.notes, note), asked.confidence)
    return Gain(part, cases=_cases(found.values))


def _swapped(covariance: NDArray[np.float64], cut: int) -> NDArray[np.float64]:
    """With the readers of the second arm first."""
    order = np.r_[cut : covariance.shape[0], 0:cut]
    return np.asarray(covariance[np.ix_(order, order)])


def _singles(
    found: Usable,
    readers: NDArray[np.int64],
    values: NDArray[np.float64],
    covariance: NDArray[np.float64],
    confidence: float,
) -> tuple[Figure, ...]:
    """Of every reader both arms and the gain."""
    figures = []
    for place, reader in enumerate(readers):
        own = covariance[:, place, :, place]
        first, second = (
            reader_figure(found, (arm, int(reader)), float(values[arm, place]), float(own[arm, arm]), confidence)
            for arm in (0, 1)
        )
        figures += [
            first,
            second,
            reader_gain(found.metric, found.study.readers[reader], (first, second), own, confidence),
        ]
    return tuple(figures)


def _part(
    found: Usable,
    estimates: tuple[list[Estimate], Estimate],
    singles: tuple[Figure, ...],
    notes: tuple[str, ...],
    confidence: float,
) -> Part:
    means, pooled = estimates
    metric, arms = name_of(found.metric), found.study.arms
    counts = [found.counted((arm, int(reader)) for reader in readers) for arm, readers in enumerate(_readers_of(found))]
    whole = [
        Figure(metric, mean.value, mean_interval(found.metric, mean, confidence), n, subgroup=arm)
        for mean, n, arm in zip(means, counts, arms, strict=True)
    ]
    main = Figure(f"{metric}_gain", pooled.value, within_shares(found.metric, pooled.interval), sum(counts))
    few = thin(found, [(arm, int(one)) for arm, readers in enumerate(_readers_of(found)) for one in readers])
    p = "" if pooled.p is None else f", p {pooled.p:.3g}" if pooled.p >= SMALLEST_P else f", p below {SMALLEST_P:g}"
    sentence = (
        f"{metric}: {told(whole[0])} {arms[0]}, {told(whole[1])} {arms[1]}: a change of {told(main)}{p} over "
        f"{_counted(found)}."
    )
    charts = tuple(_charts(metric, arms, (*whole, main, *singles)))
    return Part(metric, main, (*whole, main, *singles), sentence, charts, (*notes, *few), bool(few))


def _charts(metric: str, arms: tuple[str, ...], figures: tuple[Figure, ...]) -> Iterator[Chart]:
    gains = [one for one in figures if one.name == f"{metric}_gain"]
    rows = [(one.subgroup, one) for one in gains if one.subgroup != "all"]
    pooled = [("all readers", one) for one in gains if one.subgroup == "all"]
    title = f"Change of {metric}, {arms[0]} to {arms[1]}"
    for chart in forest(f"{metric}-gain", title, f"change of {metric}", rows + pooled, 0.0):
        yield replace(chart, line="no change:")
    single = [(one.subgroup, one) for one in figures if one.name == metric]
    yield from forest(f"{metric}-by-arm", f"{metric} by reader and arm", metric, single[2:] + single[:2], None)


def _counted(found: Usable) -> str:
    readers = np.unique(np.concatenate(found.kept)).size
    return f"{readers} {'reader' if readers == 1 else 'readers'} and {_cases(found.values)} cases"


def _cases(values: NDArray[np.float64]) -> int:
    return int(np.isfinite(values).any(axis=(0, 1)).sum())


def _in_one_arm(found: Usable) -> Iterator[str]:
    both = set(found.paired.tolist())
    for arm, readers in zip(found.study.arms, found.kept, strict=True):
        only = [found.study.readers[reader] for reader in readers if reader not in both]
        if only:
            yield f"Not compared, because they have enough cases in arm {arm!r} alone: {', '.join(only)}."


def _all_alike(found: Usable, readers: NDArray[np.int64]) -> Iterator[str]:
    """Readers who rated every case the same, by arm."""
    for arm, name in enumerate(found.study.arms) if found.metric == "auroc" else ():
        alike = [
            found.study.readers[reader]
            for reader in readers
            if np.unique(found.values[arm, reader][found.rows(arm, int(reader))]).size == 1
        ]
        if alike:
            who = ", ".join(alike)
            yield f"Every case rated the same in arm {name!r}, so an area of 0.5 that nothing moves: {who}."


def _nobody(found: Usable) -> str:
    arms = [arm for arm, readers in zip(found.study.arms, found.kept, strict=True) if not readers.size]
    return f"no reader has enough cases for {name_of(found.metric)} in {' and '.join(map(repr, arms))}" + (
        f" ({found.notes[0].rstrip('.')})" if found.notes else ""
    )
