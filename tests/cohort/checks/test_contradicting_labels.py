"""Both labels on one day are a warning, both at different times a note."""

from pathlib import Path

import pytest

from cohort.checks.making import cohort_of, nih14, severities, studies
from fiducial.cohort.checks.contract import Severity
from fiducial.cohort.checks.contradicting_labels import ContradictingLabels


def test_both_labels_on_one_day_are_a_warning() -> None:
    day = ["2020-01-01", "2020-01-01", "2020-01-02"]
    [finding] = ContradictingLabels().examine(
        cohort_of({"patient": ["p"] * 3, "acquired": day, "label.mass": [0, 1, 1]})
    )
    assert finding.severity is Severity.WARNING
    assert studies(finding) == ["s0", "s1"]


def test_both_labels_at_different_times_are_a_note_with_the_number_of_patients() -> None:
    [finding] = ContradictingLabels().examine(
        cohort_of({"patient": ["p", "p", "q", "r", "r"], "label.mass": [0, 1, 1, 0, None]})
    )
    assert finding.severity is Severity.NOTE
    assert finding.message.startswith("1 patient is with mass in one study and without it in another, of 3: p.")
    assert studies(finding) == ["s0", "s1"]


def test_rows_without_a_patient_do_not_contradict_each_other() -> None:
    cohort = cohort_of({"patient": [None, None, "q"], "acquired": ["2020-01-01"] * 3, "label.mass": [0, 1, 1]})
    assert not list(ContradictingLabels().examine(cohort))


def test_without_patients_a_note_says_so() -> None:
    assert severities(list(ContradictingLabels().examine(cohort_of({"label.mass": [0, 1]})))) == [Severity.NOTE]


@pytest.mark.real
def test_many_nih_patients_carry_both_labels(real_data: Path) -> None:
    cohort = nih14(real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz")
    found = {one.figure.subgroup: one.figure for one in ContradictingLabels().examine(cohort) if one.figure}
    assert len(found) == 14
    assert (found["Cardiomegaly"].value, found["Cardiomegaly"].n) == (1082, 30805)
