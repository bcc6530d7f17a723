"""Decisions: what rules say of a study, and what their traces show."""

import pytest

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.rules.facts import Box, Facts, Found, Given
from fiducial.rules.traces import deciding
from fiducial.rules.values import UNKNOWN, Span, arithmetic
from rules.written import rules, study

BOTH = "score(pneumothorax) >= $pneumothorax and score(effusion) >= $half"


def said(when: str, facts: Facts) -> bool | None:
    return fd.decide(rules(one=when), facts).values["one"]


def test_a_score_at_its_threshold_is_positive() -> None:
    assert said("score(pneumothorax) >= $pneumothorax", study({"pneumothorax": 0.62})) is True


def test_a_failed_model_makes_a_rule_unknown_and_the_reason_is_kept() -> None:
    failed = Facts("s1", scores={"effusion": Given(None, "timed out", "cnn-a", "2")})
    outcome = fd.decide(rules(one="score(effusion) >= $half"), failed).outcomes["one"]
    assert (outcome.value, outcome.reason) == (None, "cnn-a: timed out")


def test_a_false_side_decides_though_the_other_is_unknown() -> None:
    outcome = fd.decide(rules(one=BOTH), study({"effusion": 0.1})).outcomes["one"]
    assert outcome.value is False
    assert deciding(outcome.trace) == (1,)


def test_a_trace_keeps_value_threshold_model_and_version() -> None:
    facts = Facts("s1", scores={"pneumothorax": Given(0.7, None, "cnn-a", "2")})
    score, threshold = (
        fd.decide(rules(one="score(pneumothorax) >= $pneumothorax"), facts).outcomes["one"].trace.children
    )
    assert score.given == Given(0.7, None, "cnn-a", "2")
    assert threshold.node.revision == "3"  # type: ignore[union-attr]  # it is a threshold


def test_a_rule_that_reads_another_says_whose_unknown_it_is() -> None:
    found = fd.decide(rules(one="score(effusion) > 0.5", two="not rule(one)"), study())
    assert found.outcomes["two"].reason == "rule one: there is no score of effusion"


def test_a_word_that_metadata_cannot_be_is_unknown() -> None:
    outcome = fd.decide(rules(one="metadata(view) == PA"), study(metadata={"view": "LL"})).outcomes["one"]
    assert outcome.reason == "view is 'LL', none of PA, AP"


def test_metadata_of_the_wrong_kind_are_unknown() -> None:
    assert said("metadata(age) > 18", study(metadata={"age": "old"})) is None


def test_metadata_that_are_no_finite_number_are_unknown() -> None:
    assert said("metadata(age) > 18", study(metadata={"age": float("nan")})) is None


def test_a_whole_number_is_a_number() -> None:
    assert said("metadata(age) > 18 and score(effusion) >= 1", study({"effusion": 1}, metadata={"age": 61})) is True


def test_what_is_divided_by_nothing_is_unknown() -> None:
    assert said("measurement(volume) / measurement(ctr) > 1", study(measurements={"volume": 1, "ctr": 0})) is None


@pytest.mark.parametrize("scores", [{"effusion": 1.5}, {"effusion": float("nan")}])
def test_a_score_outside_its_range_is_refused(scores: dict[str, float]) -> None:
    with pytest.raises(UnusableInput, match="must be from 0 to 1"):
        study(scores)


def test_two_of_three_are_enough_though_the_third_is_unknown() -> None:
    when = "at_least(2, score(pneumothorax) > 0.5, score(effusion) > 0.5, metadata(portable))"
    assert said(when, study({"pneumothorax": 0.6, "effusion": 0.6})) is True


def nodules(*boxes: Box, reason: str | None = None) -> Facts:
    return Facts("s1", regions={"nodule": Found(boxes, reason)})


LEFT, RIGHT = Box(60, 0, 80, 20, 0.9, 100, 100), Box(0, 0, 20, 20, 0.4, 100, 100)


def test_boxes_are_counted_by_score_and_side() -> None:
    assert said("count(regions(nodule) where side == left and score > 0.5) == 1", nodules(LEFT, RIGHT)) is True


def test_a_failed_detector_may_have_missed_any_number() -> None:
    trace = (
        fd.decide(rules(one="count(regions(nodule)) > 1"), nodules(LEFT, reason="out of memory")).outcomes["one"].trace
    )
    assert trace.children[0].value == Span(1.0, float("inf"))
    assert trace.value is None


def test_a_failed_detector_that_found_nothing_does_not_say_that_nothing_is_there() -> None:
    assert said("any(regions(nodule))", nodules(reason="out of memory")) is None


def test_what_grows_past_all_numbers_is_unknown() -> None:
    assert said("measurement(ctr) * 1e308 * 10 > 1", study(measurements={"ctr": 1})) is None


def test_what_a_failed_detector_found_still_counts() -> None:
    assert said("any(regions(nodule))", nodules(LEFT, reason="out of memory")) is True


def test_a_box_of_unknown_side_may_or_may_not_count() -> None:
    homeless = Box(0, 0, 1, 1, 0.5)
    outcome = fd.decide(rules(one="count(regions(nodule) where side == left) >= 2"), nodules(LEFT, homeless)).outcomes[
        "one"
    ]
    assert outcome.trace.children[0].value == Span(1.0, 2.0)
    assert outcome.reason == "nobody says how large the image of the box is"


def test_no_box_has_neither_best_score_nor_largest_area() -> None:
    assert said("best(regions(nodule)) == 0 and largest(regions(nodule)) == 0", nodules()) is True


def test_the_largest_is_a_share_of_the_image() -> None:
    assert said("largest(regions(nodule)) == 0.04", nodules(LEFT, RIGHT)) is True


def test_an_unknown_number_is_anywhere() -> None:
    trace = fd.decide(rules(one="score(effusion) > 0.5"), study()).outcomes["one"].trace
    assert trace.children[0].value == UNKNOWN


def test_what_is_divided_by_a_number_in_part_known_is_rounded_once() -> None:
    assert arithmetic("/")(3.0, Span(5.0, 10.0)) == Span(3.0 / 10.0, 3.0 / 5.0)
