"""Rung: is it as good for women as for men, for the old as for the young, in every view?

Gaps are judged between every pair of subgroups that is large enough; those that are too small are named, not hidden.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from fiducial.audit.accuracy import worst_calls
from fiducial.audit.case import Case, Decisions
from fiducial.audit.metrics import FLOOR_METRICS, between, corners, measure
from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, RungResult, ShownCase, Verdict
from fiducial.claims.floors import Floor
from fiducial.claims.strata import parse_stratum
from fiducial.errors import CannotJudge
from fiducial.stats.calibration import calibration_intercept
from fiducial.stats.intervals import Interval


@dataclass(frozen=True, slots=True, eq=False)
class Subgroup:
    """The answered decisions of one value or band of one column."""

    column: str
    label: str
    decisions: Decisions

    def size(self, metric: str) -> int:
        """How many decisions of the class that the metric is about; for AUROC of the rarer one."""
        ill = int(self.decisions.truth.sum())
        healthy = len(self.decisions) - ill
        return {"sensitivity": ill, "specificity": healthy}.get(metric, min(ill, healthy))


@dataclass(frozen=True, slots=True)
class Gap:
    """The difference of one metric between two subgroups of one column, the better one first.

    ``adjusted`` is the interval widened for the number of gaps looked at (Bonferroni): only it can make a claim fail.
    """

    metric: str
    column: str
    better: Figure
    worse: Figure
    interval: Interval
    adjusted: Interval

    @property
    def figure(self) -> Figure:
        """The gap as a figure."""
        between = f"{self.better.subgroup} vs {self.worse.subgroup}"
        value = self.better.value - self.worse.value
        return Figure(f"{self.metric}_gap", value, self.interval, self.better.n + self.worse.n, subgroup=between)


@dataclass(frozen=True, slots=True)
class Bias:
    """Figures of every subgroup of the internal split, and the gaps between them."""

    name: ClassVar[str] = "bias"
    asks: ClassVar[str] = "Is it as good for everyone?"
    needs: ClassVar[tuple[str, ...]] = (
        "predictions.score",
        "cohort.label",
        "cohort.patient",
        "claim.strata",
        "split.internal",
    )

    minimum: int = 10  # decisions of the class that a metric is about; below it an interval says nothing

    def judge(self, case: Case) -> RungResult:
        """Weigh every gap against ``largest_gap``.

        Raises:
            CannotJudge: no stratum has two subgroups that are large enough.
        """
        groups = list(_subgroups(case))
        large, small = self._by_size(groups)
        gaps = list(_gaps(large, case.confidence))
        if not gaps:
            raise CannotJudge(
                f"no stratum has two subgroups with {self.minimum} ill or {self.minimum} healthy decisions"
            )
        largest = [max((gap for gap in gaps if gap.metric == m), key=_size) for m in sorted({g.metric for g in gaps})]
        uncompared = sorted({group.column for group in groups} - {gap.column for gap in gaps})
        return RungResult(
            self.name,
            _verdict(gaps, case.claim.floor("largest_gap"), complete=not uncompared),
            (*_figures(large, groups, case.confidence), *(gap.figure for gap in sorted(gaps, key=_size, reverse=True))),
            _sentence(case, max(gaps, key=_size), len(gaps)),
            tuple(_forests(case, large)),
            _worst_of(max(gaps, key=_size), groups),
            notes=(
                *(f"The largest {gap.metric} gap: {_in_words(gap)}." for gap in largest),
                *_unplaced(case),
                *(f"{column} could not be compared: too few decisions in its subgroups." for column in uncompared),
                *(f"Too small to compare (fewer than {self.minimum}): {one}." for one in small),
            ),
        )

    def _by_size(self, groups: list[Subgroup]) -> tuple[dict[tuple[str, str], list[Subgroup]], list[str]]:
        large: dict[tuple[str, str], list[Subgroup]] = defaultdict(list)
        small = []
        for group in groups:
            for metric in FLOOR_METRICS:
                if group.size(metric) >= self.minimum:
                    large[metric, group.column].append(group)
                elif metric != "auroc":  # its size is the smaller of the other two
                    kind = "ill" if metric == "sensitivity" else "healthy"
                    small.append(f"{group.label} ({group.size(metric)} {kind})")
        return large, small


def _subgroups(case: Case) -> Iterator[Subgroup]:
    answered = case.internal.only_answered()
    for text in case.claim.evidence.strata:
        stratum = parse_stratum(text)
        labels = stratum.labels(answered.columns[stratum.column])
        for label in labels.drop_nulls().unique().sort().to_list():
            yield Subgroup(stratum.column, label, answered.where((labels == label).fill_null(value=False).to_numpy()))


def _gaps(large: dict[tuple[str, str], list[Subgroup]], confidence: float) -> Iterator[Gap]:
    pairs = [
        (metric, column, first, second)
        for (metric, column), groups in large.items()
        for first, second in combinations(groups, 2)
    ]
    strict = 1 - (1 - confidence) / max(1, len(pairs))
    for metric, column, first, second in pairs:
        figures = sorted(
            (measure(metric, group.decisions, confidence, group.label) for group in (first, second)),
            key=lambda figure: -figure.value,
        )
        by_label = {group.label: group for group in (first, second)}
        widened = [measure(metric, by_label[one.subgroup].decisions, strict, one.subgroup) for one in figures]
        yield Gap(metric, column, figures[0], figures[1], between(*figures), between(*widened))


def _verdict(gaps: list[Gap], floor: Floor | None, *, complete: bool) -> Verdict:
    if floor is None:
        return Verdict.NOT_SHOWN
    if any(floor.missed_by(gap.adjusted) for gap in gaps):
        return Verdict.FAILS
    held = complete and all(floor.cleared_by(gap.interval) for gap in gaps)
    return Verdict.HOLDS if held else Verdict.UNDECIDED


def _figures(
    large: dict[tuple[str, str], list[Subgroup]], groups: list[Subgroup], confidence: float
) -> Iterator[Figure]:
    for (metric, _), members in large.items():
        for group in members:
            yield measure(metric, group.decisions, confidence, group.label)
    for group in groups:
        yield from corners(group.decisions).figures(group.label)
        try:
            shift = calibration_intercept(
                group.decisions.truth, group.decisions.score, group.decisions.patient, confidence
            )
        except ValueError:
            continue  # one class or one patient: its counts above say so
        n = len(group.decisions)
        yield Figure("calibration_intercept", shift.value, shift.interval, n, "logit", group.label)


def _sentence(case: Case, largest: Gap, looked_at: int) -> str:
    floor = case.claim.floor("largest_gap")
    against = f"against a floor of {floor.high:g}" if floor else "and the claim states no largest_gap, so none is shown"
    return f"Of {looked_at} gaps between subgroups the largest is {_in_words(largest)}, {against}."


def _in_words(gap: Gap) -> str:
    figure = gap.figure
    low, high = gap.interval.low, gap.interval.high
    return (
        f"{figure.value:.3f} ({low:.3f} to {high:.3f}) in {gap.metric}, "
        f"{gap.better.subgroup} {gap.better.value:.3f} against {gap.worse.subgroup} {gap.worse.value:.3f}"
    )


def _size(gap: Gap) -> float:
    return gap.figure.value


def _forests(case: Case, large: dict[tuple[str, str], list[Subgroup]]) -> Iterator[Forest]:
    for metric in FLOOR_METRICS:
        figures = [
            measure(metric, group.decisions, case.confidence, group.label)
            for (of, _), members in large.items()
            if of == metric
            for group in members
        ]
        rows = tuple((f.subgroup, f.value, f.interval.low, f.interval.high, f.n) for f in figures if f.interval)
        floor = case.claim.floor(metric)
        if rows:
            title = f"{metric}, subgroup by subgroup"
            yield Forest(f"bias-{metric}", title, metric, rows, floor.low if floor else None)


def _worst_of(largest: Gap, groups: list[Subgroup]) -> tuple[ShownCase, ...]:
    return next(worst_calls(group.decisions) for group in groups if group.label == largest.worse.subgroup)


def _unplaced(case: Case) -> Iterator[str]:
    answered = case.internal.only_answered()
    for text in case.claim.evidence.strata:
        stratum = parse_stratum(text)
        absent = stratum.labels(answered.columns[stratum.column]).null_count()
        if absent:
            yield f"{absent} decisions have no {stratum.column} or lie outside its bands; they stand in no subgroup."
