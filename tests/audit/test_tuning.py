"""What was tuned on which data, and whether any of that is judged."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import fiducial as fd
from fiducial.audit.tuning import Tuned, tuned
from fiducial.claims.claim import Claim
from fiducial.cohort.table import Cohort


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    split = [("train", "tune", "test", "external")[number % 4] for number in range(20)]
    frame = pl.DataFrame({"study": [f"s{number}" for number in range(20)], "split": split, "label.x": [0, 1] * 10})
    frame.write_csv(tmp_path / "cohort.csv")
    return fd.read_cohort(tmp_path / "cohort.csv")


def claim(internal: str = "test", **threshold: object) -> Claim:
    statement = {"name": "c", "finding": "x", "threshold": {"value": 0.5, **threshold}}
    return Claim.model_validate({"claim": statement, "evidence": {"internal": internal}})


def fitted(cohort: Cohort, *splits: str, keys: bool = True) -> list[Tuned]:
    rows = np.isin(cohort.rows["split"].to_numpy(), splits)
    record = fd.record_fit(cohort, rows, name="scores", kind="calibrator", parameters={})
    record.save(cohort.folder / "cohort.transforms" / "scores.json", keys=keys)
    return list(tuned(claim(), cohort))[1:]


def test_the_claim_says_where_its_threshold_was_chosen(cohort: Cohort) -> None:
    said = claim(chosen_on="tune", rule="specificity >= 0.85")
    assert next(tuned(said, cohort)).sentence == (
        "The threshold of 0.5 was chosen on tune by the rule specificity >= 0.85, says the claim."
    )
    assert "does not say on which split" in next(tuned(claim(), cohort)).sentence


def test_nothing_recorded_is_told_as_that(cohort: Cohort) -> None:
    assert [one.sentence for one in tuned(claim(), cohort)][1:] == [
        "No fitted transform or calibrator is recorded beside the cohort (cohort.transforms/*.json)."
    ]


@pytest.mark.parametrize("keys", [True, False])
def test_a_calibrator_that_was_fitted_on_tune_is_no_fault(cohort: Cohort, *, keys: bool) -> None:
    assert fitted(cohort, "tune", keys=keys) == [Tuned("scores (calibrator) was fitted on 5 rows: 5 in tune.")]


@pytest.mark.parametrize("split", ["test", "external"])
def test_a_calibrator_that_saw_what_is_judged_is_a_fault(cohort: Cohort, split: str) -> None:
    (one,) = fitted(cohort, "tune", split)
    assert one.on_judged
    assert one.sentence == f"scores (calibrator) was fitted on 10 rows: 5 in tune, 5 in {split}."


def test_a_claim_about_every_row_judges_what_was_fitted_on_train(cohort: Cohort) -> None:
    fitted(cohort, "train")
    assert list(tuned(claim("all"), cohort))[1].on_judged


def test_a_cohort_without_splits_and_a_file_that_is_no_record_are_told(cohort: Cohort) -> None:
    fitted(cohort, "train")
    (cohort.folder / "cohort.transforms" / "z.json").write_text("{}")
    frame = pl.read_csv(cohort.folder / "cohort.csv").drop("split")
    frame.write_csv(cohort.folder / "cohort.csv")
    first, second = list(tuned(claim("all"), fd.read_cohort(cohort.folder / "cohort.csv")))[1:]
    assert "no whole split of this cohort (5 in train)" in first.sentence
    assert second.sentence == "cohort.transforms/z.json cannot be read, so what it was fitted on is not known."
