"""Patients in two splits are an error with every row; what cannot be told is said."""

from cohort.checks.making import cohort_of, severities, studies
from fiducial.cohort.checks.contract import Severity
from fiducial.cohort.checks.patients_across_splits import PatientsAcrossSplits


def test_a_patient_in_train_and_test_is_an_error_that_lists_the_rows() -> None:
    cohort = cohort_of({"patient": ["a", "b", "a", "c"], "split": ["train", "train", "test", "test"]})
    [finding] = PatientsAcrossSplits().examine(cohort)
    assert finding.severity is Severity.ERROR
    assert "1 patient stands" in finding.message
    assert "a (test, train)" in finding.message
    assert studies(finding) == ["s0", "s2"]
    assert finding.figure is not None
    assert (finding.figure.value, finding.figure.n) == (1, 3)


def test_whole_patients_give_nothing() -> None:
    cohort = cohort_of({"patient": ["a", "a", "b"], "split": ["train", "train", "test"]})
    assert not list(PatientsAcrossSplits().examine(cohort))


def test_a_row_that_was_left_out_does_not_cross() -> None:
    cohort = cohort_of({"patient": ["a", "a", "b"], "split": ["external", None, "test"]})
    assert not list(PatientsAcrossSplits().examine(cohort))


def test_rows_without_a_patient_are_noted_and_never_taken_for_one_patient() -> None:
    cohort = cohort_of({"patient": [None, None, "b"], "split": ["train", "test", "test"]})
    [finding] = PatientsAcrossSplits().examine(cohort)
    assert finding.severity is Severity.NOTE
    assert studies(finding) == ["s0", "s1"]


def test_without_patient_or_split_a_note_names_the_column() -> None:
    [finding] = PatientsAcrossSplits().examine(cohort_of({"age": [1, 2]}))
    assert severities([finding]) == [Severity.NOTE]
    assert "no patient and no split column" in finding.message
