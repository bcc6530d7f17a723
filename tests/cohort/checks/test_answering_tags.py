"""A word in a description that goes with the label is told with the rows on either side."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cohort.checks.making import cohort_of, severities
from fiducial.cohort.checks.answering_tags import AnsweringTags, describing, words_of
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.table import Cohort

N = 200
DRAW = np.random.default_rng(12)
LABEL = DRAW.random(N) < 0.4
PART = DRAW.choice(["CHEST", "ABDOMEN", "HEAD"], N)


def found_for(column: str, values: list[str | None]) -> list[Finding]:
    rows = {"patient": [f"p{i}" for i in range(N)], "label.contrast": LABEL.astype(int).tolist(), column: values}
    return list(AnsweringTags().examine(cohort_of(rows)))


def test_words_are_kept_in_capitals_and_in_pairs() -> None:
    assert words_of("CT Chest w/wo contrast 5.0") == {
        *("CT", "CHEST", "W/WO", "CONTRAST"),
        *("CT CHEST", "CHEST W/WO", "W/WO CONTRAST"),
    }
    assert words_of(None) == set()


def test_a_word_that_tells_the_label_is_an_error_with_its_rows() -> None:
    found = found_for(
        "tag.StudyDescription",
        [f"CT {p} W/WO CONTRAST" if ill else f"CT {p}" for p, ill in zip(PART, LABEL, strict=True)],
    )
    assert found[0].severity is Severity.ERROR
    ill = int(LABEL.sum())
    expected = f"'CONTRAST' in StudyDescription goes with contrast: {ill} of {ill} rows with it, 0 of {N - ill} rows"
    assert found[0].message.startswith(expected)


def test_whatever_agent_is_named_naming_one_is_the_answer() -> None:
    agents = [f"AGENT {i}" if ill else None for i, ill in enumerate(LABEL)]
    found = found_for("tag.ContrastBolusAgent", list(agents))
    assert found[0].message.startswith("A value in ContrastBolusAgent goes with contrast")


def test_the_name_of_a_column_may_be_written_in_any_way() -> None:
    rows = {"study_description": ["a"], "tag.ViewPosition": ["AP"], "Series Description": ["b"], "manufacturer": ["c"]}
    assert describing(cohort_of(rows)) == ["study_description", "tag.ViewPosition", "Series Description"]


def test_what_a_whole_value_tells_is_left_to_single_predictors() -> None:
    assert not found_for("tag.ViewPosition", np.where(LABEL, "AP", "PA").tolist())


def test_words_of_chance_are_no_finding() -> None:
    assert not found_for("tag.StudyDescription", [f"CT {part} ROUTINE" for part in PART])


@pytest.mark.real
def test_contrast_agents_of_the_siim_headers_are_named_in_contrast_scans_only(real_data: Path) -> None:
    table = pl.read_csv(real_data / "ct_slices_siim" / "metadata.csv", infer_schema_length=None)
    label = pl.col("contrast_label").cast(pl.Int8).alias("label.contrast")
    names = ("contrast_agent_tag", "study_description", "series_description")
    rows = table.select(pl.col("path").alias("study"), pl.col("patient_id").alias("patient"), *names, label)
    [finding] = AnsweringTags().examine(Cohort(rows, None, real_data))
    assert finding.severity is Severity.NOTE  # 29 patients
    assert "a value in contrast_agent_tag" in finding.message
    assert "7 of 7 rows with it" in finding.message
    assert "'LUNG' in study_description" in finding.message


@pytest.mark.real
def test_the_word_with_tells_contrast_in_the_sbu_descriptions(real_data: Path) -> None:
    table = pl.read_csv(real_data / "ct_pairs_sbu" / "metadata.csv", infer_schema_length=None)
    bolus = pl.col("contrast_agent_tag").is_not_null() | pl.col("study_description").str.contains("WITH")
    label = bolus.cast(pl.Int8).alias("label.contrast")
    rows = table.select(
        pl.col("path").alias("study"), pl.col("patient_id").alias("patient"), "study_description", label
    )
    found = list(AnsweringTags().examine(Cohort(rows, None, real_data)))
    assert severities(found) == [Severity.NOTE]  # 5 patients
    assert "'WITH' in study_description 1.00" in found[0].message
