"""Rung: does a score of 0.8 mean that 80 of 100 such patients are ill?

Judged on the internal split; shown for every external group, at the prevalence of use, and after recalibration on tune.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.audit.accuracy import SHOWN, shown_case
from fiducial.audit.case import Case, Decisions
from fiducial.audit.forests import forest
from fiducial.audit.groups import external_groups
from fiducial.audit.probabilities import as_probabilities
from fiducial.audit.recalibration import at_prevalence_of_use, recalibrated
from fiducial.audit.subgroup_calibration import BINS, FEWEST_PATIENTS, calibration_of, ece_of, group_calibration
from fiducial.claims.charts import Curves, Forest, Series
from fiducial.claims.evidence import Figure, RungResult, ShownCase, Verdict, weigh, worst
from fiducial.errors import CannotJudge
from fiducial.stats.calibration import bin_of, brier, reliability, weighted_brier
from fiducial.stats.clusters import grouped_shares
from fiducial.stats.intervals import wilson
from fiducial.stats.resampling import patient_bootstrap

FLOORS = ("ece", "brier", "calibration_slope", "calibration_intercept")


@dataclass(frozen=True, slots=True)
class Calibration:
    """ECE, Brier score, slope and intercept, with the reliability curve."""

    name: ClassVar[str] = "calibration"
    asks: ClassVar[str] = "Can the scores be read as probabilities?"
    needs: ClassVar[tuple[str, ...]] = ("predictions.score", "cohort.label", "cohort.patient", "split.internal")

    bins: int = BINS
    minimum: int = FEWEST_PATIENTS

    def judge(self, case: Case) -> RungResult:
        """Weigh the calibration floors on the internal split.

        Raises:
            CannotJudge: one class only, or too few patients to resample.
        """
        decisions = as_probabilities(case, case.internal.only_answered())
        if decisions.truth.all() or not decisions.truth.any():
            raise CannotJudge("calibration needs both ill and healthy patients in the internal split")
        if decisions.patients < self.minimum:
            raise CannotJudge(f"calibration needs {self.minimum} patients; the internal split has {decisions.patients}")
        figures = tuple(self._figures(case, decisions))
        by_name = {figure.name: figure for figure in figures}
        verdicts = [_weigh(case, name, by_name.get(name)) for name in FLOORS if case.claim.floor(name)]
        mended, offer = recalibrated(case, decisions, self.bins)
        groups = self._groups(case)
        by_group = tuple(self._by_group(case, groups))
        return RungResult(
            self.name,
            worst(verdicts),
            (*figures, *at_prevalence_of_use(case, decisions, self.bins), *mended, *by_group),
            _sentence(by_name, demanded=bool(verdicts)),
            (_reliability_curve(decisions, self.bins, case.confidence), *_forests(case, (*figures, *by_group))),
            tuple(_overconfident(decisions)),
            notes=(*_moved(case, decisions), *_absent(by_name), *offer, *_deviant(groups, case.confidence)),
        )

    def _figures(self, case: Case, decisions: Decisions) -> Iterator[Figure]:
        n, error = len(decisions), ece_of(case, decisions, self.name, self.bins)
        yield Figure("ece", error.value, error.interval, n)
        yield Figure("ece_corrected", error.corrected, error.interval, n)
        yield Figure(
            "brier",
            brier(decisions.truth, decisions.score),
            patient_bootstrap(
                weighted_brier(decisions.truth, decisions.score),
                decisions.patient,
                case.rng("brier"),
                resamples=case.resamples,
                confidence=case.confidence,
            ),
            n,
        )
        yield from calibration_of(decisions, case.confidence, "all")

    def _groups(self, case: Case) -> dict[str, Decisions]:
        """The answered decisions of every external group that has patients enough."""
        groups = {label: as_probabilities(case, group.only_answered()) for label, group in external_groups(case)}
        return {label: group for label, group in groups.items() if group.patients >= self.minimum}

    def _by_group(self, case: Case, groups: dict[str, Decisions]) -> Iterator[Figure]:
        """ECE, slope and intercept of every group."""
        for label, group in groups.items():
            yield from group_calibration(case, group, label, self.bins)


def _weigh(case: Case, name: str, figure: Figure | None) -> Verdict:
    floor = case.claim.floor(name)
    if figure is None or figure.interval is None or floor is None:
        return Verdict.UNDECIDED
    return weigh(figure.interval, floor)


def _sentence(by_name: dict[str, Figure], *, demanded: bool) -> str:
    told = [f"Scores are off by {100 * by_name['ece'].value:.1f} points on average"]
    if slope := by_name.get("calibration_slope"):
        low, high = _ends(slope)
        reading = "about right" if low <= 1 <= high else "too extreme" if slope.value < 1 else "too timid"
        told.append(f"they are {reading} (slope {slope.value:.2f}, {low:.2f}-{high:.2f}; 1 is right)")
    if shift := by_name.get("calibration_intercept"):
        low, high = _ends(shift)
        told.append(f"on the whole {_side(shift)} (intercept {shift.value:.2f}, {low:.2f} to {high:.2f}; 0 is right)")
    ending = "" if demanded else " The claim demands nothing of calibration, so nothing is shown."
    return f"{'; '.join(told)}.{ending}"


def _moved(case: Case, decisions: Decisions) -> Iterator[str]:
    if (meant := case.claim.claim.scores_at) is not None:
        yield (
            f"Scores are probabilities where {100 * meant:.3g}% are ill (claim.scores_at); they were moved to the "
            f"{100 * decisions.truth.mean():.3g}% of the internal split before they were judged."
        )


def _absent(by_name: dict[str, Figure]) -> Iterator[str]:
    for name in ("calibration_slope", "calibration_intercept"):
        if name not in by_name:
            yield f"No {name.replace('_', ' ')} can be fitted: the scores separate the classes, or are all the same."


def _deviant(groups: dict[str, Decisions], confidence: float) -> Iterator[str]:
    """Groups whose scores are too high or too low, after Bonferroni's correction for all of them."""
    strict = 1 - (1 - confidence) / max(1, len(groups))
    for label, group in groups.items():
        figure, sure = (_intercept(group, asked, label) for asked in (confidence, strict))
        if figure and sure and _side(sure) != "right":
            low, high = _ends(figure)
            shift = f"intercept {figure.value:.2f}, {low:.2f} to {high:.2f}"
            yield f"At {label} scores are {_side(figure)} ({shift})."


def _intercept(decisions: Decisions, confidence: float, label: str) -> Figure | None:
    found = calibration_of(decisions, confidence, label)
    return next((one for one in found if one.name == "calibration_intercept"), None)


def _side(shift: Figure) -> str:
    low, high = _ends(shift)
    return "right" if low <= 0 <= high else "too low" if shift.value > 0 else "too high"


def _ends(figure: Figure) -> tuple[float, float]:
    return (figure.interval.low, figure.interval.high) if figure.interval else (figure.value, figure.value)


def _reliability_curve(decisions: Decisions, bins: int, confidence: float) -> Curves:
    found = reliability(decisions.truth, decisions.score, bins)
    member = np.unique(bin_of(decisions.score, bins), return_inverse=True)[1]
    worth = grouped_shares(decisions.truth, member, np.unique(decisions.patient, return_inverse=True)[1]).effective
    ends = [wilson(share * trials, trials, confidence) for share, trials in zip(found.observed, worth, strict=True)]
    series = Series(
        "observed",
        tuple(found.mean_score.tolist()),
        tuple(found.observed.tolist()),
        tuple(end.low for end in ends),
        tuple(end.high for end in ends),
    )
    return Curves("reliability", "Reliability", "mean score", "share that is ill", (series,))


def _forests(case: Case, figures: tuple[Figure, ...]) -> Iterator[Forest]:
    for name, right in (("calibration_slope", 1.0), ("calibration_intercept", 0.0)):
        given = [figure for figure in figures if figure.name == name and figure.interval]
        rows = [("internal" if figure.subgroup == "all" else figure.subgroup, figure) for figure in given]
        if len(rows) > 1:
            title = f"{name.replace('_', ' ')}, group by group"
            yield from forest(name, title, name, rows, case.claim.floor(name) or right)


def _overconfident(decisions: Decisions) -> Iterator[ShownCase]:
    """The decisions whose score is farthest from what was true."""
    distance = np.abs(decisions.score - decisions.truth)
    for index in np.argsort(-distance, kind="stable")[: 2 * SHOWN]:
        if distance[index] > 0.5:
            yield shown_case(decisions, int(index), "the score is far from the truth")
