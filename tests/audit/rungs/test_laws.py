"""Every installed rung on a rich case, on poor ones, and without each thing that it needs; an outsider's, too."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import fiducial as fd
from audit.clever_hans.horses import clever
from audit.rungs.laws import (
    is_whole,
    lacking,
    never_takes_missing_for_shown,
    obeys_the_laws,
    takes_no_order_for_evidence,
)
from audit.studies import Study, make_study
from fiducial import plugins
from fiducial.audit.case import Case
from fiducial.audit.contract import Rung
from fiducial.audit.gather import gather
from fiducial.audit.sealed import Sealed
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.stats.intervals import Interval
from outsiders import installed

FLOORS = {
    "auroc": 0.8, "sensitivity": 0.5, "specificity": 0.5, "ppv": 0.05, "npv": 0.5, "coverage": 0.5, "ece": 0.2,
    "brier": 0.3, "calibration_slope": [0.3, 3.0], "largest_gap": 0.9, "largest_drop": 0.9, "lead_over_baselines": 0.01,
    "shortcut_energy": 0.2, "shortcut_effect": 0.2, "lesion_effect": 0.1, "site_auroc": 0.8, "ablation_loss": 0.2,
    "largest_drop_under_stress": 0.9, "ece_under_shift": 0.5, "answered_outside": 0.9, "looks": 3,
    "worst_slice_gap": 0.5, "reader_gain": -0.5, "automation_bias": 0.9, "lead_over_readers": -0.9,
    "net_benefit": 0.0, "weighted_sensitivity": 0.3, "alerts_per_day": 90.0, "false_alarms_per_day": 80.0,
    "reader_agreement": 0.1, "label_error": 0.2, "lesion_sensitivity": 0.3, "average_precision": 0.2,
    "false_positives_per_image": 2.0,
}  # fmt: skip


STRESS = {"noise:1": 1, "noise:2": 2, "noise:4": 4, "flip:2": 3, "noise:1+blur:2": 2, "at night": 2}


def rich() -> Study:
    n = 600
    study = make_study(n)
    rng = np.random.default_rng(1)
    study.columns |= {
        "patient": [f"p{i // 2}" for i in range(n)],
        "site": [("A", "B", "A", "C", "A", "D", "A", None)[i % 8] for i in range(n)],
        "scanner": rng.choice(["X", "Y"], n).astype(object),
        "age": [None if i % 50 == 0 else float(20 + i % 70) for i in range(n)],
        "sex": [None if i % 40 == 0 else "FM"[int(rng.integers(2))] for i in range(n)],
        "split": [("tune" if i % 6 == 0 else "test") if i % 2 == 0 else "external" for i in range(n)],
    }
    study.score = np.where(np.arange(n) % 30 == 7, np.nan, study.score)
    study.prevalence = (0.02, 0.08)
    study.floors = FLOORS
    study.evidence = {"external_by": ["site", "scanner"], "strata": ["sex", "age:0-40-60-120"],
                      "simple_rule": "age >= 60", "stress_up_to": 2, "wrong_inputs": ["flip:2"],
                      "arms": ["unassisted", "assisted"]}  # fmt: skip
    study.use = {"threshold_probability": (0.02, 0.1), "workload": {"studies_per_day": 100, "reading_minutes": 5}}
    study.population = {"age": [30, 90], "sex": ["F", "M"]}
    noise = rng.normal(0, 0.1, n)
    study.stressed = {name: np.clip(study.score + step * noise, 0, 1) for name, step in STRESS.items()}
    study.abstained = {name: (np.abs(score - 0.5) < 0.1) & ~np.isnan(score) for name, score in study.stressed.items()}
    study.labels, study.readings = said_of(study.columns, rng)
    return study


def said_of(columns: dict[str, Any], rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Three readers, each right in four of five, who read every study alone and with the model; and the truth."""
    truth = np.asarray(columns["label.x"])
    n, readers = truth.size, ("r1", "r2", "r3")
    said = {reader: np.where(rng.random(n) < 0.8, truth, 1 - truth) for reader in readers} | {"truth": truth}
    labels = [
        pl.DataFrame({"study": columns["study"], "finding": "x", "reader": reader, "label": label,
                      "certainty": rng.uniform(0.5, 1, n).round(2), "significance": rng.choice([0.2, 1.0], n)})
        for reader, label in said.items()
    ]  # fmt: skip
    readings = [
        pl.DataFrame({"study": columns["study"], "finding": "x", "reader": reader, "arm": arm,
                      "rating": 3.0 + 2 * said[reader] + rng.integers(-2, 2 + better, n), "decision": said[reader],
                      "seconds": rng.uniform(20, 60, n)})
        for reader in readers for better, arm in enumerate(("unassisted", "assisted"))
    ]  # fmt: skip
    return pl.concat(labels), pl.concat(readings)


def marked_of(columns: dict[str, Any], rng: np.random.Generator) -> pl.DataFrame:
    """One lesion on every ill study, found in four of five, and a mark on nothing in three of ten."""
    rows: list[tuple[Any, ...]] = []
    for study, ill in zip(columns["study"], columns["label.x"], strict=True):
        rows += [(study, "truth", 0, 10.0, None)] if ill else []
        rows += [(study, "d", 0, 12.0, rng.beta(3, 2))] if ill and rng.random() < 0.8 else []
        rows += [(study, "d", 1, 60.0, rng.beta(2, 3))] if rng.random() < 0.3 else []
    table = pl.DataFrame(rows, schema=["study", "model", "box", "x0", "score"], orient="row")
    return table.with_columns(finding=pl.lit("x"), y0=pl.lit(10.0), x1=pl.col("x0") + 30, y1=pl.lit(40.0))


def made_up(study: Study) -> pl.DataFrame:
    return study.predictions.filter(pl.col("score").is_not_null())


def case_of(study: Study) -> Case:
    tables = (study.claim, study.cohort, made_up(study))
    boxes = marked_of(study.columns, np.random.default_rng(5))
    case = gather(*tables, resamples=60, labels=study.labels, readings=study.readings, regions=boxes).case
    pictures = np.random.default_rng(2).integers(0, 255, (len(case.decisions), 8, 8), dtype=np.uint8)
    probed = clever(case.decisions, np.random.default_rng(4)).probed
    return replace(case, thumbnails=pictures, probed=probed, sealed=Sealed(len(case.decisions), looks=3, different=2))


def kept(case: Case, mask: NDArray[np.bool_]) -> Case:
    pictures = None if case.thumbnails is None else case.thumbnails[mask]
    return replace(case, decisions=case.decisions.where(mask), thumbnails=pictures)


def scored(case: Case, score: NDArray[np.float64]) -> Case:
    every = np.ones(len(case.decisions), dtype=bool)
    return replace(case, decisions=replace(case.decisions, score=score, answered=every))


@cache
def cases() -> dict[str, Case]:
    whole = case_of(rich())
    n, ill = len(whole.decisions), whole.decisions.truth
    row = np.arange(n)
    no_floors = whole.claim.model_copy(update={"floors": {}})
    every_row = whole.claim.model_copy(update={"evidence": whole.claim.evidence.model_copy(update={"internal": "all"})})
    return {
        "rich": whole,
        "no floors": replace(whole, claim=no_floors),
        "every row": replace(whole, claim=every_row),
        "80% intervals": replace(whole, confidence=0.8),
        "a broken seal": replace(whole, sealed=Sealed(n, doubts=("label.x of judged studies changed (1): s1",))),
        "no thumbnails": replace(whole, thumbnails=None),
        "thirty rows": kept(whole, row < 30),
        "two rows": kept(whole, (row == 1) | (row == 2)),
        "only ill": kept(whole, ill),
        "only healthy": kept(whole, ~ill),
        "nothing answered": kept(whole, ~whole.decisions.answered),
        "one patient": replace(whole, decisions=replace(whole.decisions, patient=np.ones(n, dtype=np.int64))),
        "one score": scored(whole, np.full(n, 0.4)),
        "all right": scored(whole, ill.astype(float)),
        "all wrong": scored(whole, (~ill).astype(float)),
    }


def loaded(name: str) -> Rung:
    rung: Rung = plugins.load("rungs", name)()
    return rung


@pytest.mark.parametrize("given", cases())
@pytest.mark.parametrize("name", plugins.names("rungs"))
def test_every_rung_obeys_the_laws(name: str, given: str) -> None:
    assert obeys_the_laws(loaded(name), cases()[given]).rung == name


@pytest.mark.parametrize("name", plugins.names("rungs"))
def test_missing_evidence_never_reads_as_success(name: str) -> None:
    never_takes_missing_for_shown(loaded(name), cases()["rich"])


@pytest.mark.parametrize("name", plugins.names("rungs"))
def test_a_column_that_a_rung_can_do_without_stops_nothing(name: str) -> None:
    rung = loaded(name)
    for need, poorer in lacking(cases()["rich"]).items():
        if need not in rung.needs:
            for case in poorer:
                obeys_the_laws(rung, case)


@pytest.mark.parametrize("name", plugins.names("rungs"))
def test_the_order_of_the_rows_says_nothing(name: str) -> None:
    takes_no_order_for_evidence(loaded(name), cases()["rich"], np.random.default_rng(3))


OUTSIDER = """
from fiducial.audit.metrics import measure
from fiducial.claims.evidence import RungResult, Verdict


class Member:
    name = "at-night"
    asks = "Does it work at night?"
    needs = ("predictions.score", "cohort.label", "cohort.patient", "cohort.site", "split.internal")

    def judge(self, case):
        figure = measure("auroc", case.internal.only_answered(), case.confidence)
        return RungResult(self.name, Verdict.HOLDS if case.claim.floors else Verdict.NOT_SHOWN, (figure,), "By night.")
"""


def test_an_outsiders_rung_stands_on_the_ladder_under_the_same_laws(tmp_path: Path) -> None:
    study = rich()
    with installed(tmp_path, "rungs", "at-night", OUTSIDER):
        assert "at-night" in plugins.names("rungs")
        for given in cases().values():
            obeys_the_laws(loaded("at-night"), given)
        never_takes_missing_for_shown(loaded("at-night"), cases()["rich"])
        takes_no_order_for_evidence(loaded("at-night"), cases()["rich"], np.random.default_rng(3))
        evidence = fd.climb(study.claim, cohort=study.cohort, predictions=made_up(study), resamples=60)
    assert evidence.rungs[-1].rung == "at-night"
    assert "at-night" not in plugins.names("rungs")


def test_the_laws_catch_a_rung_that_breaks_one() -> None:
    @dataclass(frozen=True)
    class Forger:
        name: ClassVar[str] = "forger"
        asks: ClassVar[str] = "Is all well?"
        needs: ClassVar[tuple[str, ...]] = ()

        def judge(self, case: Case) -> RungResult:
            case.decisions.truth[:] = True
            return RungResult(self.name, Verdict.HOLDS, (Figure("auroc", 0.9, None, 1),), "All is well.")

    with pytest.raises(AssertionError, match="Arrays are not equal"):
        obeys_the_laws(Forger(), case_of(rich()))
    with pytest.raises(AssertionError):
        is_whole(Figure("auroc", 0.9, Interval(0.1, 0.2), 1))
