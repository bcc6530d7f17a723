"""Rung: is it as good for women as for men, for the old as for the young, in every view?

Gaps are judged between every pair of subgroups that is large enough; those that are too small are named, not hidden.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.audit.accuracy import worst_calls
from fiducial.audit.case import Case
from fiducial.audit.forests import forest
from fiducial.audit.gaps import Gap, benjamini_hochberg, gaps, holm, looked_at, measured, needed
from fiducial.audit.metrics import FLOOR_METRICS, corners, predictive_values
from fiducial.audit.subgroup_calibration import calibration_figures
from fiducial.audit.subgroups import Subgroup, subgroups, unplaced
from fiducial.claims.charts import Forest, FourCorners
from fiducial.claims.evidence import Figure, RungResult, ShownCase, Verdict
from fiducial.claims.floors import Floor
from fiducial.errors import CannotJudge

NEGLIGIBLE = 0.01  # a subgroup below this share of the decisions may be too small without holding the claim up
Measured = dict[tuple[str, str], list[Figure]]


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
        groups = list(subgroups(case))
        figures = measured(groups, self.minimum, case.confidence)
        crossed = {group.column for group in groups if group.crossed}
        found = sorted(gaps(figures, crossed, case.confidence), key=lambda gap: -gap.value)
        plain = [gap for gap in found if not gap.crossed]
        if not plain:
            raise CannotJudge(
                f"no stratum has two subgroups with {self.minimum} ill or {self.minimum} healthy decisions"
            )
        floor = case.claim.floor("largest_gap")
        comparisons = looked_at(figures)
        small = list(self._too_small([group for group in groups if not group.crossed]))
        return RungResult(
            self.name,
            _verdict(found, floor, 1 - case.confidence, comparisons, complete=not small),
            (
                *_figures(figures, groups, case),
                *calibration_figures(groups, case),
                *_gap_figures(found),
            ),
            _sentence(floor, plain[0], comparisons),
            (*_forests(case, figures), *_corner_charts(case, groups)),
            _worst_of(plain[0], groups),
            notes=(*_notes(found, floor, 1 - case.confidence, comparisons), *unplaced(case), *small),
        )

    def _too_small(self, groups: list[Subgroup]) -> Iterator[str]:
        for group in groups:
            sizes = {"ill": group.size("sensitivity"), "healthy": group.size("specificity")}
            short = [f"{count} {kind}" for kind, count in sizes.items() if count < self.minimum]
            if short and group.share >= NEGLIGIBLE:
                yield (
                    f"Too small to compare (fewer than {self.minimum}): {group.label} with {' and '.join(short)}, "
                    "so the rung cannot hold."
                )
        for column in dict.fromkeys(group.column for group in groups):
            if sum(group.column == column for group in groups) < 2:
                yield f"{column} could not be compared: it has one value only, so the rung cannot hold."


def _verdict(found: list[Gap], floor: Floor | None, alpha: float, comparisons: int, *, complete: bool) -> Verdict:
    if floor is None:
        return Verdict.NOT_SHOWN
    if holm([gap.p_beyond(floor.high) for gap in found], comparisons).min() < alpha:
        return Verdict.FAILS
    held = complete and all(floor.cleared_by(gap.interval) for gap in found if not gap.crossed)
    return Verdict.HOLDS if held else Verdict.UNDECIDED


def _figures(figures: Measured, groups: list[Subgroup], case: Case) -> Iterator[Figure]:
    for given in figures.values():
        yield from given
    for group in groups:
        if not group.crossed:
            yield from predictive_values(group.answered, case.confidence, group.label)
            yield from corners(group.answered).figures(group.label)


def _gap_figures(found: list[Gap]) -> Iterator[Figure]:
    for gap in found:
        yield gap.figure
    seen = set()
    for gap in found:
        if not gap.crossed and (gap.metric, gap.column) not in seen:
            seen.add((gap.metric, gap.column))
            n = gap.better.n + gap.worse.n
            yield Figure(f"{gap.metric}_detectable_gap", gap.detectable, None, n, subgroup=gap.between)
    for column in dict.fromkeys(gap.column for gap in found):
        odds = [gap for gap in found if gap.column == column and gap.metric != "auroc"]
        if {gap.metric for gap in odds} == {"sensitivity", "specificity"}:
            widest = odds[0]  # of true or of false positive rates: the gaps come largest first
            n = widest.better.n + widest.worse.n
            yield Figure("equalised_odds_gap", widest.value, widest.interval, n, subgroup=column)


def _sentence(floor: Floor | None, largest: Gap, comparisons: int) -> str:
    against = f"against a floor of {floor.high:g}" if floor else "and the claim states no largest_gap, so none is shown"
    return f"Of {comparisons} gaps between subgroups the largest plain one is {_in_words(largest)}, {against}."


def _notes(found: list[Gap], floor: Floor | None, alpha: float, comparisons: int) -> Iterator[str]:
    bound = floor.high if floor else 0.0
    p_values = [gap.p_beyond(bound) for gap in found]
    strict, lenient = holm(p_values, comparisons), benjamini_hochberg(p_values, comparisons)
    for gap, by_holm, by_bh in zip(found, strict, lenient, strict=True):
        if by_bh < alpha:
            sure = "Holm and Benjamini-Hochberg" if by_holm < alpha else "Benjamini-Hochberg, not Holm: worth a look"
            yield f"Beyond {bound:g}: {_in_words(gap)}; after {comparisons} comparisons p {by_holm:.2g} ({sure})."
    told = set()
    for gap in found:
        if gap.metric not in told:
            told.add(gap.metric)
            yield f"The largest {gap.metric} gap: {_in_words(gap)}."
    for metric in FLOOR_METRICS:
        least = max((gap for gap in found if gap.metric == metric and not gap.crossed), key=_blindness, default=None)
        if least and (words := needed(least, bound)):
            yield words


def _blindness(gap: Gap) -> float:
    return gap.detectable


def _in_words(gap: Gap) -> str:
    return (
        f"{gap.value:.3f} ({gap.interval.low:.3f} to {gap.interval.high:.3f}) in {gap.metric}, "
        f"{gap.better.subgroup} {gap.better.value:.3f} against {gap.worse.subgroup} {gap.worse.value:.3f}"
    )


def _forests(case: Case, figures: Measured) -> Iterator[Forest]:
    for together in (False, True):
        for metric in FLOOR_METRICS:
            given = [f for (of, column), ones in figures.items() for f in ones if of == metric]
            rows = [(figure.subgroup, figure) for figure in given if (" & " in figure.subgroup) is together]
            title = f"{metric}, {'two strata together' if together else 'subgroup by subgroup'}"
            name = f"bias-{metric}{'-crossed' if together else ''}"
            yield from forest(name, title, metric, rows, case.claim.floor(metric))


def _corner_charts(case: Case, groups: list[Subgroup]) -> Iterator[FourCorners]:
    for group in groups:
        if not group.crossed:
            yield corners(group.answered).chart(group.label, case.claim.claim.prevalence or ())


def _worst_of(largest: Gap, groups: list[Subgroup]) -> tuple[ShownCase, ...]:
    return next(worst_calls(group.answered) for group in groups if group.label == largest.worse.subgroup)
