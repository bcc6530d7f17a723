"""A decision in words and as a document."""

import json

import fiducial as fd
from fiducial.rules.decision import Decision
from fiducial.rules.facts import Box, Facts, Found, Given
from fiducial.rules.overrides import Override
from fiducial.rules.overriding import overridden
from rules.written import rules, study


def tension(**scores: Given) -> Decision:
    found = rules(artefact="metadata(portable)", tension="score(pneumothorax) >= $pneumothorax and not rule(artefact)")
    return fd.decide(found, Facts("s1", scores=scores, metadata={"portable": Given(value=False)}))


def test_a_decision_in_words_says_value_threshold_model_and_flip() -> None:
    assert str(tension(pneumothorax=Given(0.7, None, "cnn-a", "2"))).splitlines() == [
        "tension: true",
        "  > all of: true",
        "    > score(pneumothorax) >= $pneumothorax: true",
        "      > score(pneumothorax): 0.7 (cnn-a 2)",
        "      > $pneumothorax: 0.62 (revision 3; tune split, specificity >= 0.9)",
        "    > not rule(artefact): true",
        "      > rule(artefact): false",
        "    would be false with score(pneumothorax) below 0.62 (now 0.7)",
    ]


def test_what_is_unknown_says_why_and_marks_only_what_left_it_so() -> None:
    told = str(tension(pneumothorax=Given(None, "timed out", "cnn-a", "2"))).splitlines()
    assert told[0] == "tension: unknown (cnn-a: timed out)"
    assert told[5] == "      not rule(artefact): true"


def test_boxes_are_told_one_by_one() -> None:
    facts = Facts("s1", regions={"nodule": Found((Box(0, 0, 9, 9, 0.9), Box(0, 0, 5, 5, 0.1)), None, "det", "1")})
    told = fd.decide(rules(one="count(regions(nodule) where score > 0.5) == 1"), facts).tell("one")
    assert "count(regions(nodule) where score > 0.5): 1 (det 1)" in told
    assert "> box (0, 0) to (9, 9), score 0.9: true" in told


def test_an_overridden_rule_says_who_and_what_the_rule_says() -> None:
    override = Override("s1", "r1", "2026-01-31T14:05", "rule(tension)", to=False, reason="already-known")
    told = overridden(tension(pneumothorax=Given(0.7)), override).tell("tension")
    assert told.startswith("tension: false (overridden by r1: the finding is known and not new; the rule says true)")


def test_a_document_is_json_with_every_leaf_of_the_trace() -> None:
    document = json.loads(json.dumps(tension(pneumothorax=Given(0.7, None, "cnn-a", "2")).document(), allow_nan=False))
    assert document["schema"] == "fiducial.decision/1"
    assert document["conclusions"] == {"tension": True}
    score, threshold = document["rules"][1]["trace"]["parts"][0]["parts"]
    assert (score["value"], score["model"], score["version"]) == (0.7, "cnn-a", "2")
    assert threshold["threshold"]["revision"] == "3"
    assert document["rules"][1]["flip"]["changes"][0]["to"] == 0.62


def test_an_unknown_count_keeps_its_ends_in_the_document() -> None:
    facts = Facts("s1", regions={"nodule": Found((Box(0, 0, 9, 9),), "out of memory")})
    document = fd.decide(rules(one="count(regions(nodule)) > 1"), facts).document()
    part = document["rules"][0]["trace"]["parts"][0]
    assert (part["value"], part["low"], "high" in part, part["reason"]) == (None, 1.0, False, "out of memory")


def test_an_override_is_in_the_document() -> None:
    override = Override("s1", "r1", "2026-01-31T14:05", "rule(tension)", to=False, reason="already-known")
    document = overridden(tension(pneumothorax=Given(0.7)), override).document(flips=False)
    assert document["rules"][1]["override"] == document["overrides"][0]
    assert document["overrides"][0]["from"] == "true"


def test_a_study_of_which_nothing_is_known_can_be_told() -> None:
    assert "unknown" in str(fd.decide(rules(one="score(effusion) + 1 > 0.5"), study()))
