"""Training on the future is told, and so is a label that drifts and an age that no calendar allows."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from cohort.checks.making import cohort_of, severities, studies
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.time_order import TimeOrder

N = 300
START = dt.date(2015, 1, 1)
DAYS = np.sort(np.random.default_rng(2).integers(0, 2000, N))
DATES = [START + dt.timedelta(days=int(day)) for day in DAYS]
IN_TIME = ["train"] * 200 + ["test"] * 100


def found_for(**columns: list[Any]) -> list[Finding]:
    plain: dict[str, list[Any]] = {"patient": [f"p{i}" for i in range(N)], "acquired": DATES}
    return list(TimeOrder().examine(cohort_of(plain | columns)))


def test_a_split_in_order_of_time_is_no_finding() -> None:
    assert not found_for(split=IN_TIME)


def test_a_split_said_to_be_by_time_that_is_not_is_an_error_with_its_rows() -> None:
    dates = [*DATES[:-1], DATES[-1]]
    dates[3], dates[250] = dates[250], dates[3]
    recipe = ["by=patient,time; fractions=0.6/0.2/0.2; seed=0"] * N
    [finding] = found_for(split=IN_TIME, split_recipe=recipe, acquired=dates)
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("The split is said to be by time and is not")
    assert "s3" in studies(finding)


def test_a_few_rows_from_the_future_in_an_ordered_split_are_a_warning() -> None:
    dates = list(DATES)
    dates[3] = DATES[-1]
    [finding] = found_for(split=IN_TIME, acquired=dates)
    assert (finding.severity, studies(finding)) == (Severity.WARNING, ["s3"])


def test_training_after_the_test_is_a_warning() -> None:
    [finding] = found_for(split=["test"] * 100 + ["train"] * 200)
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("Train comes after test")


def test_a_random_split_is_a_note() -> None:
    [finding] = found_for(split=np.random.default_rng(1).permutation(IN_TIME).tolist())
    assert (finding.severity, finding.files) == (Severity.NOTE, ())


def test_an_early_visit_of_a_test_patient_is_no_leak() -> None:
    dates = list(DATES)
    dates[200] = DATES[0]
    patients = [f"p{i}" for i in range(N)]
    patients[200] = "p299"
    assert not found_for(split=IN_TIME, acquired=dates, patient=patients)


def test_a_label_that_becomes_more_frequent_is_a_warning() -> None:
    drifting = (np.random.default_rng(3).random(N) < np.linspace(0.05, 0.7, N)).astype(int).tolist()
    [finding] = found_for(**{"label.mass": drifting})
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("mass becomes more frequent with time: ")


def test_a_label_that_stays_as_frequent_is_no_finding() -> None:
    assert not found_for(**{"label.mass": (np.random.default_rng(4).random(N) < 0.3).astype(int).tolist()})


@pytest.mark.parametrize("slip", [1.0, 4.0])
def test_an_age_must_fit_birth_and_acquisition(slip: float) -> None:
    ages = [(day - dt.date(1960, 1, 1)).days / 365.25 for day in DATES]
    ages[7] += slip
    found = found_for(birth_date=[dt.date(1960, 1, 1)] * N, age=ages)
    assert [studies(finding) for finding in found] == ([["s7"]] if slip > 1.5 else [])


def test_a_patient_ages_as_the_calendar_says() -> None:
    patients = ["p0", "p0", *(f"p{i}" for i in range(2, N))]
    ages = [50.0] * N
    assert not found_for(patient=patients, age=ages)
    ages[1] = 60.0
    [finding] = found_for(patient=patients, age=ages)
    assert finding.message.startswith("1 patient does not age as the calendar says")
    assert severities([finding]) == [Severity.WARNING]
