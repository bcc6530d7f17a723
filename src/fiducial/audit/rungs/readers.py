"""Rung: are readers better with the model than without it, and do they follow it where it is wrong?

A model's figures are not a benefit: what counts is what people decide with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.audit.groups import UNKNOWN
from fiducial.audit.leaks import SEEN_BY_THE_MODEL, told_leak
from fiducial.audit.readers.alone import alone_in
from fiducial.audit.readers.automation import automation_in, of_subgroups
from fiducial.audit.readers.changes import changes_in
from fiducial.audit.readers.gain import gain_in
from fiducial.audit.readers.parts import Asked, Part, told
from fiducial.audit.readers.study import ReaderStudy, read_cases
from fiducial.audit.readers.times import times_in
from fiducial.claims.charts import Chart, Forest
from fiducial.claims.evidence import RungResult, Verdict, worst
from fiducial.claims.strata import parse_stratum
from fiducial.errors import CannotJudge

METRICS = ("auroc", "sensitivity", "specificity")
FLOORS = ("reader_gain", "automation_bias", "lead_over_readers")


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What came of every look. ``parts``: by name. ``refused``: the reason where a look could not be taken."""

    parts: dict[str, Part]
    refused: dict[str, str]

    def take(self, name: str, look: Callable[[], Part]) -> None:
        """Look, and keep what was found or why not."""
        try:
            self.parts[name] = look()
        except CannotJudge as reason:
            self.refused[name] = str(reason)


@dataclass(frozen=True, slots=True)
class Readers:
    """Gain of the readers, changes of decisions, time, automation bias, and the model alone against the readers."""

    name: ClassVar[str] = "readers"
    asks: ClassVar[str] = "Are readers better with it?"
    needs: ClassVar[tuple[str, ...]] = ("cohort.label", "cohort.patient", "claim.arms", "readings.reader")

    def judge(self, case: Case) -> RungResult:
        """Weigh ``reader_gain``, ``automation_bias`` and ``lead_over_readers``.

        Raises:
            CannotJudge: no reading is of a judged case, or no look could be taken.
        """
        study, decisions, notes = _study(case)
        found = _look(case, study, decisions)
        if not found.parts:
            raise CannotJudge("; ".join(dict.fromkeys(found.refused.values())))
        leak = told_leak(decisions)
        verdict = worst(_verdicts(case, found, _groups(case, decisions)))
        alarms = tuple(_alarms(case, found))
        unbounded = alarms and not case.claim.floor("reader_gain")  # a loss that no floor of the claim allows for
        capped = Verdict.UNDECIDED if verdict is Verdict.HOLDS and (leak or unbounded) else verdict
        refused = (f"Not looked at: {reason}." for reason in dict.fromkeys(found.refused.values()))
        told_by = [note for part in found.parts.values() for note in part.notes]
        return RungResult(
            self.name,
            capped,
            tuple(figure for part in found.parts.values() for figure in part.figures),
            _sentence(case, found, demanded=any(case.claim.floor(name) for name in FLOORS)),
            tuple(_charts(case, found)),
            notes=tuple(dict.fromkeys([*notes, *([leak] if leak else []), *told_by, *refused])),
            alarms=alarms,
        )


def _study(case: Case) -> tuple[ReaderStudy, Decisions, tuple[str, ...]]:
    """The readings of labelled cases that the model did not learn from, and the decisions of those cases."""
    decisions, notes = case.decisions, []
    if "split" in decisions.columns.columns:
        seen = decisions.columns["split"].is_in(list(SEEN_BY_THE_MODEL)).fill_null(value=False).to_numpy()
        decisions = decisions.where(~seen)
        if case.readings is not None and (left := _read(case.readings, case.decisions.study[seen])):
            notes.append(
                f"{left} readings are of cases in train or tune, which nothing is judged on; they are left out."
            )
    order = np.argsort(decisions.study)
    cases = pl.DataFrame(
        {"study": decisions.study, "truth": decisions.truth.astype(np.int8), "patient": decisions.patient}
    )
    readings = case.readings if case.readings is not None else pl.DataFrame()
    study = read_cases(readings, cases, case.claim.evidence.arms)
    places = order[np.searchsorted(decisions.study[order], study.study)]
    kept = np.zeros(len(decisions), dtype=bool)
    kept[places] = True
    sorted_rows = decisions.where(kept)
    again = np.argsort(sorted_rows.study)
    return study, _ordered(sorted_rows, again), tuple(notes)


def _ordered(decisions: Decisions, order: NDArray[np.int64]) -> Decisions:
    """The decisions in the order of the study's cases, which is that of their names."""
    return Decisions(
        decisions.study[order],
        decisions.patient[order],
        decisions.truth[order],
        decisions.score[order],
        decisions.answered[order],
        decisions.trained_on[order],
        decisions.threshold,
        decisions.columns[order.tolist()],
    )


def _read(readings: pl.DataFrame, studies: NDArray[np.str_]) -> int:
    return readings.filter(pl.col("study").is_in(studies.tolist())).height


def _look(case: Case, study: ReaderStudy, decisions: Decisions) -> Looked:
    evidence, confidence = case.claim.evidence, case.confidence
    asked = Asked(evidence.reader_design, confidence=confidence)
    found = Looked({}, {})
    called = np.where(decisions.answered, decisions.called, np.nan)
    if len(study.arms) == 2:
        for metric in METRICS:
            found.take(f"{metric}_gain", partial(_gain, study, metric, asked))
        found.take("decisions", partial(changes_in, study, confidence))
        found.take("time", partial(times_in, study, confidence))
        groups = _groups(case, decisions)
        found.take("automation_bias", partial(automation_in, study, called, groups, confidence))
    scored = np.where(decisions.answered, decisions.score, np.nan)
    for metric in METRICS:
        model = scored if metric == "auroc" else called
        found.take(f"model-{metric}", partial(alone_in, study.of((0,)), metric, model, asked))
    return found


def _gain(study: ReaderStudy, metric: str, asked: Asked) -> Part:
    return gain_in(study, metric, asked).part


def _groups(case: Case, decisions: Decisions) -> dict[str, NDArray[np.bool_]]:
    """Every value or band of every stratum, among the cases that were read."""
    groups: dict[str, NDArray[np.bool_]] = {}
    for text in case.claim.evidence.strata:
        stratum = parse_stratum(text)
        if stratum.column in decisions.columns.columns:
            labels = stratum.labels(decisions.columns[stratum.column]).fill_null(f"{stratum.column}={UNKNOWN}")
            groups |= {label: (labels == label).to_numpy() for label in labels.unique().sort().to_list()}
    return groups


def _part(case: Case, found: Looked, floor: str) -> Part | None:
    metric = case.claim.evidence.reader_metric
    name = {"reader_gain": f"{metric}_gain", "lead_over_readers": f"model-{metric}"}.get(floor, floor)
    return found.parts.get(name)


def _verdicts(case: Case, found: Looked, groups: dict[str, NDArray[np.bool_]]) -> Iterator[Verdict]:
    for name in FLOORS:
        floor = case.claim.floor(name)
        if floor is None:
            continue
        part = _part(case, found, name)
        if part is None or part.main is None:
            yield Verdict.NOT_SHOWN
            continue
        yield part.weighed(floor)
        if name == "automation_bias":  # a subgroup beyond it, after correction, fails the floor for all
            beyond = of_subgroups(part, groups)
            if any(one.interval and floor.missed_by(one.interval) for one in beyond):
                yield Verdict.FAILS


def _alarms(case: Case, found: Looked) -> Iterator[str]:
    part = _part(case, found, "reader_gain")
    gain = part.main if part else None
    if gain and gain.interval and gain.interval.high < 0:
        yield f"Readers are worse with the model than without it: {gain.name} {told(gain)}."


def _charts(case: Case, found: Looked) -> Iterator[Chart]:
    """Of the claim's metric, times and automation bias; the other metrics stand among the figures."""
    metric, floor = case.claim.evidence.reader_metric, case.claim.floor("reader_gain")
    others = {name for other in METRICS if other != metric for name in (f"{other}_gain", f"model-{other}")}
    for name, part in found.parts.items():
        for chart in part.charts if name not in others else ():
            if floor and isinstance(chart, Forest) and chart.name == f"{metric}-gain":
                yield replace(chart, floor=floor.low, line="floor")
            else:
                yield chart


def _sentence(case: Case, found: Looked, *, demanded: bool) -> str:
    metric = case.claim.evidence.reader_metric
    wanted = (f"{metric}_gain", "decisions", "automation_bias", f"model-{metric}")
    said = [found.parts[name].sentence for name in wanted if name in found.parts]
    if not said:
        said = [next(iter(found.parts.values())).sentence]
    if not demanded:
        said.append("The claim demands nothing of its readers, so nothing is shown.")
    return " ".join(said)
