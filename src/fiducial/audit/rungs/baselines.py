"""Rung: what do cheap rivals reach on the same patients?

A claim that metadata, a thumbnail or a rule of thumb meets asks for nothing that needs the model.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fiducial.audit.accuracy import SHOWN, worst_calls
from fiducial.audit.case import Case, Decisions
from fiducial.audit.metrics import measure
from fiducial.audit.rivals import Rival, rivals_of
from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, RungResult, ShownCase, Verdict, weigh, worst
from fiducial.errors import CannotJudge
from fiducial.stats.calibration import brier, brier_skill
from fiducial.stats.intervals import Interval, difference
from fiducial.stats.resampling import patient_bootstrap
from fiducial.stats.roc import compare_models, delong

PREVALENCE = "prevalence"


@dataclass(frozen=True, slots=True)
class Measured:
    """A rival's AUROC, and how far the model is ahead of it."""

    rival: Rival
    auroc: Figure
    lead: Figure


@dataclass(frozen=True, slots=True)
class Baselines:
    """AUROC of prevalence, metadata, thumbnails and a simple rule on the internal split, and the model's lead."""

    name: ClassVar[str] = "baselines"
    asks: ClassVar[str] = "Is it better than what costs nothing?"
    needs: ClassVar[tuple[str, ...]] = ("predictions.score", "cohort.label", "cohort.patient", "split.internal")

    def judge(self, case: Case) -> RungResult:
        """Weigh the smallest lead against ``lead_over_baselines``.

        Raises:
            CannotJudge: one class only, or the claim's rule names a column that cannot be compared.
        """
        decisions = case.internal.only_answered()
        if not len(decisions) or decisions.truth.all() or not decisions.truth.any():
            raise CannotJudge("baselines need both ill and healthy patients in the internal split")
        rivals, notes = rivals_of(case)
        found = [_measured(rival, decisions, case.confidence) for rival in rivals]
        model = measure("auroc", decisions, case.confidence)
        alarms = tuple(_alarms(case, found))
        verdict = _verdict(case, found)
        return RungResult(
            self.name,
            worst((verdict, Verdict.UNDECIDED)) if alarms else verdict,
            tuple(_figures(case, decisions, model, found)),
            _sentence(case, model, found),
            tuple(_forests(case, model, found)),
            _only_the_rival_is_right(decisions, found),
            notes=(*_left_out(case, decisions), *_unmet(case, found), *notes),
            alarms=alarms,
        )


def _measured(rival: Rival, decisions: Decisions, confidence: float) -> Measured:
    n = len(decisions)
    both = delong(decisions.truth, np.stack([decisions.score, rival.score]), decisions.patient)
    of_model, of_rival = both.logit_interval(0, confidence), both.logit_interval(1, confidence)
    model, other = float(both.areas[0]), float(both.areas[1])
    if min(both.covariance[0, 0], both.covariance[1, 1]) > 0:
        interval = compare_models(both, confidence).interval
    else:  # a side without a variance of its own: square-and-add from Newcombe's, as if they were independent
        interval = difference(model, of_model, other, of_rival)
    area = Figure("auroc", other, of_rival, n, subgroup=rival.name)
    return Measured(rival, area, Figure("lead", model - other, interval, n, subgroup=rival.name))


def _verdict(case: Case, found: list[Measured]) -> Verdict:
    floor = case.claim.floor("lead_over_baselines")
    intervals = [one.lead.interval for one in found if one.lead.interval]
    if floor is None or not found:
        return Verdict.FAILS if any(_beaten(one) for one in found) else Verdict.NOT_SHOWN
    smallest = min(found, key=_lead).lead.interval
    verdict = weigh(smallest, floor) if smallest else Verdict.UNDECIDED
    held = all(floor.cleared_by(interval) for interval in intervals)
    return verdict if held or verdict is not Verdict.HOLDS else Verdict.UNDECIDED


def _alarms(case: Case, found: list[Measured]) -> Iterator[str]:
    floor = case.claim.floor("auroc")
    for one in found:
        if floor and one.auroc.value >= floor.low:
            yield (
                f"A model that sees only {one.rival.seen} reaches AUROC {_with_interval(one.auroc)}: "
                f"the claim's floor of {floor.low:g} asks for nothing that needs {one.rival.lacks}."
            )


def _figures(case: Case, decisions: Decisions, model: Figure, found: list[Measured]) -> Iterator[Figure]:
    n, confidence = len(decisions), case.confidence
    yield replace(model, subgroup="model")
    yield Figure("auroc", 0.5, None, n, subgroup=PREVALENCE)
    for one in found:
        yield from (one.auroc, one.lead)
        if one.rival.is_rule:
            called = replace(decisions, score=one.rival.score, threshold=0.5)
            for metric in ("sensitivity", "specificity"):
                yield measure(metric, called, confidence, one.rival.name)
    share = float(decisions.truth.mean())
    yield Figure("brier", brier(decisions.truth, decisions.score), None, n, subgroup="model")
    yield Figure("brier", share * (1 - share), None, n, subgroup=PREVALENCE)
    yield _skill(case, decisions)


def _skill(case: Case, decisions: Decisions) -> Figure:
    skill, n = brier_skill(decisions.truth, decisions.score), len(decisions)
    rng, ones = case.rng(f"{Baselines.name}.brier"), np.ones(n, dtype=np.int64)
    interval = None
    with suppress(ValueError):  # so few of one class that resamples without it are common
        interval = patient_bootstrap(
            skill, decisions.patient, rng, resamples=case.resamples, confidence=case.confidence
        )
    return Figure("brier_skill", skill(ones), interval, n, subgroup=f"model vs {PREVALENCE}")


def _sentence(case: Case, model: Figure, found: list[Measured]) -> str:
    if not found:
        return f"The model reaches AUROC {_with_interval(model)}; there is no rival but the prevalence (AUROC 0.5)."
    closest = min(found, key=_lead)
    told = ", ".join(f"{one.rival.name} {_with_interval(one.auroc)}" for one in found)
    told = (
        f"AUROC {_with_interval(model)} against {told}: "
        f"the smallest lead is {_with_interval(closest.lead)}, over {closest.rival.name}."
    )
    if case.claim.floor("lead_over_baselines") or any(_beaten(one) for one in found):
        return told
    return f"{told} The claim demands no lead over them, so nothing is shown."


def _forests(case: Case, model: Figure, found: list[Measured]) -> Iterator[Forest]:
    n = model.n
    rows = [_row("model", model), (PREVALENCE, 0.5, 0.5, 0.5, n), *(_row(one.rival.name, one.auroc) for one in found)]
    floor = case.claim.floor("auroc")
    yield Forest(
        "baselines-auroc", "AUROC of the model and its rivals", "auroc", tuple(rows), floor.low if floor else None
    )
    if found:
        leads = tuple(_row(one.rival.name, one.lead) for one in found)
        wanted = case.claim.floor("lead_over_baselines")
        yield Forest(
            "baselines-lead", "Lead of the model over each rival", "lead in AUROC", leads, wanted.low if wanted else 0.0
        )


def _row(label: str, figure: Figure) -> tuple[str, float, float, float, int]:
    return (label, figure.value, *_ends(figure.interval), figure.n)


def _only_the_rival_is_right(decisions: Decisions, found: list[Measured]) -> tuple[ShownCase, ...]:
    if not found:
        return ()
    best = max(found, key=lambda one: one.auroc.value).rival
    outdone = (decisions.called != decisions.truth) & (best.called == decisions.truth)
    cases = worst_calls(decisions.where(outdone), SHOWN)
    return tuple(replace(case, why=f"{case.why}; {best.name} has it right") for case in cases)


def _unmet(case: Case, found: list[Measured]) -> Iterator[str]:
    floor = case.claim.floor("lead_over_baselines")
    for one in found:
        if floor and one.lead.interval and not floor.cleared_by(one.lead.interval):
            word = "misses" if floor.missed_by(one.lead.interval) else "does not clear"
            yield f"The lead over {one.rival.name} {_with_interval(one.lead)} {word} the floor: {floor}."
        elif not floor and _beaten(one):
            yield f"{one.rival.name} is better than the model with its whole interval."


def _left_out(case: Case, decisions: Decisions) -> Iterator[str]:
    unanswered = len(case.internal) - len(decisions)
    if unanswered:
        yield f"{unanswered} decisions are missing or abstained; rivals are compared on the answered ones."


def _beaten(one: Measured) -> bool:
    return one.lead.interval is not None and one.lead.interval.high < 0


def _lead(one: Measured) -> float:
    return one.lead.value


def _with_interval(figure: Figure) -> str:
    low, high = _ends(figure.interval)
    return f"{figure.value:.3f} ({low:.3f} to {high:.3f})"


def _ends(interval: Interval | None) -> tuple[float, float]:
    return (interval.low, interval.high) if interval else (float("-inf"), float("inf"))
