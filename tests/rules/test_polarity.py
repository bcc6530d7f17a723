"""Rules that are declared monotone: shown at reading, and true of every study."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.rules.changing import value_in, with_given
from fiducial.rules.facts import Facts, Given
from fiducial.rules.file import rules_of
from fiducial.rules.polarity import standings
from fiducial.rules.tree import Score
from rules.expressions import FACTS, WHEN
from rules.written import file_of, rules

EFFUSION = Score("effusion")


def declared(**when: str) -> str:
    return file_of(**when) + 'monotone = ["score(effusion)"]\n'


@pytest.mark.parametrize(
    "when",
    [
        "score(effusion) >= $half and metadata(portable)",
        "not (score(effusion) < 0.5 or $half > score(effusion))",
        "1 - score(effusion) * -2 > 0.4 or at_least(1, score(effusion) / 2 > 0.1)",
        "score(pneumothorax) == 0.5",
        "any(regions(nodule) where score < score(effusion))",
    ],
)
def test_what_only_turns_on_may_be_declared(when: str) -> None:
    assert rules_of(declared(one=when)).rules["one"].monotone == (EFFUSION,)


@pytest.mark.parametrize(
    "when",
    [
        "not score(effusion) >= 0.5",
        "score(effusion) == 0.5",
        "score(effusion) in [0.5]",
        "1 - score(effusion) > 0.5",
        "score(effusion) * measurement(ctr) > 0.5",
        "1 / score(effusion) < 2",
        "any(regions(nodule) where score > score(effusion))",
    ],
)
def test_what_may_turn_off_may_not(when: str) -> None:
    with pytest.raises(UnusableInput, match=r"rule 'one' is declared monotone in score\(effusion\)"):
        rules_of(declared(one=when))


def test_the_place_may_be_in_another_rule() -> None:
    with pytest.raises(UnusableInput, match=r"may turn it off in rule 'inner', line 19, column 11"):
        rules_of(declared(inner="score(effusion) > 0.5", outer="not rule(inner)"))


@given(WHEN, WHEN, FACTS, st.integers(0, 10).map(lambda n: n / 10))
def test_a_rule_that_is_shown_to_be_monotone_never_turns_off(one: str, two: str, facts: Facts, score: float) -> None:
    found = rules(inner=one, outer=f"({two}) or rule(inner)")
    signs = {
        at.sign
        for at in standings({name: rule.when for name, rule in found.rules.items()}, "outer")
        if at.node == EFFUSION
    }
    before = value_in(facts, EFFUSION)
    if signs != {1} or before is None or score <= float(before):
        return
    raised = fd.decide(found, with_given(facts, EFFUSION, Given(score))).values["outer"]
    assert (fd.decide(found, facts).values["outer"], raised) not in {(True, False), (True, None), (None, False)}
