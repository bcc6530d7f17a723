"""What a decision says in one sentence."""

import pytest

from fiducial.report.decisions.saved import SavedRule, decision_of
from fiducial.report.decisions.words import flip_sentence, headline, parts_of, summary, told
from fiducial.rules.decision import Decision
from report.decisions.chest import decision, read_over, saved


def rule(found: Decision, name: str) -> SavedRule:
    return next(one for one in decision_of(saved(found)).rules if one.rule == name)


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (0.91, "Pneumothorax: yes, 0.91 over 0.80 (revision 3)"),
        (0.8, "Pneumothorax: yes, 0.80 at 0.80 (revision 3)"),
        (0.7999, "Pneumothorax: no, 0.7999 under 0.80 (revision 3)"),
        (None, "Pneumothorax: unknown, cnn-a: timed out"),
    ],
)
def test_a_headline_says_value_threshold_and_revision(score: float | None, said: str) -> None:
    assert headline(rule(decision(score), "pneumothorax")) == said


def test_another_input_is_named() -> None:
    assert headline(rule(decision(), "failing-heart")) == "Failing heart: no, score of effusion 0.300 under 0.625"


def test_a_rule_that_decided_is_named() -> None:
    assert headline(rule(decision(age=9), "pneumothorax")) == "Pneumothorax: no, rule judgeable says no"


def test_words_that_decided_are_told() -> None:
    found = rule(decision(view="PA", age=18), "judgeable")
    assert headline(found) == "Judgeable: yes, age 18 at 18"


def test_an_override_stands_beside_the_original() -> None:
    found = read_over(decision(), "rule(pneumothorax)", to=False)
    assert headline(rule(found, "pneumothorax")) == "Pneumothorax: no, says dr-a; the rule says yes"


def test_what_would_flip_it_is_a_sentence() -> None:
    document = decision_of(saved(decision(0.55)))
    flip = next(one.flip for one in document.rules if one.rule == "pneumothorax")
    assert flip is not None
    assert flip_sentence(flip, parts_of(document)) == (
        "It would turn to yes if the score of pneumothorax were at least 0.80 (now 0.55). Nothing smaller would."
    )


def test_conclusions_are_counted() -> None:
    assert summary(decision_of(saved(decision(effusion=None)))) == "2 conclusions: 1 yes, 0 no, 1 unknown"


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(None, None, "unknown"), (1, None, "1 or more"), (0, 0.5, "0 to 0.50"), (None, 2, "at most 2")],
)
def test_a_number_that_is_known_in_part_says_so(low: float | None, high: float | None, word: str) -> None:
    assert told(None, low, high) == word
