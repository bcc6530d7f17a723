"""Does the cohort hold whom the claim speaks of?"""

from typing import Any

import numpy as np
import pytest

from cohort.checks.making import cohort_of, studies
from fiducial.claims.claim import Claim
from fiducial.cohort.check import check_cohort
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.population import match_claim
from fiducial.errors import WrongUsage


def claim(**said: object) -> Claim:
    statement = {"name": "c", "finding": "x", "threshold": {"value": 0.5}, **said}
    return Claim.model_validate({"claim": statement})


def found(columns: dict[str, list[Any]], words: str, **said: object) -> Finding:
    return next(one for one in match_claim(cohort_of(columns), claim(**said)) if words in one.message)


def test_judged_rows_outside_the_population_are_an_error() -> None:
    columns: dict[str, list[Any]] = {"age": [17.0, 18.0, 90.0, 91.0], "split": ["test"] * 4}
    outside = found(columns, "lie outside", population={"age": [18, 90]})
    assert outside.severity is Severity.ERROR
    assert outside.message.startswith("2 of 4 test rows (50.0%)")
    assert studies(outside) == ["s0", "s3"]


def test_rows_to_learn_from_may_be_others() -> None:
    columns: dict[str, list[Any]] = {"age": [17.0, 18.0], "split": ["train", "test"]}
    assert found(columns, "not judged on", population={"age": [18, 90]}).severity is Severity.NOTE


def test_one_in_a_hundred_is_a_warning() -> None:
    columns: dict[str, list[Any]] = {"sex": ["F"] * 60 + ["M"] * 39 + ["O"]}
    assert found(columns, "lie outside", population={"sex": ["F", "M"]}).severity is Severity.WARNING


def test_a_missing_value_is_neither_in_nor_out() -> None:
    unknown = found({"age": [40.0, None]}, "have no age", population={"age": [18, 90]})
    assert (unknown.severity, studies(unknown)) == (Severity.WARNING, ["s1"])


@pytest.mark.parametrize(
    ("population", "words"),
    [({"sex": ["F", "M"]}, "speaks of sex M,"), ({"age": [18, 90]}, "speaks of age 18-36, 72-90,")],
)
def test_what_is_claimed_and_not_there_is_told(population: dict[str, Any], words: str) -> None:
    columns: dict[str, list[Any]] = {"sex": ["F"] * 3, "age": [40.0, 55.0, 70.0]}
    assert found(columns, words, population=population).severity is Severity.WARNING


def test_a_cohort_that_fits_is_said_to_fit() -> None:
    columns: dict[str, list[Any]] = {"sex": ["F", "M"]}
    assert found(columns, "Every one of 2 rows", population={"sex": ["F", "M"]}).severity is Severity.NOTE


@pytest.mark.parametrize("population", [{"agee": [18, 90]}, {"sex": [1, 2]}])
def test_what_cannot_be_compared_is_not_checked(population: dict[str, Any]) -> None:
    columns: dict[str, list[Any]] = {"age": [40.0], "sex": ["F"]}
    assert found(columns, "Not checked", population=population).severity is Severity.NOTE


def test_a_range_upside_down_is_an_error() -> None:
    assert found({"age": [40.0]}, "no row can meet", population={"age": [90, 18]}).severity is Severity.ERROR


@pytest.mark.parametrize(("ill", "words"), [(5, "within"), (50, "beyond"), (8, "not clearly within")])
def test_prevalence_is_weighed_by_its_whole_interval(ill: int, words: str) -> None:
    columns: dict[str, list[Any]] = {"label.x": [1] * ill + [0] * (100 - ill), "split": ["test"] * 100}
    prevalence = found(columns, "Prevalence of x in test", prevalence=[0.01, 0.12])
    assert f"), {words} the claimed" in prevalence.message
    assert (prevalence.severity is Severity.WARNING) == (words == "beyond")


def test_images_of_one_patient_are_no_proof_of_prevalence() -> None:
    many: dict[str, list[Any]] = {"label.x": [1] * 30 + [0] * 30, "patient": ["a"] * 30 + ["b"] * 30}
    assert found(many, "Prevalence of x", prevalence=[0.05, 0.2]).severity is Severity.NOTE


def test_splits_that_differ_are_named_with_what_differs() -> None:
    rng = np.random.default_rng(0)
    age = np.concatenate([rng.normal(40, 9, 200), rng.normal(60, 9, 200)])
    columns: dict[str, list[Any]] = {"age": age.tolist(), "split": ["train"] * 200 + ["test"] * 200}
    apart = found(columns, "train and test differ in age")
    assert apart.severity is Severity.WARNING


def test_another_hospital_may_differ() -> None:
    columns: dict[str, list[Any]] = {
        "age": [float(i % 9) + 40 * (i > 99) for i in range(200)],
        "split": ["test"] * 100 + ["external"] * 100,
    }
    assert found(columns, "test and external differ").severity is Severity.NOTE


def test_check_cohort_asks_it_only_with_a_claim() -> None:
    cohort = cohort_of({"age": [5.0, 40.0]})
    without = check_cohort(cohort)
    with_claim = check_cohort(cohort, claim=claim(population={"age": [18, 90]}))
    assert not [one for one in without.findings if one.check == "population"]
    assert [one for one in with_claim.findings if one.check == "population" and one.severity is Severity.ERROR]


def test_asked_for_by_name_it_wants_a_claim() -> None:
    with pytest.raises(WrongUsage, match="Add --claim"):
        check_cohort(cohort_of({"age": [5.0]}), ["population"])
