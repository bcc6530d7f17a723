"""Who is read first: by what is known, then by what may be; and the words of a worklist."""

import pytest

from fiducial.claims.catalogue.entry import Urgency
from fiducial.errors import UnusableInput
from fiducial.pipelines.priority import Priority, priority_of, priority_unread
from fiducial.rules.deciding import decide
from fiducial.rules.facts import Box, Facts, Found, Given
from fiducial.rules.file import Rules, rules_of

HEAD = """
[decision]
name = "d"
version = "1"
[thresholds]
bleed = 0.8
[inputs]
scores = ["bleed", "mass"]
regions = ["spot"]
metadata = { view = ["PA", "AP"] }
"""


def rules(*lines: tuple[str, str, str]) -> Rules:
    """``(name, urgency, when)``."""
    made = "".join(f'[[rules]]\nname = "{n}"\nurgency = "{u}"\nwhen = "{w}"\n' for n, u, w in lines)
    return rules_of(HEAD + made)


BLEED = ("R12", "minutes", "score(bleed) > $bleed")
MASS = ("R3", "days", "score(mass) >= 0.5")


def of(found: Rules, boxes: tuple[Box, ...] = (), view: str | None = None, **scores: float | None) -> Priority:
    given = {name: Given(value, None if value is not None else "is silent") for name, value in scores.items()}
    metadata = {"view": Given(view)} if view else {}
    return priority_of(decide(found, Facts("s", given, {"spot": Found(boxes)}, metadata=metadata)))


def test_the_words_have_the_number_the_threshold_and_the_rule() -> None:
    assert of(rules(BLEED), bleed=0.91).why == "bleed 0.91 over 0.80, rule R12"


def test_the_most_urgent_true_rule_counts() -> None:
    assert of(rules(MASS, BLEED), bleed=0.91, mass=0.9).urgency == "minutes"
    assert of(rules(MASS, BLEED), bleed=0.1, mass=0.9).urgency == "days"


def test_what_nobody_knows_keeps_the_urgency_that_it_could_have() -> None:
    unknown = of(rules(MASS, BLEED), bleed=None, mass=0.9)
    assert (unknown.urgency, unknown.certain) == ("minutes", False)
    assert unknown.why == "nobody knows: is silent, rule R12"


def test_known_stands_before_unknown_and_unknown_before_the_next_class() -> None:
    found = rules(MASS, BLEED)
    order = [of(found, bleed=0.81, mass=0), of(found, bleed=None, mass=0), of(found, bleed=0, mass=0.9)]
    assert sorted(order, key=lambda one: one.order) == order


def test_certain_stands_before_uncertain_where_neither_has_a_score() -> None:
    found = rules(("R7", "hours", "any(regions(spot))"), ("R8", "hours", "score(bleed) > $bleed"))
    assert of(found, (Box(0, 0, 1, 1, 0.3),), bleed=0).order < of(found, bleed=None).order


def test_the_stronger_of_two_stands_first() -> None:
    found = rules(BLEED)
    assert of(found, bleed=0.99).order < of(found, bleed=0.85).order


def test_a_rule_of_rules_is_explained_by_what_they_read() -> None:
    found = rules(BLEED, ("R13", "minutes", "rule(R12) and score(mass) < 0.5"))
    why = {one.rule: one.why for one in (of(found, bleed=0.91, mass=0.2),)}
    assert why == {"R12": "bleed 0.91 over 0.80, rule R12"}
    alone = rules(("R1", "hours", "rule(R2)"), ("R2", "routine", "score(bleed) > $bleed"))
    assert of(alone, bleed=0.91).why == "bleed 0.91 over 0.80, rule R1"


def test_of_many_boxes_the_strongest_is_told_once() -> None:
    found = rules(("R5", "hours", "any(regions(spot) where score >= 0.5 and location == lower)"))
    boxes = tuple(Box(0, 8, 2, 10, score, 10, 10) for score in (0.6, 0.9, 0.7))
    told = of(found, boxes)
    assert told.why == "spot score 0.90 at or over 0.50; spot location is lower, rule R5"
    assert told.score == 0.9


def test_counts_and_words_are_told_as_such() -> None:
    found = rules(("R6", "hours", "count(regions(spot)) >= 2 and metadata(view) == PA"))
    boxes = (Box(0, 0, 1, 1, 0.3), Box(2, 2, 3, 3, 0.3))
    assert of(found, boxes, view="PA").why == "count of spot 2 at or over 2; view is PA, rule R6"


def test_where_nothing_is_compared_the_rule_is_told_itself() -> None:
    found = rules(("R7", "hours", "any(regions(spot))"))
    assert of(found, (Box(0, 0, 1, 1, 0.3),)).why == "any(regions(spot)), rule R7"


def test_without_a_true_rule_a_study_is_routine() -> None:
    assert of(rules(BLEED), bleed=0.1) == Priority(Urgency.ROUTINE, certain=True, why="no rule with an urgency is true")


def test_a_study_that_nobody_read_may_be_the_worst() -> None:
    told = priority_unread(rules(MASS, BLEED), "is cut off")
    assert (told.urgency, told.certain, told.why) == ("minutes", False, "not read: is cut off")


def test_a_class_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnusableInput, match=r"no such urgency\. Did you mean 'minutes'\?"):
        rules(("R", "minuts", "score(mass) > 0"))
