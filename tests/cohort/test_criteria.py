"""``criteria.toml``: order, strictness, and what must be said."""

from pathlib import Path

import pytest

from fiducial.cohort.criteria import read_criteria
from fiducial.errors import UnusableInput

ADULTS = 'name = "adults"\nreason = "Younger than 18"\ncolumn = "age"\nat_least = 18\nmissing = "drop"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "criteria.toml"
    path.write_text(text)
    return path


def step(name: str, rule: str = "include") -> str:
    return f'[[{rule}]]\nname = "{name}"\nreason = "r"\ncolumn = "c"\nis = 1\nmissing = "keep"\n'


def test_steps_keep_the_order_of_their_headers(tmp_path: Path) -> None:
    text = step("a") + step("b", "exclude") + step("c") + step("d", "exclude")
    read = read_criteria(written(tmp_path, text))
    assert [(one.rule, one.criterion.name) for one in read.steps] == [
        ("include", "a"),
        ("exclude", "b"),
        ("include", "c"),
        ("exclude", "d"),
    ]


def test_an_order_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    inline = 'include = [{ name = "x", reason = "r", column = "c", present = true }]\n'
    with pytest.raises(UnusableInput, match="order cannot be told"):
        read_criteria(written(tmp_path, inline + step("b", "exclude")))


def test_an_unknown_key_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"include\.0\.at_lest: unknown key\. Did you mean 'at_least'"):
        read_criteria(written(tmp_path, "[[include]]\n" + ADULTS.replace("at_least", "at_lest")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ADULTS.replace('missing = "drop"\n', ""), "say what becomes of rows without age"),
        (ADULTS + "at_most = 90\n", "exactly one of .* it has at_least and at_most"),
        (ADULTS.replace("at_least = 18\n", ""), "it has none"),
        (ADULTS.replace("at_least = 18", "between = [90, 18]"), "must be .lowest, highest."),
        (ADULTS.replace("at_least = 18", "between = [18, 2020-01-01]"), "two numbers or two dates"),
        (ADULTS.replace("at_least = 18", 'matches = "("'), "is not a regular expression"),
        (ADULTS.replace("at_least = 18", "present = true"), "missing must be left out"),
        (ADULTS.replace('reason = "Younger than 18"\n', ""), "reason: missing"),
        (ADULTS.replace("at_least = 18", 'one_per_patient = "random"'), "seed goes with"),
        (ADULTS + "seed = 1\n", "seed goes with"),
        (ADULTS.replace('column = "age"\n', ""), "column is missing"),
        (ADULTS.replace('"drop"', '"guess"'), "missing"),
    ],
)
def test_a_step_that_leaves_something_open_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        read_criteria(written(tmp_path, "[[include]]\n" + text))


def test_a_value_of_the_wrong_kind_is_one_mistake_with_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput) as refused:
        read_criteria(written(tmp_path, "[[include]]\n" + ADULTS.replace("at_least = 18", 'at_least = "old"')))
    told = "Input should be a valid integer or a valid number or a valid date; got 'old'."
    assert str(refused.value).endswith(f": 1 of its keys cannot be used:\n  include.0.at_least: {told}")


def test_two_steps_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="two steps are called 'a'"):
        read_criteria(written(tmp_path, step("a") + step("a", "exclude")))


def test_a_file_without_steps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"one .*include.* at least"):
        read_criteria(written(tmp_path, ""))


def test_picking_one_row_is_no_exclusion(tmp_path: Path) -> None:
    text = ADULTS.replace("at_least = 18", 'one_per_patient = "first"')
    with pytest.raises(UnusableInput, match="put it under"):
        read_criteria(written(tmp_path, "[[exclude]]\n" + text))


def test_a_mapping_takes_what_is_included_first() -> None:
    one = {"reason": "r", "column": "c", "present": True}
    read = read_criteria({"exclude": [{"name": "b", **one}], "include": [{"name": "a", **one}]})
    assert [one.criterion.name for one in read.steps] == ["a", "b"]
