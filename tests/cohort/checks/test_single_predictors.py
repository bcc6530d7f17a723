"""A column that gives the label away is told with its AUROC; noise is not."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cohort.checks.making import cohort_of, nih14, severities
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.single_predictors import SinglePredictors
from fiducial.cohort.table import Cohort

N = 600
GENERATOR = np.random.default_rng(11)
LABEL = GENERATOR.random(N) < 0.3
PATIENT = [f"p{i // 2}" for i in range(N)]


def found_for(**columns: list[Any]) -> list[Finding]:
    given: dict[str, list[Any]] = {"patient": PATIENT, "label.mass": LABEL.astype(int).tolist(), **columns}
    return list(SinglePredictors().examine(cohort_of(given)))


def agreeing(share: float) -> np.ndarray:
    return np.where(np.random.default_rng(3).random(N) < share, LABEL, ~LABEL)


def test_a_column_that_gives_the_label_away_is_an_error_with_its_auroc() -> None:
    [finding] = found_for(scanner=np.where(LABEL, "A", "B").tolist())
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("scanner alone predicts mass with AUROC 1.00 (")
    assert finding.figure is not None
    assert (finding.figure.name, finding.figure.subgroup, finding.figure.value) == ("auroc", "scanner", 1)


def test_a_loud_column_is_a_warning_and_a_faint_one_a_note() -> None:
    assert severities(found_for(site=agreeing(0.8).astype(str).tolist())) == [Severity.WARNING]
    assert severities(found_for(site=agreeing(0.6).astype(str).tolist())) == [Severity.NOTE]


def test_a_high_estimate_on_few_patients_is_undecided_not_absent() -> None:
    label = [1, 1, 1, 1, 0, 0, 0, 0]
    [finding] = SinglePredictors().examine(
        cohort_of({"patient": list("abcdefgh"), "label.mass": label, "site": list("AAABBBBB")})
    )
    assert finding.severity is Severity.NOTE
    assert "too few patients to tell, all that was tried counted (AUROC, plain 95% intervals): site" in finding.message


def test_without_patients_rows_are_called_rows_and_the_interval_says_what_it_assumes() -> None:
    label, scanner = LABEL.astype(int).tolist(), np.where(LABEL, "A", "B").tolist()
    [finding] = SinglePredictors().examine(cohort_of({"label.mass": label, "scanner": scanner}))
    assert f"({N} rows, each taken for independent, as no patient is named)" in finding.message
    few = cohort_of({"label.mass": [1, 1, 1, 1, 0, 0, 0, 0], "site": list("AAABBBBB")})
    [note] = SinglePredictors().examine(few)
    assert "too few rows to tell, all that was tried counted (AUROC, plain 95% intervals; each taken" in note.message
    assert note.remedy.startswith("Add rows")


def test_the_strongest_comes_first() -> None:
    found = found_for(site=agreeing(0.8).astype(str).tolist(), scanner=agreeing(0.9).astype(str).tolist())
    assert [finding.message.split()[0] for finding in found] == ["scanner", "site"]


def test_a_hundred_columns_of_noise_yield_at_most_one_false_note() -> None:
    generator = np.random.default_rng(0)
    noise = {f"tag.Noise{i}": generator.integers(0, 4, N).astype(str).tolist() for i in range(100)}
    assert sum(finding.message.count("tag.") for finding in found_for(**noise)) <= 1


def test_numbers_written_as_text_are_taken_as_numbers() -> None:
    exposure = (np.random.default_rng(2).normal(size=N) + 2 * LABEL).round(6)
    [finding] = found_for(**{"tag.Exposure": [f"{value}" for value in exposure]})
    assert finding.figure is not None
    assert finding.figure.value == pytest.approx(0.91, abs=0.03)


def test_a_name_of_the_patient_does_not_count_as_a_predictor_of_itself() -> None:
    by_patient = np.repeat(LABEL[::2], 2).astype(int).tolist()
    found = found_for(**{"label.mass": by_patient, "tag.Uid": PATIENT})
    assert not found


@pytest.mark.parametrize("left_out", ["study", "patient", "path", "split"])
def test_keys_paths_and_splits_are_no_predictors(left_out: str) -> None:
    values = {
        "study": [f"{label:d}{i}" for i, label in enumerate(LABEL)],
        "patient": PATIENT,
        "path": np.where(LABEL, "ill.png", "well.png").tolist(),
        "split": np.where(LABEL, "train", "test").tolist(),
    }
    found = found_for(**{left_out: values[left_out], "portable": [True] * N})
    assert all(finding.severity is Severity.NOTE and "alone predicts" not in finding.message for finding in found)


def test_the_number_of_a_patient_is_no_predictor_though_cases_were_enrolled_first() -> None:
    enrolled: dict[str, list[Any]] = {
        "patient": [str(i) for i in range(100)],
        "label.mass": [1] * 50 + [0] * 50,
        "portable": [True] * 100,
    }
    assert not list(SinglePredictors().examine(cohort_of(enrolled)))


def test_a_column_of_unknown_meaning_that_fits_the_label_is_told_as_the_label() -> None:
    [finding] = found_for(folder_label=np.where(LABEL, "ill", "well").tolist())
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("folder_label is the label mass under another name: each of its 2 values")


def test_a_count_that_is_nought_without_the_label_is_the_label_too() -> None:
    counts = np.where(LABEL, GENERATOR.integers(1, 5, N), 0).tolist()
    [finding] = found_for(boxes=counts)
    assert finding.message.startswith("boxes is the label mass under another name: each of its 5 values")


def test_text_that_is_nearly_all_distinct_is_an_identifier_and_no_predictor() -> None:
    hashes = np.array([f"h{i}" for i in range(N)])
    hashes[np.flatnonzero(LABEL)[: N // 12]] = "a blank frame"
    assert not found_for(pixel_sha1=hashes.tolist())


def test_the_same_seed_gives_the_same_figures() -> None:
    site = agreeing(0.8).astype(str).tolist()
    assert found_for(site=site) == found_for(site=site)


def test_without_both_classes_a_note_says_so() -> None:
    cohort = cohort_of({"label.mass": [0] * 9, "site": list("AAABBBCCC")})
    [finding] = SinglePredictors().examine(cohort)
    assert "no label has two rows with and two without it" in finding.message


@pytest.mark.real
def test_the_view_predicts_findings_of_the_nih_table(real_data: Path) -> None:
    cohort = nih14(real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz")
    told = [one.message for one in SinglePredictors().examine(cohort) if one.severity is Severity.WARNING]
    assert any(message.startswith("view alone predicts Edema with AUROC 0.75") for message in told)


@pytest.mark.real
def test_the_view_goes_with_the_label_among_the_nih_images(real_data: Path) -> None:
    table = pl.read_csv(real_data / "cxr_nih14" / "metadata.csv")
    label = (pl.col("folder_label") == "Pneumonia").cast(pl.Int8).alias("label.pneumonia")
    patient = pl.col("patient_id").cast(pl.String).alias("patient")
    cohort = Cohort(table.select(pl.col("path").alias("study"), patient, "view", label), None, real_data)
    [finding] = SinglePredictors().examine(cohort)
    assert "view" in finding.message
    assert finding.figure is not None
    assert finding.figure.interval is not None
    assert finding.figure.interval.low > 0.5


@pytest.mark.real
def test_the_maker_goes_with_contrast_among_the_siim_slices(real_data: Path) -> None:
    [finding] = SinglePredictors().examine(siim(real_data))
    assert finding.severity is Severity.NOTE
    assert finding.message.startswith("These may predict contrast alone; there are too few patients to tell")
    assert "manufacturer 0.6" in finding.message


def siim(real_data: Path) -> Cohort:
    table = pl.read_csv(real_data / "ct_slices_siim" / "metadata.csv", infer_schema_length=None)
    return Cohort(
        table.select(
            pl.col("path").alias("study"),
            pl.col("patient_id").alias("patient"),
            pl.col("manufacturer"),
            pl.col("contrast_label").cast(pl.Int8).alias("label.contrast"),
        ),
        None,
        real_data,
    )
