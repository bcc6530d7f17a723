"""Ages, dates and sexes that cannot be are named with their rows."""

from pathlib import Path
from typing import Any

import pytest

from cohort.checks.making import cohort_of, nih14, studies
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.impossible_values import ImpossibleValues


def found_in(**columns: list[Any]) -> list[Finding]:
    return list(ImpossibleValues().examine(cohort_of(columns)))


@pytest.mark.parametrize("age", [155, 121, -1])
def test_an_impossible_age_is_an_error_that_names_the_row(age: int) -> None:
    [finding] = found_in(age=[40, age, None, 120, 0])
    assert finding.severity is Severity.ERROR
    assert f"{age} in s1" in finding.message
    assert studies(finding) == ["s1"]


def test_no_image_is_older_than_the_first_radiograph() -> None:
    [finding] = found_in(acquired=["1895-11-07", "1895-11-08", None])
    assert finding.severity is Severity.ERROR
    assert studies(finding) == ["s0"]


def test_a_birth_after_the_scan_is_an_error() -> None:
    [finding] = found_in(acquired=["2020-01-01"] * 3, **{"tag.PatientBirthDate": ["19600101", "20200102", None]})
    assert finding.severity is Severity.ERROR
    assert "Acquired lies before tag.PatientBirthDate in 1 row: s1." in finding.message
    assert studies(finding) == ["s1"]


def test_a_scan_after_death_is_an_error() -> None:
    [finding] = found_in(acquired=["2020-01-02", "2020-01-02"], death_date=["2020-01-01", "2020-01-02"])
    assert studies(finding) == ["s0"]


def test_dates_that_go_back_while_follow_ups_go_up_are_a_warning() -> None:
    [finding] = found_in(
        patient=["p"] * 11,
        follow_up=[str(i) for i in range(11)],  # text: 10 comes after 9
        acquired=[f"2020-01-{day:02d}" for day in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 11)],
    )
    assert finding.severity is Severity.WARNING
    assert "the date goes back while follow_up goes up: s9 then s10" in finding.message
    assert studies(finding) == ["s9", "s10"]


def test_a_patient_who_grows_younger_is_a_warning() -> None:
    [finding] = found_in(patient=["p", "p", "q"], acquired=["2019-01-01", "2021-01-01", "2022-01-01"], age=[60, 57, 9])
    assert finding.severity is Severity.WARNING
    assert studies(finding) == ["s0", "s1"]


def test_a_year_of_rounding_is_forgiven() -> None:
    assert not found_in(patient=["p", "p"], follow_up=[1, 2], age=[60, 59])


def test_visits_of_one_number_have_no_order() -> None:
    assert not found_in(patient=["p", "p"], follow_up=[1, 1], age=[60, 20])


def test_visits_of_two_patients_are_not_compared() -> None:
    assert not found_in(patient=["p", "q"], follow_up=[1, 2], age=[60, 20])


def test_a_sex_that_is_none_is_a_warning() -> None:
    [finding] = found_in(sex=["M", "F", "3", "O", "U", None])
    assert finding.severity is Severity.WARNING
    assert "'3' in s2" in finding.message


def test_two_spellings_of_a_sex_are_noted() -> None:
    [finding] = found_in(sex=["M", "male", "F"])
    assert finding.severity is Severity.NOTE
    assert "'M', 'male'" in finding.message


def test_possible_values_give_nothing() -> None:
    assert not found_in(age=[0, 120], sex=["F", "M"], acquired=["2020-01-01", "2021-01-01"], patient=["p", "p"])


@pytest.mark.real
def test_the_single_age_of_155_in_the_first_nih_release_is_found(real_data: Path) -> None:
    cohort = nih14(real_data / "cohort_nih14" / "Data_Entry_2017_original_ages_4376.csv")
    [finding] = [one for one in ImpossibleValues().examine(cohort) if one.severity is Severity.ERROR]
    assert finding.message == "1 age is impossible (below 0 or above 120): 155 in 00027989_000.png."
