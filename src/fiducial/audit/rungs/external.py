"""Rung: does the claim hold at every hospital, scanner or period that the model has never seen, each on its own?

A pooled figure hides the one hospital where it fails; the drop from internal is given with its interval.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from fiducial.audit.accuracy import Accuracy, judge_accuracy, measure_all, worst_calls
from fiducial.audit.case import Case, Decisions
from fiducial.audit.forests import forest
from fiducial.audit.gaps import holm, p_beyond
from fiducial.audit.groups import external_groups
from fiducial.audit.metrics import FLOOR_METRICS, between
from fiducial.audit.next_hospital import Summary, summaries
from fiducial.audit.roc_chart import roc_curve
from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, RungResult, Verdict, worst
from fiducial.claims.floors import Floor
from fiducial.claims.strata import parse_stratum
from fiducial.stats.intervals import Interval, z_value
from fiducial.stats.meta import FEWEST
from fiducial.stats.roc import AurocEstimate, compare_unpaired, delong


@dataclass(frozen=True, slots=True)
class Inside:
    """The internal split, measured once for all groups: the floor metrics that it has, and DeLong's area."""

    figures: dict[str, Figure]
    area: AurocEstimate | None


@dataclass(frozen=True, slots=True)
class External:
    """The accuracy floors in every external group, and the drop from the internal split."""

    name: ClassVar[str] = "external"
    asks: ClassVar[str] = "Does it work where it has never been?"
    needs: ClassVar[tuple[str, ...]] = (
        "predictions.score",
        "cohort.label",
        "cohort.patient",
        "claim.external_by",
        "split.external",
    )

    def judge(self, case: Case) -> RungResult:
        """Weigh the floors group by group.

        Raises:
            CannotJudge: the model answered no decision of a group.
        """
        groups = dict(external_groups(case))
        found = {label: judge_accuracy(case, decisions, label) for label, decisions in groups.items()}
        answered = {label: decisions.only_answered() for label, decisions in groups.items()}
        inside = _inside(case)
        drops = {label: tuple(_drops(case, inside, found[label], answered[label], label)) for label in groups}
        misses = _beyond(drops, case.claim.floor("largest_drop"), case.confidence)
        verdicts = {label: self._verdict(case, found[label], drops[label], misses) for label in groups}
        summary = [one for column in _columns(case) for one in summaries(case, column, found)]
        curves = roc_curve("roc-external", "ROC, every external group", answered, case)
        return RungResult(
            self.name,
            worst(verdicts.values()),
            (
                *(figure for label in groups for figure in (*found[label].figures, *drops[label])),
                *(figure for one in summary for figure in one.figures),
            ),
            _sentence(verdicts),
            (
                *(found[label].corners.chart(label, case.claim.claim.prevalence or ()) for label in groups),
                *_forests(case, inside, found, summary),
                *curves,
            ),
            worst_calls(case.external),
            notes=(
                *_ungrouped(case),
                *(one.sentence for one in summary),
                *_few_groups(case, found),
                *_drops_in_words(drops, case.confidence),
                *(n for label in groups for n in found[label].notes),
            ),
            alarms=tuple(alarm for label in groups for alarm in found[label].alarms),
        )

    def _verdict(self, case: Case, found: Accuracy, drops: tuple[Figure, ...], misses: list[Figure]) -> Verdict:
        verdicts = list(found.verdicts)
        floor = case.claim.floor("largest_drop")
        if floor:
            by_name = {drop.name: drop for drop in drops}
            known = [by_name.get(f"{metric}_drop") for metric in FLOOR_METRICS]
            verdicts += [_weighed(drop, floor, misses) for drop in known]
        return worst(verdicts)


def _inside(case: Case) -> Inside:
    answered = case.internal.only_answered()
    figures, _ = measure_all(answered, case.confidence, "all")
    return Inside(figures, _area(answered) if "auroc" in figures else None)


def _area(decisions: Decisions) -> AurocEstimate:
    return delong(decisions.truth, decisions.score, decisions.patient)


def _weighed(drop: Figure | None, floor: Floor, misses: list[Figure]) -> Verdict:
    if drop is None or drop.interval is None:
        return Verdict.UNDECIDED
    if drop in misses:
        return Verdict.FAILS
    return Verdict.HOLDS if floor.cleared_by(drop.interval) else Verdict.UNDECIDED


def _beyond(drops: dict[str, tuple[Figure, ...]], floor: Floor | None, confidence: float) -> list[Figure]:
    """The drops that are larger than the floor (0 without one), after Holm's correction for all that were looked at."""
    given = [(one, one.interval) for figures in drops.values() for one in figures if one.interval]
    bound, z = floor.high if floor else 0.0, z_value(confidence)
    p_values = [p_beyond(one.value, (one.value - interval.low) / z, bound) for one, interval in given]
    if not given:
        return []
    adjusted = holm(p_values, len(p_values))
    return [one for (one, _), p in zip(given, adjusted, strict=True) if p < 1 - confidence]


def _drops(case: Case, inside: Inside, outside: Accuracy, answered: Decisions, label: str) -> Iterator[Figure]:
    """Internal minus external of every floor metric; nothing where either side has no such figure."""
    for metric in FLOOR_METRICS:
        before, after = inside.figures.get(metric), outside.by_name.get(metric)
        if before is None or after is None:
            continue
        interval = _drop_in_auroc(inside.area, _area(answered), case.confidence) if metric == "auroc" else None
        yield Figure(
            f"{metric}_drop", before.value - after.value, interval or between(before, after), after.n, subgroup=label
        )


def _drop_in_auroc(inside: AurocEstimate | None, outside: AurocEstimate, confidence: float) -> Interval | None:
    """DeLong's, or None where one side is separated perfectly and has no variance to give."""
    if inside is None or min(inside.covariance[0, 0], outside.covariance[0, 0]) <= 0:
        return None
    return compare_unpaired(inside, outside, confidence).interval


def _sentence(verdicts: dict[str, Verdict]) -> str:
    held = [label for label, verdict in verdicts.items() if verdict is Verdict.HOLDS]
    opening = f"The floors hold at {len(held)} of {len(verdicts)} external groups"
    others = [f"{label} {verdict}" for label, verdict in verdicts.items() if verdict is not Verdict.HOLDS]
    if not others:
        return f"{opening}."
    return f"{opening}; {', '.join(others)}."


def _drops_in_words(drops: dict[str, tuple[Figure, ...]], confidence: float) -> Iterator[str]:
    for figure in _beyond(drops, None, confidence):
        if interval := figure.interval:
            metric = figure.name.removesuffix("_drop")
            yield (
                f"{metric} drops by {figure.value:.3f} ({interval.low:.3f}-{interval.high:.3f}) at {figure.subgroup}."
            )


def _few_groups(case: Case, found: dict[str, Accuracy]) -> Iterator[str]:
    for column in _columns(case):
        groups = sum(label.startswith(f"{column}=") for label in found)
        if groups < FEWEST:
            yield f"{groups} external {column}{'s' if groups > 1 else ''}: what the next one may show needs {FEWEST}."


def _forests(case: Case, internal: Inside, found: dict[str, Accuracy], summary: list[Summary]) -> Iterator[Forest]:
    for metric in FLOOR_METRICS:
        figures = [(label, accuracy.by_name.get(metric)) for label, accuracy in found.items()]
        inside = [("internal", internal.figures.get(metric)), *figures]
        pooled = [row for one in summary if one.metric == metric for row in one.rows]
        title = f"{metric}, group by group"
        for chart in forest(f"external-{metric}", title, metric, inside, case.claim.floor(metric)):
            yield replace(chart, rows=(*chart.rows, *pooled))


def _ungrouped(case: Case) -> Iterator[str]:
    for column in _columns(case):
        absent = case.external.columns[column].null_count()
        if absent:
            yield f"{absent} external rows have no {column}; they are judged as a group of their own."


def _columns(case: Case) -> list[str]:
    return [parse_stratum(text).column for text in case.claim.evidence.external_by]
