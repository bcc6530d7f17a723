"""Ages and days as they are written."""

from datetime import date

import pytest

from fiducial.cohort.layouts.ages import day, years


@pytest.mark.parametrize(
    ("text", "age"), [("071Y", 71), ("018M", 1.5), ("010D", 0.027), ("40", 40), ("-3", -3), ("ABC", None), ("", None)]
)
def test_an_age_is_in_years(text: str, age: float | None) -> None:
    assert years(text) == age


@pytest.mark.parametrize(
    ("text", "told"),
    [("20240229", date(2024, 2, 29)), ("2024.02.29", date(2024, 2, 29)), ("20230229", None), ("99999999", None)],
)
def test_a_day_must_be_in_the_calendar(text: str, told: date | None) -> None:
    assert day(text) == told
