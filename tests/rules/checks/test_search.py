"""The search for a study: what is called possible is shown, what is called impossible never happens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.search import Impossible, Possible, Undecided
from fiducial.rules.checks.studies import any_study
from fiducial.rules.checks.variables import variables_of
from fiducial.rules.deciding import say
from fiducial.rules.file import Rules
from rules.checks.drawing import decision_files
from rules.written import rules


@settings(max_examples=150, deadline=None)
@given(found=decision_files(), value=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_the_possible_is_shown_and_the_impossible_never_happens(*, found: Rules, value: bool, seed: int) -> None:
    questions = Questions(found, steps=1_000)
    rng, variables = np.random.default_rng(seed), variables_of(questions.trees.values())
    drawn = [say(found, any_study(variables, rng)) for _ in range(15)]
    for name in found.rules:
        answer = questions.can_be(name, value=value)
        if isinstance(answer, Possible):
            assert say(found, answer.facts)[name] is value
        if isinstance(answer, Impossible):
            assert all(said[name] is not value for said in drawn)


def answer(when: str) -> type:
    return type(Questions(rules(one=when)).can_be("one", value=True))


@pytest.mark.parametrize(
    "when",
    [
        "score(effusion) > $half and score(effusion) <= 0.5000000000000001",
        "score(effusion) + score(pneumothorax) > 1.9",
        "measurement(volume) / measurement(ctr) > 7 and measurement(volume) < 2",
        "metadata(age) in [3, 4] and metadata(age) > 3",
        "count(regions(nodule) where score >= 0.5 and side == left) == 2 and count(regions(nodule)) == 3",
        "best(regions(nodule)) == 0.25 and largest(regions(nodule)) > 0.3",
        "any(regions(nodule) where inside(lung-left, 0.5) and not overlaps(tube, 0.1))",
        "count(regions(tube) where overlaps(nodule, 0.2)) == 1 and count(regions(nodule)) == 2",
        "metadata(sex) != F and metadata(sex) != M",
        "(score(effusion) > 0.5 or metadata(portable)) and score(effusion) < 0.001",  # the promising half is empty
    ],
)
def test_a_study_is_found(when: str) -> None:
    assert answer(when) is Possible


@pytest.mark.parametrize(
    "when",
    [
        "score(effusion) > 0.9 and score(effusion) < $half",
        "score(effusion) > 0.5 and score(effusion) < 0.5000000000000001",  # there is no float between
        "score(effusion) + score(pneumothorax) > 2",
        "metadata(age) in [3, 4] and metadata(age) > 3 and metadata(age) < 4",
        "metadata(sex) == F and metadata(sex) == M",
        "count(regions(nodule) where score >= 0.5) >= 2 and count(regions(nodule)) < 2",
        "count(regions(nodule)) > 1 and count(regions(nodule)) < 2",
        "any(regions(nodule) where score > 0.6) and best(regions(nodule)) < 0.6",
        "best(regions(nodule) where score >= 0.5) > 0.1 and best(regions(nodule) where score >= 0.5) < 0.4",
        "any(regions(nodule) where inside(lung-left, 0.5) and not overlaps(lung-left, 0.4))",
        "at_least(2, score(effusion) > 0.5, score(effusion) < 0.2, false)",
    ],
)
def test_there_is_proof_that_no_study_can_be(when: str) -> None:
    assert answer(when) is Impossible


def test_what_hangs_on_two_inputs_against_each_other_is_left_undecided() -> None:
    both_ways = "score(effusion) > score(pneumothorax) and score(effusion) < score(pneumothorax)"
    assert answer(both_ways) is Undecided


def test_numbers_of_everyday_size_are_shown_with_few_digits() -> None:
    found = Questions(rules(one="metadata(age) >= 18 and score(effusion) > 0.5")).can_be("one", value=True)
    assert isinstance(found, Possible)
    given = [*found.facts.metadata.values(), *found.facts.scores.values()]
    assert all(len(str(one.value)) <= 6 for one in given)
