"""The smallest change that would flip a rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiducial as fd
from fiducial.rules.facts import Box, Facts, Found
from fiducial.rules.flips import Change, Flip
from rules.written import rules, study

Scores = dict[str, float]


def flip(when: str, facts: Facts) -> Flip | None:
    return fd.decide(rules(one=when), facts).flip("one")


def changes(when: str, facts: Facts) -> list[str]:
    found = flip(when, facts)
    return [str(change) for change in found.changes] if found else []


def test_a_score_below_its_threshold_has_to_reach_it() -> None:
    found = flip("score(pneumothorax) >= $pneumothorax", study({"pneumothorax": 0.55}))
    assert found == Flip("one", True, (Change("score(pneumothorax)", 0.55, "at least", 0.62),), True)  # noqa: FBT003
    assert str(found) == "would be true with score(pneumothorax) at least 0.62 (now 0.55)"


def test_a_score_at_its_threshold_has_to_fall_below_it() -> None:
    assert changes("score(effusion) >= $half", study({"effusion": 0.5})) == ["score(effusion) below 0.5 (now 0.5)"]


def test_above_is_not_at_least() -> None:
    assert changes("score(effusion) > 0.5", study({"effusion": 0.1})) == ["score(effusion) above 0.5 (now 0.1)"]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("score(effusion) <= 0.5", "score(effusion) at most 0.5 (now 0.7)"),
        ("score(effusion) == 0.5", "score(effusion) 0.5 (now 0.7)"),
        ("1 - score(effusion) > 0.7", "score(effusion) below 0.3 (now 0.7)"),
        ("score(effusion) in [0.1, 0.9]", "score(effusion) 0.9 (now 0.7)"),
        ("0.5 / 2 * score(effusion) + 1 < 1.1", "score(effusion) below 0.4 (now 0.7)"),
    ],
)
def test_the_bound_is_where_the_two_sides_meet(when: str, told: str) -> None:
    assert changes(when, study({"effusion": 0.7})) == [told]


def test_of_three_that_hold_two_must_fall_where_two_are_enough() -> None:
    when = "at_least(2, score(effusion) >= 0.5, score(pneumothorax) >= 0.5, metadata(portable))"
    found = flip(when, study({"effusion": 0.6, "pneumothorax": 0.7}, metadata={"portable": True}))
    assert found is not None
    assert [change.flag for change in found.changes] == ["score(effusion)", "score(pneumothorax)"]


def test_the_nearer_of_two_inputs_is_taken() -> None:
    when = "score(effusion) >= 0.5 or score(pneumothorax) >= 0.5"
    assert changes(when, study({"effusion": 0.2, "pneumothorax": 0.3})) == [
        "score(pneumothorax) at least 0.5 (now 0.3)"
    ]


def test_a_band_is_left_at_its_nearer_end() -> None:
    when = "score(effusion) >= 0.2 and score(effusion) <= 0.6"
    assert changes(when, study({"effusion": 0.5})) == ["score(effusion) above 0.6 (now 0.5)"]


def test_where_one_input_is_not_enough_two_are_told() -> None:
    when = "score(effusion) >= 0.5 and score(pneumothorax) >= 0.5"
    found = changes(when, study({"effusion": 0.2, "pneumothorax": 0.3}))
    assert found == ["score(effusion) at least 0.5 (now 0.2)", "score(pneumothorax) at least 0.5 (now 0.3)"]


def test_two_of_three_need_the_two_that_are_nearest() -> None:
    when = "at_least(2, score(effusion) >= 0.5, score(pneumothorax) >= 0.5, metadata(age) >= 100)"
    found = flip(when, study({"effusion": 0.4, "pneumothorax": 0.3}, metadata={"age": 1}))
    assert found is not None
    assert {change.flag for change in found.changes} == {"score(effusion)", "score(pneumothorax)"}


def test_a_rule_flips_by_what_the_rules_before_it_read() -> None:
    decided = fd.decide(rules(one="score(effusion) >= 0.5", two="not rule(one)"), study({"effusion": 0.7}))
    assert str(decided.flip("two")) == "would be true with score(effusion) below 0.5 (now 0.7)"


def test_a_sum_is_solved_for_its_input() -> None:
    when = "measurement(volume) * 2 + 1 > 21"
    assert changes(when, study(measurements={"volume": 4.0})) == ["measurement(volume) above 10 (now 4)"]


def test_a_word_becomes_another_word() -> None:
    assert changes("metadata(view) == PA", study(metadata={"view": "AP"})) == ["metadata(view) PA (now AP)"]
    assert changes("metadata(sex) == F", study(metadata={"sex": "F"})) == ["metadata(sex) other than F (now F)"]


def test_what_is_unknown_would_have_to_be_known() -> None:
    assert changes("score(effusion) >= 0.5", study()) == ["score(effusion) at least 0.5 (now unknown)"]


def test_a_box_more_would_do() -> None:
    facts = Facts("s1", regions={"nodule": Found((Box(0, 0, 9, 9),))})
    assert changes("count(regions(nodule)) >= 2", facts) == ["count(regions(nodule)) at least 2 (now 1)"]


def test_what_no_input_can_change_has_no_flip() -> None:
    assert flip("score(effusion) > 2", study({"effusion": 0.5})) is None


SCORES = st.fixed_dictionaries(
    {name: st.integers(0, 20).map(lambda n: n / 20) for name in ("pneumothorax", "effusion")}
)
LEAVES = st.builds(
    "score({}) {} {}".format,
    st.sampled_from(["pneumothorax", "effusion"]),
    st.sampled_from([">=", ">", "<", "<=", "==", "!="]),
    st.integers(0, 10).map(lambda n: n / 10),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("at_least(2, {}, {}, {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)


def beyond(change: Change) -> list[float]:
    """A value that the change asks for."""
    to = float(change.to)
    steps = {"at least": 0.0, "at most": 0.0, "exactly": 0.0, "above": 1e-9, "below": -1e-9}
    return [to + steps[change.bound]]


@given(EXPRESSIONS, SCORES)
def test_doing_what_a_flip_says_flips_the_rule(when: str, scores: Scores) -> None:
    found = flip(when, study(scores))
    if found is None:
        return
    names = {change.flag[6:-1]: beyond(change)[0] for change in found.changes}
    assert fd.decide(rules(one=when), study({**scores, **names})).values["one"] is found.to


@given(EXPRESSIONS, SCORES)
def test_no_change_of_one_score_is_smaller_than_the_one_that_is_told(when: str, scores: Scores) -> None:
    found = flip(when, study(scores))
    before = fd.decide(rules(one=when), study(scores)).values["one"]
    told = found.changes[0] if found and len(found.changes) == 1 else None
    distance = abs(float(told.to) - scores[told.flag[6:-1]]) if told else 2.0
    for name, value in scores.items():
        for step in range(101):  # every place between two thresholds and each of them
            other = step / 100
            if abs(other - value) < distance - 1e-9:
                assert fd.decide(rules(one=when), study({**scores, name: other})).values["one"] is before
