"""Rung: does a score of 0.8 mean that 80 of 100 such patients are ill?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.audit.accuracy import SHOWN, shown_case
from fiducial.audit.case import Case, Decisions
from fiducial.claims.charts import Curves, Series
from fiducial.claims.evidence import Figure, RungResult, ShownCase, Verdict, weigh, worst
from fiducial.errors import CannotJudge
from fiducial.stats.calibration import (
    brier,
    calibration_intercept,
    calibration_slope,
    expected_calibration_error,
    reliability,
    weighted_brier,
    weighted_ece,
)
from fiducial.stats.intervals import wilson
from fiducial.stats.resampling import patient_bootstrap

FLOORS = ("ece", "brier", "calibration_slope", "calibration_intercept")


@dataclass(frozen=True, slots=True)
class Calibration:
    """ECE, Brier score, slope and intercept on the internal split, with the reliability curve."""

    name: ClassVar[str] = "calibration"
    asks: ClassVar[str] = "Can the scores be read as probabilities?"
    needs: ClassVar[tuple[str, ...]] = ("predictions.score", "cohort.label", "cohort.patient", "split.internal")

    bins: int = 10

    def judge(self, case: Case) -> RungResult:
        """Weigh the calibration floors on the internal split.

        Raises:
            CannotJudge: one class only, or too few patients to resample.
        """
        decisions = case.internal.only_answered()
        if decisions.truth.all() or not decisions.truth.any():
            raise CannotJudge("calibration needs both ill and healthy patients in the internal split")
        figures, notes = self._figures(case, decisions)
        by_name = {figure.name: figure for figure in figures}
        verdicts = [_weigh(case, name, by_name.get(name)) for name in FLOORS if case.claim.floor(name)]
        unanswered = len(case.internal) - len(decisions)
        if unanswered:
            notes += (f"{unanswered} decisions are missing or abstained and stand in no bin.",)
        return RungResult(
            self.name,
            worst(verdicts),
            figures,
            _sentence(by_name, demanded=bool(verdicts)),
            (_reliability_curve(decisions, self.bins),),
            tuple(_overconfident(decisions)),
            notes=notes,
        )

    def _figures(self, case: Case, decisions: Decisions) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
        truth, score, patient = decisions.truth, decisions.score, decisions.patient
        rng, n = case.rng(self.name), len(decisions)
        notes = []
        figures = []
        for name, value, statistic in (
            ("ece", expected_calibration_error(truth, score, self.bins), weighted_ece(truth, score, self.bins)),
            ("brier", brier(truth, score), weighted_brier(truth, score)),
        ):
            interval = patient_bootstrap(statistic, patient, rng, resamples=case.resamples, confidence=case.confidence)
            figures.append(Figure(name, value, interval, n))
        for name, fit in (("calibration_slope", calibration_slope), ("calibration_intercept", calibration_intercept)):
            try:
                found = fit(truth, score, patient, case.confidence)
            except ValueError as impossible:
                notes.append(f"No {name.replace('_', ' ')}: {impossible}.")
                continue
            figures.append(Figure(name, found.value, found.interval, n, "1" if "slope" in name else "logit"))
        return tuple(figures), tuple(notes)


def _weigh(case: Case, name: str, figure: Figure | None) -> Verdict:
    floor = case.claim.floor(name)
    if figure is None or figure.interval is None or floor is None:
        return Verdict.UNDECIDED
    return weigh(figure.interval, floor)


def _sentence(by_name: dict[str, Figure], *, demanded: bool) -> str:
    told = [f"Scores are off by {100 * by_name['ece'].value:.1f} points on average"]
    if slope := by_name.get("calibration_slope"):
        low, high = (slope.interval.low, slope.interval.high) if slope.interval else (slope.value, slope.value)
        reading = "about right" if low <= 1 <= high else "too extreme" if slope.value < 1 else "too timid"
        told.append(f"they are {reading} (slope {slope.value:.2f}, {low:.2f}-{high:.2f}; 1 is right)")
    if shift := by_name.get("calibration_intercept"):
        low, high = (shift.interval.low, shift.interval.high) if shift.interval else (shift.value, shift.value)
        reading = "right" if low <= 0 <= high else "too low" if shift.value > 0 else "too high"
        told.append(f"on the whole {reading} (intercept {shift.value:.2f}, {low:.2f} to {high:.2f}; 0 is right)")
    ending = "" if demanded else " The claim demands nothing of calibration, so nothing is shown."
    return f"{'; '.join(told)}.{ending}"


def _reliability_curve(decisions: Decisions, bins: int) -> Curves:
    found = reliability(decisions.truth, decisions.score, bins)
    ends = [wilson(round(share * count), int(count)) for share, count in zip(found.observed, found.count, strict=True)]
    series = Series(
        "observed",
        tuple(found.mean_score.tolist()),
        tuple(found.observed.tolist()),
        tuple(end.low for end in ends),
        tuple(end.high for end in ends),
    )
    return Curves("reliability", "Reliability", "mean score", "share that is ill", (series,))


def _overconfident(decisions: Decisions) -> Iterator[ShownCase]:
    """The decisions whose score is farthest from what was true."""
    distance = np.abs(decisions.score - decisions.truth)
    for index in np.argsort(-distance, kind="stable")[: 2 * SHOWN]:
        if distance[index] > 0.5:
            yield shown_case(decisions, int(index), "the score is far from the truth")
