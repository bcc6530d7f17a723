"""Rules on a whole table: the same values as study by study."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.rules.facts import Box, Facts, Found, Given
from fiducial.rules.studies import wide
from rules.expressions import FACTS, WHEN
from rules.written import rules

HALF = "score(effusion) >= $half"


def test_null_nan_and_an_absent_column_are_unknown() -> None:
    frame = pl.DataFrame({"study": ["a", "b", "c"], "score.effusion": [0.6, None, float("nan")]})
    found = fd.decide_table(rules(one=HALF, two="metadata(age) > 1 or rule(one)"), frame)
    assert found["one"].to_list() == [True, None, None]
    assert found["two"].to_list() == [True, None, None]


def test_rules_without_any_input_have_a_row_a_study() -> None:
    assert fd.decide_table(rules(one="true"), pl.DataFrame({"study": ["a", "b"]}))["one"].to_list() == [True, True]


def test_a_score_outside_its_range_is_refused_with_its_row() -> None:
    with pytest.raises(UnusableInput, match=r"row 1: score\.effusion must be from 0 to 1; got 1\.5"):
        fd.decide_table(rules(one=HALF), pl.DataFrame({"score.effusion": [0.5, 1.5]}))


def test_an_infinite_measurement_is_refused() -> None:
    with pytest.raises(UnusableInput, match=r"measurement\.ctr must be a finite number"):
        fd.decide_table(rules(one="measurement(ctr) > 1"), pl.DataFrame({"measurement.ctr": [float("inf")]}))


@given(st.lists(WHEN, min_size=1, max_size=3), st.lists(FACTS, min_size=1, max_size=3))
@settings(max_examples=150)
def test_a_table_says_what_is_said_study_by_study(when: list[str], facts: list[Facts]) -> None:
    found = rules(**{f"r{index}": one for index, one in enumerate(when)}, last="rule(r0) or not rule(r0)")
    studies = {str(index): one for index, one in enumerate(facts)}
    table = fd.decide_table(found, wide(found, studies), seen=studies)
    assert table.drop("study").rows(named=True) == [fd.decide(found, one).values for one in facts]


@pytest.mark.parametrize(
    "when",
    [
        "count(regions(nodule) where score > 0.5) < 1",
        "count(regions(nodule) where score > 0.5) <= 1",
        "count(regions(nodule) where score > 0.5) + 1 > 1",
        "count(regions(nodule) where score > 0.5) * -2 >= -2",
        "(count(regions(tube)) - count(regions(tube))) * 0 == 0",
        "1 / count(regions(tube)) > 0",
        "measurement(ctr) * 1e308 * 10 > 1",
    ],
)
def test_numbers_that_are_known_in_part_come_to_the_same(when: str) -> None:
    regions = {"nodule": Found((Box(0, 0, 1, 1),)), "tube": Found(reason="failed")}
    found, facts = rules(one=when), Facts("s1", regions=regions, measurements={"ctr": Given(1.0)})
    said = fd.decide_table(found, wide(found, {"s1": facts}), seen={"s1": facts})["one"].to_list()
    assert said == [fd.decide(found, facts).values["one"]]


def test_what_is_divided_by_a_count_in_part_known_is_rounded_once() -> None:
    found = rules(one="measurement(ctr) / count(regions(nodule)) <= 0.6")
    boxes = Found(tuple(Box(0, 0, 1, 1) for _ in range(5)), reason="timed out")
    facts = Facts("s1", regions={"nodule": boxes}, measurements={"ctr": Given(3.0)})
    seen = {"s1": facts}
    assert fd.decide_table(found, wide(found, seen), seen=seen)["one"].to_list() == [True]
    assert fd.decide(found, facts).values["one"] is True


def test_metadata_that_are_infinite_are_unknown() -> None:
    frame = pl.DataFrame({"study": ["a"], "metadata.age": [float("inf")]})
    assert fd.decide_table(rules(one="metadata(age) > 1"), frame)["one"].to_list() == [None]


def test_thousands_of_parts_are_no_deeper_than_two() -> None:
    when = " or ".join(f"score(effusion) > 0.{number:04}" for number in range(1, 3000))
    frame = pl.DataFrame({"study": ["a", "b", "c"], "score.effusion": [0.5, None, 0.0]})
    assert fd.decide_table(rules(one=when), frame)["one"].to_list() == [True, None, False]
