"""What is known of a study: whose word counts, and that a label is never among it."""

import pytest

from fiducial.models.contract import Study
from fiducial.pipelines.known import Known, years


def known(columns: dict[str, object] | None = None, **header: str) -> Known:
    return Known(Study("s", (), columns or {}), header)


def test_the_cohort_stands_before_the_header() -> None:
    assert known({"view": "PA"}, ViewPosition="AP")["view"] == "PA"


def test_the_header_stands_before_the_cohorts_tags() -> None:
    assert known({"tag.ViewPosition": "(varies)"}, ViewPosition="AP")["view"] == "AP"
    assert known({"tag.ViewPosition": "AP"})["view"] == "AP"


def test_any_keyword_of_the_header_can_be_asked() -> None:
    assert known(Manufacturer="Northlight ")["Manufacturer"] == "Northlight"


def test_what_nobody_says_is_not_known() -> None:
    assert known({"view": None}, ViewPosition=" ")["view"] is None


def test_a_label_is_never_told() -> None:
    assert known({"label.fracture": 1})["label.fracture"] is None


@pytest.mark.parametrize(("text", "age"), [("045Y", 45.0), ("006M", 0.5), ("52W", 1.0), ("45", 45.0), ("old", None)])
def test_ages_are_years(text: str, age: float | None) -> None:
    assert years(text) == (pytest.approx(age, abs=0.01) if age is not None else None)
