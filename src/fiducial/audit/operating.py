"""Choose the claim's threshold on the tuning split by a rule, and show what every other threshold would do.

A threshold that was chosen where it is judged flatters itself, so no split that is judged is taken: not ``test``, not
``external``, and not what the claim calls internal.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fiducial.audit.case import Case, Decisions
from fiducial.audit.draft import Draft
from fiducial.audit.gather import gather
from fiducial.audit.metrics import measure
from fiducial.audit.operating_curve import corner_counts, curve_charts, curve_table, warnings
from fiducial.claims.charts import Curves
from fiducial.claims.claim import ALL_ROWS, Claim, read_claim
from fiducial.claims.evidence import NOTICE, Figure
from fiducial.claims.operating import KeepFloor, OperatingRule, parse_operating_rule
from fiducial.cohort.table import CohortSource
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.files.tables import TableSource
from fiducial.report.operating import save_operating
from fiducial.stats.intervals import Interval
from fiducial.stats.operating import (
    CornerCurve,
    Worth,
    choose,
    corner_curve,
    estimate_optimism,
    keep_sensitivity,
    keep_specificity,
    least_harm,
)

SCHEMA = "fiducial.operating-point/1"
SPLITS = ("tune", "train")  # where a threshold may be chosen


@dataclass(frozen=True, slots=True, eq=False)
class OperatingPoint:
    """A chosen threshold. ``figures``: the corners there; ``curve``: one row a threshold, all four corners each."""

    finding: str
    split: str
    rule: OperatingRule
    threshold: float
    spread: Interval | None  # of the threshold over resamples of patients
    figures: tuple[Figure, ...]
    curve: pl.DataFrame
    charts: tuple[Curves, ...]
    notes: tuple[str, ...]
    inputs: dict[str, str]

    @property
    def toml(self) -> str:
        """The line for ``claim.toml``; paste it, nothing is written for you."""
        return f'threshold = {{ value = {self.threshold!r}, chosen_on = "{self.split}", rule = "{self.rule}" }}'

    def document(self) -> dict[str, Any]:
        """``operating-point.json``: neither clock times nor absolute paths."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "finding": self.finding,
            "split": self.split,
            "rule": str(self.rule),
            "threshold": self.threshold,
            "threshold_low": self.spread.low if self.spread else None,
            "threshold_high": self.spread.high if self.spread else None,
            "toml": self.toml,
            "figures": [figure.document() for figure in self.figures],
            "notes": list(self.notes),
            "inputs": self.inputs,
        }

    def save(self, folder: str | Path) -> Path:
        """Write ``operating-point.html``, ``.json`` and ``curve.csv``; gives the page.

        Raises:
            UnusableInput: the folder cannot be written to.
        """
        return save_operating(self, Path(folder))


def choose_threshold(  # noqa: PLR0913  (each is an option of the verb)
    source: Claim | Draft | str | Path,
    *,
    rule: str | None = None,
    split: str = "tune",
    cohort: CohortSource | None = None,
    predictions: TableSource | None = None,
    seed: int = 0,
    resamples: int = 500,
    confidence: float = 0.95,
) -> OperatingPoint:
    """Pick the threshold that ``rule`` gives on a split that is not judged; without ``rule``, by the claim's own.

    ``cohort``, ``predictions``: as for :func:`~fiducial.audit.ladder.climb`.

    Raises:
        WrongUsage: the split is one that is judged, there is no rule, or the rule is of another form.
        UnusableInput: the claim or a table cannot be used.
        CannotJudge: the split has one class only, or no threshold meets the rule.
    """
    claim = source.claim if isinstance(source, Draft) else source if isinstance(source, Claim) else read_claim(source)
    asked = _rule(source, claim, rule)
    _refuse_judged(claim, split, whole=not isinstance(source, Draft) and claim.evidence.internal == ALL_ROWS)
    case, inputs = _case(source, claim, cohort, predictions, seed, resamples, confidence)
    tuning = case.decisions.where(case.rows_of(split)).only_answered()
    _refuse_poor(tuning, split, case)
    return _chosen(case, tuning, split, asked, inputs)


def worth_of(rule: OperatingRule, decisions: Decisions) -> Worth:
    """What the rule maximises; a prevalence that it does not name is that of the rows."""
    if isinstance(rule, KeepFloor):
        return keep_specificity(rule.floor) if rule.kept == "specificity" else keep_sensitivity(rule.floor)
    prevalence = float(decisions.truth.mean()) if rule.prevalence is None else rule.prevalence
    return least_harm(rule.missed, rule.alarm, prevalence)


def pick(decisions: Decisions, rule: OperatingRule) -> tuple[CornerCurve, int]:
    """The curve and the place that the rule picks on answered decisions of either class.

    Raises:
        CannotJudge: only calling everybody, or nobody, meets the rule; the nearest is told.
    """
    curve = corner_curve(decisions.truth, decisions.score)
    at = choose(curve, worth_of(rule, decisions))
    if curve.hits[at] == 0:
        raise CannotJudge(f"no threshold meets {str(rule)!r} but one that calls nobody{_nearest(curve, rule, -2)}")
    if curve.alarms[at] == curve.alarms[0]:
        raise CannotJudge(f"no threshold meets {str(rule)!r} but one that clears nobody{_nearest(curve, rule, 1)}")
    return curve, at


def _rule(source: Claim | Draft | str | Path, claim: Claim, rule: str | None) -> OperatingRule:
    if rule is None and isinstance(source, Draft):
        raise WrongUsage("no rule was given, and a table names none. Give --rule 'specificity >= 0.85'.")
    text = rule if rule is not None else claim.claim.threshold.rule
    if text is None:
        raise WrongUsage("no rule was given, and the claim's threshold names none. Give --rule 'specificity >= 0.85'.")
    try:
        return parse_operating_rule(text)
    except ValueError as wrong:
        raise WrongUsage(f"{wrong}.") from wrong


def _refuse_judged(claim: Claim, split: str, *, whole: bool) -> None:
    if whole:
        raise WrongUsage(
            'the claim judges every row (evidence.internal = "all"), so no split is left to choose a threshold on. '
            'Judge "test" alone, and choose on "tune".'
        )
    judged = {"test", "external", claim.evidence.internal} - {ALL_ROWS}
    if split in judged:
        raise WrongUsage(
            f"the split {split!r} is judged, and a threshold that is chosen where it is judged flatters itself. "
            f"Choose it on one of: {', '.join(one for one in SPLITS if one not in judged)}."
        )
    if split not in SPLITS:
        raise WrongUsage(f"a threshold is chosen on one of {', '.join(SPLITS)}; got {split!r}.")


def _case(  # noqa: PLR0913, PLR0917  (what gather takes)
    source: Claim | Draft | str | Path,
    claim: Claim,
    cohort: CohortSource | None,
    predictions: TableSource | None,
    seed: int,
    resamples: int,
    confidence: float,
) -> tuple[Case, dict[str, str]]:
    if isinstance(source, Draft):
        found = gather(claim, source.cohort, None, seed=seed, resamples=resamples, confidence=confidence)
        return found.case, found.inputs | {"cohort": source.hash}
    folder = Path() if isinstance(source, Claim) else Path(source).parent
    named = claim.evidence
    rows = cohort if cohort is not None else None if named.cohort is None else folder / named.cohort
    if rows is None:
        raise UnusableInput("the claim names no cohort (evidence.cohort), and none was handed in.")
    scores = predictions if predictions is not None or named.predictions is None else folder / named.predictions
    found = gather(claim, rows, scores, seed=seed, resamples=resamples, confidence=confidence)
    return found.case, found.inputs


def _refuse_poor(tuning: Decisions, split: str, case: Case) -> None:
    if "split" not in case.decisions.columns.columns:
        raise UnusableInput(
            "the cohort has no column 'split', so nothing tells the rows to choose on from those that are judged. "
            "Give it one (fiducial cohort split makes it)."
        )
    ill = int(tuning.truth.sum())
    if not ill or ill == len(tuning):
        raise CannotJudge(
            f"the split {split!r} has {ill} ill and {len(tuning) - ill} healthy with a score; a threshold needs both"
        )


def _chosen(case: Case, tuning: Decisions, split: str, rule: OperatingRule, inputs: dict[str, str]) -> OperatingPoint:
    curve, at = pick(tuning, rule)
    threshold = float(curve.threshold[at])
    here = replace(tuning, threshold=threshold)
    figures = tuple(measure(name, here, case.confidence) for name in ("sensitivity", "specificity"))
    spread, flattery = _doubt(case, tuning, rule)
    notes = tuple(warnings(case, tuning, split, rule, (*figures, *flattery)))
    if spread is None:
        notes += ("How far other patients would move the threshold cannot be told: there are too few of them.",)
    return OperatingPoint(
        case.claim.claim.finding,
        split,
        rule,
        threshold,
        spread,
        (*figures, *corner_counts(curve, at, len(tuning)), *flattery),
        curve_table(curve),
        curve_charts(curve, at, rule),
        notes,
        inputs,
    )


def _doubt(case: Case, tuning: Decisions, rule: OperatingRule) -> tuple[Interval | None, tuple[Figure, ...]]:
    worth = worth_of(rule, tuning)
    if tuning.patients == 1:  # every resample of one patient is that patient again
        return None, ()
    try:
        found = estimate_optimism(
            tuning.truth, tuning.score, tuning.patient, worth, case.rng("operating point"), case.resamples
        )
    except ValueError:
        return None, ()
    low, high = np.quantile(
        found.thresholds, [(1 - case.confidence) / 2, (1 + case.confidence) / 2], method="inverted_cdf"
    )
    top = float(tuning.score.max())  # above it nobody is called, at whatever threshold
    n = len(tuning)
    return Interval(float(min(low, top)), float(min(high, top))), (
        Figure("sensitivity_optimism", found.sensitivity, None, n),
        Figure("specificity_optimism", found.specificity, None, n),
    )


def _nearest(curve: CornerCurve, rule: OperatingRule, at: int) -> str:
    """What the nearest threshold that tells anybody apart gives, in words."""
    place = at if at >= 0 else curve.threshold.size + at
    if not 0 < place < curve.threshold.size - 1:
        return ": all scores are the same"
    kept = "" if not isinstance(rule, KeepFloor) else ", which is as near as the scores allow"
    return (
        f". The nearest is {curve.threshold[place]:.4g}: sensitivity {curve.sensitivity[place]:.3f}, specificity "
        f"{curve.specificity[place]:.3f}{kept}"
    )
