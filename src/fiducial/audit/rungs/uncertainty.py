"""Rung: does the model know when it does not know?

Calibration away from home, errors against coverage, and what becomes of inputs that it is not for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.audit.case import Case
from fiducial.audit.forests import forest
from fiducial.audit.outside import Outside, outside, unread_population, untried_inputs
from fiducial.audit.selective import risk_curve, selective_figures
from fiducial.audit.shifts import Shift, shifts
from fiducial.audit.stress_floors import Demand, weigh_all
from fiducial.audit.stressed import sure
from fiducial.claims.charts import Chart
from fiducial.claims.evidence import Figure, RungResult, Verdict, worst
from fiducial.errors import CannotJudge

FLOORS = ("ece_under_shift", "answered_outside")
HEEDLESS = 0.5  # a share of wrong inputs that may not be answered without every reader's knowing
TOLD = 6  # figures that are put in words


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Calibration under shift, risk against coverage, and answers to wrong inputs."""

    name: ClassVar[str] = "uncertainty"
    asks: ClassVar[str] = "Does it know when it does not know?"
    needs: ClassVar[tuple[str, ...]] = ("predictions.score", "cohort.label", "cohort.patient", "split.internal")

    def judge(self, case: Case) -> RungResult:
        """Weigh ``ece_under_shift`` and ``answered_outside``.

        Raises:
            CannotJudge: no decision of the internal split was answered.
        """
        decisions = case.internal
        if not decisions.answered.any():
            raise CannotJudge("no decision of the internal split was answered")
        away, strangers = list(shifts(case)), list(outside(case))
        weighed = weigh_all(_demands(case, away, strangers), case.confidence)
        absent = tuple(_absent(case, away, strangers))
        doubts = tuple(_doubts(case, away)) if weighed.verdict is not Verdict.NOT_SHOWN else ()
        home = {figure.name: figure for figure in _home(case)}
        return RungResult(
            self.name,
            worst(
                (weighed.verdict, *([Verdict.NOT_SHOWN] if absent else []), *([Verdict.UNDECIDED] if doubts else []))
            ),
            (*home.values(), *(f for one in away for f in one.figures.values()), *_of(strangers)),
            _sentence(case, home, strangers),
            (risk_curve(decisions), *_forests(case, away, strangers)),
            notes=(*absent, *doubts, *weighed.missed, *weighed.unclear[:TOLD], *_notes(case, home)),
            alarms=tuple(_alarms(home, strangers)),
        )


def _home(case: Case) -> Iterator[Figure]:
    yield from selective_figures(case, case.internal)
    yield from sure(case.internal.only_answered(), case.confidence)


def _of(strangers: list[Outside]) -> Iterator[Figure]:
    for one in strangers:
        yield from one.figures()


def _demands(case: Case, away: list[Shift], strangers: list[Outside]) -> Iterator[Demand]:
    if floor := case.claim.floor("ece_under_shift"):
        yield from (one.demand(floor) for one in away if one.borne)
    if floor := case.claim.floor("answered_outside"):
        yield from (Demand(one.label, one.answered, floor) for one in strangers)


def _absent(case: Case, away: list[Shift], strangers: list[Outside]) -> Iterator[str]:
    """Floors that the claim states and nothing was there to weigh."""
    if case.claim.floor("ece_under_shift") and not any(one.borne for one in away):
        yield (
            "The floor ece_under_shift has nothing to be weighed on: name evidence.external_by, or "
            "evidence.stress_up_to beside predictions under stress."
        )
    if case.claim.floor("answered_outside"):
        if not strangers:
            yield (
                "The floor answered_outside has nothing to be weighed on: name evidence.wrong_inputs and probe them, "
                "or keep patients outside claim.population in the cohort."
            )
        if names := list(untried_inputs(case)):
            yield f"The claim names wrong inputs that were not tried: {', '.join(names)}. Probe them."


def _doubts(case: Case, away: list[Shift]) -> Iterator[str]:
    """Why the rung cannot hold on these figures, whatever they say."""
    floor = case.claim.floor("ece_under_shift")
    if floor is None:
        return
    borne = [one for one in away if one.borne]
    for one in borne:
        if one.untried:
            yield f"{one.untried} decisions have no row {one.where}, so the rung cannot hold. Probe the whole split."
            break
    silent = [one for one in borne if one.unanswered]
    if silent and case.claim.floor("coverage") is None:
        filled = weigh_all((one.demand(floor, filled=True) for one in silent), case.confidence)
        if filled.verdict is not Verdict.HOLDS:
            most = max(silent, key=_unanswered)
            yield (
                f"{most.unanswered} decisions are missing or abstained {most.where}; counted as errors, the floor "
                "would not hold. State a floor for coverage if the model is meant to abstain."
            )


def _sentence(case: Case, home: dict[str, Figure], strangers: list[Outside]) -> str:
    every, surest = home["risk"], home["risk_at_80"]
    told = (
        f"It is wrong in {_hundred(every)} of 100 decisions, and in {_hundred(surest)} of 100 where it answers only "
        "the 80% that it is surest of"
    )
    if strangers:
        most = max(strangers, key=_answered)
        told += f"; of 100 inputs {most.label} it answers {_hundred(most.answered)}"
    if not any(case.claim.floor(name) for name in FLOORS):
        return f"{told}. The claim demands nothing of this (ece_under_shift, answered_outside), so nothing is shown."
    return f"{told}."


def _notes(case: Case, home: dict[str, Figure]) -> Iterator[str]:
    if area := home["aurc"].interval:
        value, least, every = home["aurc"].value, home["aurc_least"].value, home["risk"].value
        yield (
            f"The area under risk against coverage is {value:.4f} ({area.low:.4f} to {area.high:.4f}); {every:.4f} "
            f"is what chance gives, {least:.4f} the least for as many errors."
        )
    if declined := home.get("risk_abstained"):
        yield (
            f"Of the decisions that it declined it would have got {_hundred(declined)} of 100 wrong, of those that it "
            f"took {_hundred(home['risk'])}; as many left out by confidence would leave "
            f"{_hundred(home['risk_by_confidence'])} of 100 wrong."
        )
    yield from unread_population(case)


def _alarms(home: dict[str, Figure], strangers: list[Outside]) -> Iterator[str]:
    heedless = [one for one in strangers if one.answered.interval and one.answered.interval.low > HEEDLESS]
    if not heedless:
        return
    most, told = max(heedless, key=_answered), ", ".join(one.label for one in heedless)
    yield (
        f"It answers inputs that it is not for ({told}): {_hundred(most.answered)} of 100 {most.label}"
        f"{_how_surely(home, most)}."
    )


def _how_surely(home: dict[str, Figure], one: Outside) -> str:
    if one.sure is None:
        return ""
    return f", with a mean confidence of {one.sure.value:.2f} ({home['confidence'].value:.2f} on what it is for)"


def _forests(case: Case, away: list[Shift], strangers: list[Outside]) -> Iterator[Chart]:
    floor = case.claim.floor("ece_under_shift")
    for name, title, line in (
        ("ece", "Calibration error away from home", floor),
        ("calibration_intercept", "Scores too low (right of 0) or too high, away from home", 0.0),
        ("coverage", "Share that is answered, away from home", None),
        ("risk", "Share of the answers that is wrong, away from home", None),
    ):
        rows = [(one.label, one.figures.get(name)) for one in away]
        if name != "coverage" or any(one.unanswered for one in away):
            yield from forest(f"shift-{name}", title, name.replace("_", " "), rows, line)
    floor = case.claim.floor("answered_outside")
    rows = [(one.label, one.answered) for one in strangers]
    title = "Inputs that it is not for: share that is answered"
    yield from forest("answered-outside", title, "share answered", rows, floor)


def _hundred(figure: Figure) -> str:
    if figure.interval is None:
        return f"{100 * figure.value:.1f}"
    return f"{100 * figure.value:.1f} ({100 * figure.interval.low:.1f}-{100 * figure.interval.high:.1f})"


def _answered(one: Outside) -> float:
    return one.answered.value


def _unanswered(one: Shift) -> int:
    return one.unanswered
