"""A reader study without a claim: whichever tables it comes in, and what is told where it cannot be looked at."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import fiducial as fd
from audit.readers.making import Made, made
from fiducial.claims.evidence import Verdict
from fiducial.errors import FiducialError, UnusableInput, WrongUsage
from fiducial.stats.mrmc import Design
from fiducial.stats.reader_metrics import Covariance


@pytest.fixture(scope="module")
def study() -> Made:
    return made(readers=8, cases=240)


def test_the_first_metric_is_the_question(study: Made) -> None:
    found = fd.compare_arms(study.readings, study.labels)
    assert [one.rung for one in found.results] == ["auroc", "sensitivity", "specificity"]
    assert found.verdict is found.results[0].verdict is Verdict.HOLDS
    assert found.exit_code == 0
    assert (found.readers, found.cases, found.ill) == (8, 240, 80)


def test_a_gain_asked_for_that_is_missed_fails(study: Made) -> None:
    assert fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(at_least=0.5)).exit_code == 1
    assert fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(at_least=0.12)).exit_code == 3


def test_swapped_arms_give_the_opposite_change(study: Made) -> None:
    one, other = (
        fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(arms=arms)).results[0].figures[2]
        for arms in (("alone", "with"), ("with", "alone"))
    )
    assert one.interval is not None
    assert other.interval is not None
    assert (one.value, one.interval.low) == pytest.approx((-other.value, -other.interval.high))


def test_truth_may_come_from_a_cohort_whose_patients_repeat(study: Made) -> None:
    cohort = study.cohort.with_columns(patient=pl.Series(np.arange(240) // 2).cast(pl.String))
    found = fd.compare_arms(study.readings, cohort)
    assert "240 cases are of 120 patients; variances are by patient." in found.notes
    assert fd.compare_arms(study.readings, study.cohort).document() != found.document()


@pytest.mark.parametrize("covariance", Covariance)
@pytest.mark.parametrize("design", Design)
def test_every_design_under_every_covariance_answers(study: Made, design: Design, covariance: Covariance) -> None:
    options = fd.ReaderOptions(design=design.value, covariance=covariance.value, metrics=("auroc",))
    found = fd.compare_arms(study.readings, study.labels, options)
    assert found.results[0].figures[2].interval is not None
    assert set(found.components[0].values) >= {"error", "cov1", "cov2", "cov3", "statistic", "p"}


def test_one_arm_tells_what_its_readers_reach_and_no_gain(study: Made) -> None:
    found = fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(arms=("alone",)))
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.results[0].figures[0].subgroup == "alone"
    assert found.results[0].figures[0].interval is not None


def test_ratings_become_decisions_at_a_threshold(study: Made) -> None:
    rated = study.readings.drop("decision")
    found = fd.compare_arms(rated, study.labels, fd.ReaderOptions(call_at=5))
    assert found.results[1].figures == fd.compare_arms(study.readings, study.labels).results[1].figures
    with pytest.raises(WrongUsage, match="the readings hold decisions"):
        fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(call_at=5))


def test_a_function_is_a_metric(study: Made) -> None:
    def agreement(truth: Any, rating: Any) -> float:  # noqa: ANN401  (arrays)
        return float(np.corrcoef(truth, rating)[0, 1])

    found = fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(metrics=(agreement,)))
    assert found.results[0].rung == "agreement"
    assert found.results[0].figures[2].interval is not None


def test_the_next_study_is_planned(study: Made) -> None:
    planned = fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(effect=0.03)).next_study
    assert planned is not None
    powers = [power[-1] for _, power, _ in planned.rows]
    assert powers == sorted(powers)
    assert planned.cases == (120, 240, 480, 960)


def test_only_shared_cases_are_looked_at_where_that_is_asked(study: Made) -> None:
    split = study.without(3, slice(0, 40))
    found = fd.compare_arms(split.readings, split.labels, fd.ReaderOptions(shared_cases=True, design="fixed-cases"))
    assert found.cases == 200
    assert found.results[0].notes == ()
    refused = fd.compare_arms(split.readings, split.labels, fd.ReaderOptions(design="fixed-cases"))
    assert refused.results[0].sentence.startswith("Not shown: fixed cases need readers who read the same cases")


def test_the_page_and_the_document_say_the_same(study: Made, tmp_path: Path) -> None:
    found = fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(effect=0.03))
    page = found.save(tmp_path / "out").read_text()
    document = json.loads((tmp_path / "out" / "readers.json").read_text())
    assert document == json.loads(json.dumps(found.document()))
    assert found.results[0].sentence in page
    assert "not a medical device" in page
    assert pl.read_csv(tmp_path / "out" / "figures.csv").height == sum(
        len(one.figures) for one in (*found.results, *found.beside)
    )


def test_the_command_says_what_was_asked(study: Made) -> None:
    options = fd.ReaderOptions(arms=("alone", "with"), metrics=("auroc",), effect=0.03, confidence=0.9)
    assert fd.compare_arms(study.readings, study.labels, options).provenance.command == (
        "fd.compare_arms(readings, truth, options) --design random --covariance jackknife --arm alone --arm with "
        "--metric auroc --at-least 0 --effect 0.03 --confidence 0.9"
    )


def test_the_same_tables_give_the_same_bytes(study: Made) -> None:
    one, other = (json.dumps(fd.compare_arms(study.readings, study.labels).document()) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("options", "kind", "told"),
    [
        ({"design": "fixed"}, WrongUsage, "no design is called 'fixed'"),
        ({"covariance": "bootstrap"}, WrongUsage, "no covariance is called 'bootstrap'"),
        ({"metrics": ("auc",)}, WrongUsage, "no metric is called 'auc'"),
        ({"arms": ("alone", "wiht")}, WrongUsage, "no arm is called 'wiht'. Did you mean 'with'"),
        ({"arms": ("alone", "with", "alone")}, WrongUsage, "name one arm, or two different ones"),
        ({"confidence": 95}, WrongUsage, "confidence must lie between 0 and 1"),
        ({"effect": 0.0}, WrongUsage, "at_least and effect"),
        ({"call_at": float("nan")}, WrongUsage, "call_at is the rating from which on a decision is positive; got nan"),
        ({"finding": "y"}, UnusableInput, "knows nothing of 'y'"),
    ],
)
def test_what_cannot_be_asked_is_refused(study: Made, options: dict[str, Any], kind: type, told: str) -> None:
    with pytest.raises(FiducialError, match=told) as refused:
        fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(**options))
    assert isinstance(refused.value, kind)


@pytest.mark.parametrize(
    ("truth", "told"),
    [
        (None, "a readings table needs a truth"),
        (pl.DataFrame({"study": ["s1"], "ill": [1]}), "tells no truth"),
        (pl.DataFrame({"study": ["s001"], "reader": ["r1"], "label": [1]}), "has no row of reader 'truth'"),
        (pl.DataFrame({"study": ["s001"], "reader": ["truth"], "label": [2]}), "is 2; it must be 0 or 1"),
        (pl.DataFrame({"study": ["else"], "reader": ["truth"], "label": [1]}), "Do the studies of both tables bear"),
        (pl.DataFrame({"study": ["s001"], "label.x": [1], "label.y": [0]}), "has several findings"),
    ],
)
def test_a_truth_that_is_none_is_told(study: Made, truth: pl.DataFrame | None, told: str) -> None:
    with pytest.raises(FiducialError, match=told):
        fd.compare_arms(study.readings, truth)


def test_three_arms_must_be_named(study: Made) -> None:
    third = study.readings.filter(pl.col("arm") == "with").with_columns(arm=pl.lit("third"))
    with pytest.raises(WrongUsage, match=r"3 arms \(alone, third, with\): name two, baseline first"):
        fd.compare_arms(pl.concat([study.readings, third]), study.labels)


def test_readings_without_a_truth_are_counted(study: Made) -> None:
    found = fd.compare_arms(study.readings, study.labels.head(200))
    assert "640 of 3840 readings are of studies without a truth; they are left out." in found.notes


@pytest.mark.real
def test_vipers_recall_is_the_area_of_its_imrmc_file(real_data: Path) -> None:
    """In mrmcInput.csv healthy cases score 0.5 and ill ones 1 where recalled: its area is the sensitivity of recall."""
    folder = real_data / "reader_viper"
    file = fd.compare_arms(folder / "mrmcInput.csv", None, fd.ReaderOptions(covariance="unbiased"))
    rows = pl.read_csv(folder / "viperObs.csv", infer_schema=False).filter(pl.col("subStudyLabel") == "screeningLowP")
    readings = rows.select(
        study="caseID", reader="readerID", arm="modalityID", decision=(pl.col("recall") == "1").cast(pl.Int8)
    )
    truth = rows.select(study="caseID", label=pl.col("cancerStatus455").cast(pl.Int8)).unique()
    own = fd.compare_arms(readings, truth.with_columns(reader=pl.lit("truth")), fd.ReaderOptions(covariance="unbiased"))
    area, sensitivity = file.results[0].figures, own.results[0].figures
    assert own.results[0].rung == "sensitivity"
    for one, other in zip(area[:3], sensitivity[:3], strict=True):
        assert one.value == pytest.approx(other.value)
        assert one.interval is not None
        assert other.interval is not None
        assert (one.interval.low, one.interval.high) == pytest.approx((other.interval.low, other.interval.high))


@pytest.mark.real
def test_a_ragged_file_is_refused_with_its_row(real_data: Path) -> None:
    ragged = real_data / "reader_viper" / "screeningLowP.csv"
    with pytest.raises(UnusableInput, match="row 162 has 9 cells where the header has 8"):
        fd.compare_arms(ragged, pl.DataFrame({"study": ["1"], "reader": ["truth"], "label": [1]}))


@pytest.mark.parametrize("design", ["random", "fixed-readers"])
def test_three_of_four_ill_patients_show_no_gain(design: str) -> None:
    ill = np.arange(16) < 4
    rows = [
        {"study": f"s{case}", "reader": reader, "arm": arm, "decision": int(arm == "b" and case < 3)}
        for reader in ("r1", "r2")
        for arm in ("a", "b")
        for case in range(16)
    ]
    truth = pl.DataFrame({"study": [f"s{case}" for case in range(16)], "reader": "truth", "label": ill.astype(int)})
    found = fd.compare_arms(pl.DataFrame(rows), truth, fd.ReaderOptions(metrics=("sensitivity",), design=design))
    change = found.results[0].figures[2].interval
    assert found.verdict is Verdict.UNDECIDED
    assert "sensitivity rests on 4 ill patients" in found.results[0].notes[0]
    assert change is not None
    assert change.high == 1.0  # not 1.24, as a normal law has it


def test_one_arm_cannot_plan_the_next_study(study: Made) -> None:
    with pytest.raises(UnusableInput, match=r"in both arms: the table, or what was asked of it, has one arm\.$"):
        fd.compare_arms(study.readings, study.labels, fd.ReaderOptions(arms=("alone",), effect=0.1))


def test_cases_that_change_with_the_arm_are_shared_in_neither(study: Made) -> None:
    even = pl.col("study").str.slice(1).cast(pl.Int64) % 2 == 0
    readings = study.readings.filter(even == (pl.col("arm") == "with"))
    notes = fd.compare_arms(readings, study.labels, fd.ReaderOptions(metrics=("auroc",))).results[0].notes
    assert "share 0 of 240; 28 of 28 pairs of readers share none in both arms)" in notes[0]
