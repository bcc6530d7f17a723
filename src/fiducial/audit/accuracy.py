"""A group of decisions against the claim's floors: shared by the internal rung and every external group."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from fiducial.audit.case import Case, Decisions
from fiducial.audit.metrics import (
    FLOOR_METRICS,
    Corners,
    corners,
    measure,
    predictive_values,
    predictive_values_at,
)
from fiducial.claims.evidence import Figure, ShownCase, Verdict, weigh
from fiducial.errors import CannotJudge
from fiducial.stats.intervals import wilson_clustered

ALARMING = 0.5  # a corner worse than a coin toss is said in words, whatever the floors are
SHOWN = 4  # worst cases of each kind


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Figures of one group, the verdict on every floor that they meet or miss, and what must be said beside them."""

    figures: tuple[Figure, ...]
    verdicts: tuple[Verdict, ...]
    corners: Corners
    notes: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    by_name: dict[str, Figure] = field(default_factory=dict)


def judge_accuracy(case: Case, decisions: Decisions, subgroup: str = "all") -> Accuracy:
    """Weigh AUROC, all four corners, predictive values and coverage of one group.

    Raises:
        CannotJudge: not one decision of the group was answered.
    """
    answered = decisions.only_answered()
    if not len(answered):
        where = "the internal split" if subgroup == "all" else subgroup
        raise CannotJudge(f"the model answered none of the {len(decisions)} decisions of {where}")
    measured, notes = measure_all(answered, case.confidence, subgroup)
    figures = [*measured.values(), *predictive_values(answered, case.confidence, subgroup)]
    figures += _at_claimed_prevalence(case, measured, subgroup)
    if len(answered) < len(decisions) or case.claim.floor("coverage"):
        figures.append(_coverage(decisions, case.confidence, subgroup))
    by_name = {figure.name: figure for figure in figures}
    verdicts = dict(_weighed(case, by_name))
    notes += _unmet(case, by_name, verdicts, subgroup)
    counts = corners(answered)
    return Accuracy(
        (*figures, *counts.figures(subgroup)),
        tuple(verdicts.values()),
        counts,
        tuple(notes),
        tuple(_alarms(by_name, subgroup)),
        by_name,
    )


def measure_all(decisions: Decisions, confidence: float, subgroup: str) -> tuple[dict[str, Figure], list[str]]:
    """Every floor metric that has a meaning in this group, and a note for every one that has none."""
    measured, notes = {}, []
    for metric in FLOOR_METRICS:
        try:
            measured[metric] = measure(metric, decisions, confidence, subgroup)
        except CannotJudge as absent:
            notes.append(f"{absent}.")
    return measured, notes


def worst_calls(decisions: Decisions, shown: int = SHOWN) -> tuple[ShownCase, ...]:
    """The most confident mistakes: ill with the lowest scores, healthy with the highest."""
    answered = decisions.only_answered()
    wrong = answered.called != answered.truth
    missed = np.flatnonzero(wrong & answered.truth)
    alarms = np.flatnonzero(wrong & ~answered.truth)
    missed = missed[np.argsort(answered.score[missed], kind="stable")][:shown]
    alarms = alarms[np.argsort(-answered.score[alarms], kind="stable")][:shown]
    return (
        *(shown_case(answered, int(index), "ill, called healthy") for index in missed),
        *(shown_case(answered, int(index), "healthy, called ill") for index in alarms),
    )


def shown_case(decisions: Decisions, index: int, why: str) -> ShownCase:
    """One decision with what a reader needs to look it up."""
    columns = decisions.columns
    path = columns["path"][index] if "path" in columns.columns else None
    return ShownCase(
        str(decisions.study[index]), bool(decisions.truth[index]), float(decisions.score[index]), why, path
    )


def in_words(figures: dict[str, Figure]) -> str:
    """Both corners as natural frequencies: of 100 ill the model finds 99, of 100 healthy it calls 90 ill."""
    told = []
    if hit := figures.get("sensitivity"):
        told.append(f"of 100 ill it finds {100 * hit.value:.0f} ({span(hit, 100)})")
    if cleared := figures.get("specificity"):
        told.append(f"of 100 healthy it calls {100 * (1 - cleared.value):.0f} ill ({span(cleared, -100)})")
    if area := figures.get("auroc"):
        told.append(f"AUROC {area.value:.3f} ({span(area, 1)})")
    at_use = [figure for name, figure in figures.items() if name.startswith("ppv_at_")]
    if at_use:
        prevalence = 100 * float(at_use[0].name.removeprefix("ppv_at_"))
        told.append(
            f"where {prevalence:g} in 100 are ill, {100 * at_use[0].value:.0f} of 100 positive calls are right "
            f"({span(at_use[0], 100)})"
        )
    return "; ".join(told)


def span(figure: Figure, scale: float) -> str:
    """The interval of a figure in words; a negative scale counts the complement."""
    if figure.interval is None:
        return "no interval"
    low, high = figure.interval.low, figure.interval.high
    if scale == 1:  # "-0.036--0.015" reads as nothing
        return f"{low:.3f}{' to ' if low < 0 else '-'}{high:.3f}"
    if scale < 0:
        low, high = 1 - high, 1 - low
    return f"{abs(scale) * low:.0f}-{abs(scale) * high:.0f}"


def _at_claimed_prevalence(case: Case, measured: dict[str, Figure], subgroup: str) -> list[Figure]:
    claimed = case.claim.claim.prevalence
    if claimed is None or not {"sensitivity", "specificity"} <= measured.keys():
        return []
    pairs = [
        predictive_values_at(prevalence, measured["sensitivity"], measured["specificity"], subgroup)
        for prevalence in sorted(set(claimed))
    ]
    return [figure for pair in pairs for figure in pair if not np.isnan(figure.value)]


def _coverage(decisions: Decisions, confidence: float, subgroup: str) -> Figure:
    share = float(decisions.answered.mean())
    interval = wilson_clustered(decisions.answered, decisions.patient, confidence)
    return Figure("coverage", share, interval, len(decisions), subgroup=subgroup)


def _weighed(case: Case, by_name: dict[str, Figure]) -> Iterator[tuple[str, Verdict]]:
    for name in (*FLOOR_METRICS, "coverage", "ppv", "npv"):
        floor = case.claim.floor(name)
        if floor is None:
            continue
        figure = by_name.get(_figure_behind(case, name))
        told = figure is not None and figure.interval is not None
        yield name, weigh(figure.interval, floor) if told else Verdict.UNDECIDED  # type: ignore[union-attr,arg-type]


def _figure_behind(case: Case, floor: str) -> str:
    """PPV is hardest at the lowest claimed prevalence, NPV at the highest."""
    if floor not in {"ppv", "npv"} or case.claim.claim.prevalence is None:
        return floor
    lowest, highest = case.claim.claim.prevalence
    return f"{floor}_at_{lowest if floor == 'ppv' else highest:g}"


def _unmet(case: Case, by_name: dict[str, Figure], verdicts: dict[str, Verdict], subgroup: str) -> list[str]:
    where = "" if subgroup == "all" else f" at {subgroup}"
    told = []
    for name, verdict in verdicts.items():
        figure = by_name.get(_figure_behind(case, name))
        if verdict is not Verdict.HOLDS and figure and figure.interval:
            low, high = figure.interval.low, figure.interval.high
            word = "misses" if verdict is Verdict.FAILS else "does not clear"
            told.append(
                f"{figure.name} {figure.value:.3f} ({low:.3f}-{high:.3f}){where} {word} the floor: "
                f"{case.claim.floor(name)}."
            )
    return told


def _alarms(by_name: dict[str, Figure], subgroup: str) -> Iterator[str]:
    where = "" if subgroup == "all" else f" at {subgroup}"
    cleared, hit, right = (by_name.get(name) for name in ("specificity", "sensitivity", "ppv_observed"))
    if cleared and cleared.value < ALARMING:
        beside = f", although {100 * right.value:.0f}% of its positive calls are right here" if right else ""
        yield (
            f"{100 * (1 - cleared.value):.0f} of 100 healthy{where} are called ill "
            f"(specificity {cleared.value:.2f}){beside}."
        )
    if hit and hit.value < ALARMING:
        yield f"{100 * (1 - hit.value):.0f} of 100 ill{where} are called healthy (sensitivity {hit.value:.2f})."
