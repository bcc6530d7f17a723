"""The room's laws, for any rule and any study."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.errors import UnusableInput
from fiducial.rules.declared import Declared
from fiducial.rules.facts import Facts
from fiducial.rules.file import rules_of
from fiducial.rules.parsing import parse_rule
from fiducial.rules.spelling import spell
from fiducial.rules.tokens import Expression
from rules.expressions import FACTS, WHEN
from rules.laws import (
    a_rule_of_inputs_that_stand_once_is_as_sharp_as_can_be,
    tracing_never_changes_a_result,
    what_is_known_holds_for_every_completion,
)
from rules.written import rules, study, tree

READ = rules(one="true")
DECLARED = Declared(READ.thresholds, READ.inputs, ("one",))


@given(WHEN, WHEN, FACTS)
def test_tracing_never_changes_a_result(one: str, two: str, facts: Facts) -> None:
    tracing_never_changes_a_result(rules(one=one, two=f"not rule(one) or {two}"), facts)


@given(WHEN, FACTS)
@settings(max_examples=50)
def test_what_is_known_holds_for_every_completion(when: str, facts: Facts) -> None:
    what_is_known_holds_for_every_completion(rules(one=when, two="rule(one) and metadata(portable)"), facts)


ONCE = st.permutations(
    ["score(pneumothorax) > 0.3", "score(effusion) <= 0.7", "metadata(portable)", "metadata(view) == PA"]
)
SHAPES = st.sampled_from(
    ["{} and ({} or not {}) or {}", "at_least(2, {}, {}, not {}) and {}", "not ({} or {}) or {} and {}"]
)


@given(
    ONCE,
    SHAPES,
    st.sampled_from([{}, {"effusion": 0.5}, {"pneumothorax": 0.5}, {"effusion": 0.9, "pneumothorax": 0.1}]),
)
def test_where_no_input_stands_twice_nothing_is_unknown_in_vain(
    parts: list[str], shape: str, scores: dict[str, float]
) -> None:
    a_rule_of_inputs_that_stand_once_is_as_sharp_as_can_be(rules(one=shape.format(*parts)), study(scores))


WORDS = st.sampled_from(
    [*"()[],@+-*/$<>='", ">=", "and", "or", "not", "in", "where", "score", "count", "regions", "half"]
)


@given(st.lists(WORDS | st.text(max_size=3), max_size=12).map(" ".join))
def test_whatever_stands_in_a_rule_it_is_read_or_refused_in_words(when: str) -> None:
    with suppress(UnusableInput):
        parse_rule(Expression(when, "decision.toml", "rule 'one'"), DECLARED)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda content: content.decode("latin-1")))
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_words(text: str) -> None:
    with suppress(UnusableInput):
        rules_of(text)


@given(WHEN)
def test_what_is_spelled_parses_to_the_same_tree(when: str) -> None:
    assert tree(spell(tree(when))) == tree(when)
