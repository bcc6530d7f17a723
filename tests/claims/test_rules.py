"""A simple rule is read strictly and calls nothing that it cannot see."""

import polars as pl
import pytest

from fiducial.claims.rules import SimpleRule, parse_rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("age >= 60", SimpleRule("age", ">=", 60.0)),
        ("age<60.5", SimpleRule("age", "<", 60.5)),
        ("sex == F", SimpleRule("sex", "==", "F")),
        ("site == 'New Town'", SimpleRule("site", "==", "New Town")),
        ("tag.Rows == '512'", SimpleRule("tag.Rows", "==", "512")),
    ],
)
def test_a_rule_reads_as_it_is_written(text: str, rule: SimpleRule) -> None:
    assert parse_rule(text) == rule


@pytest.mark.parametrize(
    "text", ["age", "age => 60", "age >= ", ">= 60", "age >= old", "age = 6", "a < b < 3", "age >= nan"]
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rule"):
        parse_rule(text)


@pytest.mark.parametrize(
    ("sign", "called"),
    [(">=", [0, 1, 1, 0]), (">", [0, 0, 1, 0]), ("<=", [1, 1, 0, 0]), ("<", [1, 0, 0, 0]), ("==", [0, 1, 0, 0])],
)
def test_a_missing_value_is_never_called(sign: str, called: list[int]) -> None:
    for values in (pl.Series([1.0, 2.0, 3.0, None]), pl.Series(["1", " 2 ", "3", None])):
        assert parse_rule(f"x {sign} 2").calls(values).astype(int).tolist() == called


def test_text_is_compared_as_text() -> None:
    assert parse_rule("sex == F").calls(pl.Series(["F", " F", "M", None])).tolist() == [True, True, False, False]


def test_a_number_is_not_sought_in_text() -> None:
    with pytest.raises(ValueError, match="holds no number"):
        parse_rule("sex > 1").calls(pl.Series(["F", "M"]))


def test_a_rule_tells_itself() -> None:
    assert str(parse_rule("age>=60")) == "age >= 60"
