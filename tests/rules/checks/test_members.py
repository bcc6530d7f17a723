"""Each check on the smallest file that shows it, and on a sound one."""

from pathlib import Path

import pytest

import fiducial as fd
from fiducial import plugins
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.rules.checks.broken_promises import BrokenPromises
from fiducial.rules.checks.contract import Check, Finding
from fiducial.rules.checks.equal_rules import EqualRules
from fiducial.rules.checks.exact_equality import ExactEquality
from fiducial.rules.checks.idle_parts import IdleParts
from fiducial.rules.checks.idle_rules import IdleRules
from fiducial.rules.checks.impossible_filters import ImpossibleFilters
from fiducial.rules.checks.one_sided_rules import OneSidedRules
from fiducial.rules.checks.out_of_range import OutOfRange
from fiducial.rules.checks.unknown_findings import UnknownFindings
from fiducial.rules.checks.unread_names import UnreadNames
from fiducial.rules.checks.unset_findings import UnsetFindings
from fiducial.rules.deciding import say
from fiducial.rules.file import Rules, rules_of
from rules.checks.laws import obeys_the_laws
from rules.written import file_of, rules

MEMBERS = (
    BrokenPromises, EqualRules, ExactEquality, IdleParts, IdleRules, ImpossibleFilters, OneSidedRules, OutOfRange,
    UnknownFindings, UnreadNames, UnsetFindings,
)  # fmt: skip
NAMES = plugins.names("rule_checks")


def found(check: str, given: Rules, steps: int = 5_000) -> tuple[Finding, ...]:
    return fd.check_rules(given, [check], steps=steps).findings


def declared(line: str, **when: str) -> Rules:
    """The rules, of which the last one declares something."""
    return rules_of(file_of(**when) + line + "\n")


def rich() -> Rules:
    return declared(
        'monotone = ["metadata(age)"]\nexcludes = ["a"]\nfinding = "effusion"',
        a="score(effusion) > 0.9 and score(effusion) < $half or any(regions(nodule) where score > 1.5)",
        b="score(effusion) == 0.5 or score(effusion) > score(pneumothorax)",
        c="rule(b) and (score(effusion) < 0.5 or score(effusion) < 0.7)",
    )


def test_the_built_ins_enter_by_the_door_of_plugins() -> None:
    assert {plugins.load("rule_checks", name) for name in NAMES} >= set(MEMBERS)


@pytest.mark.parametrize("name", NAMES)
def test_every_check_obeys_the_laws(name: str) -> None:
    check: Check = plugins.load("rule_checks", name)()
    obeys_the_laws(check, rich())
    obeys_the_laws(check, rules(a="true"))


def test_a_sound_file_has_no_finding() -> None:
    text = """
[decision]
name = "one"
version = "1"
[inputs]
scores = ["effusion"]
[[rules]]
name = "effusion"
when = "score(effusion) >= 0.4"
"""
    report = fd.check_rules(rules_of(text))
    assert (report.findings, report.exit_code) == ((), 0)


def test_the_file_that_ships_has_neither_errors_nor_warnings() -> None:
    report = fd.check_rules(Path(__file__).parents[3] / "examples" / "recipes" / "chest.decision.toml")
    assert (report.worst, report.undecided) == ("note", 0)


def test_the_parts_that_contradict_each_other_are_named_and_no_others() -> None:
    when = "score(effusion) > 0.9 and metadata(portable) and score(effusion) < $half"
    [finding] = found("one-sided-rules", rules(a="true and metadata(portable)", b=when))
    assert (finding.rule, finding.line) == ("b", 23)
    assert "`score(effusion) > 0.9` and `score(effusion) < $half` are never true together" in finding.message


def test_a_rule_that_is_always_true_is_told() -> None:
    [finding] = found("one-sided-rules", rules(a="score(effusion) > 0.9 or score(effusion) <= 0.9"))
    assert "can never be false" in finding.message


def test_a_filter_that_no_box_passes_is_told_though_an_or_hides_it() -> None:
    when = "metadata(portable) or any(regions(nodule) where side == left and side == right)"
    [finding] = found("impossible-filters", rules(a=when))
    assert "side == left and side == right of regions(nodule)" in finding.message


def test_a_rule_that_nobody_needs_is_idle() -> None:
    [finding] = found("idle-rules", declared("conclusion = true", a="metadata(portable)", b="metadata(age) > 3"))
    assert (finding.rule, finding.message[:13]) == ("a", "No conclusion")


def test_a_rule_that_is_read_in_vain_is_idle() -> None:
    given = rules(a="score(effusion) > 0.7", b="score(effusion) > 0.5", c="rule(b) and (rule(a) or rule(b))")
    assert [one.rule for one in found("idle-rules", given)] == ["a"]


def test_a_part_that_another_implies_is_idle() -> None:
    [finding] = found("idle-parts", rules(a="score(effusion) > 0.5 or score(effusion) > 0.7"))
    assert "without its part score(effusion) > 0.7" in finding.message


def test_of_two_parts_that_make_each_other_idle_one_is_told() -> None:
    assert len(found("idle-parts", rules(a="metadata(portable) and score(effusion) > 0.5 and metadata(portable)"))) == 1


def test_two_rules_that_say_the_same_in_other_words_are_told() -> None:
    [finding] = found("equal-rules", rules(a="score(effusion) > 0.5", b="not (score(effusion) <= $half)"))
    assert finding.message == "Rules 'a' and 'b' say the same of every study."


def test_a_rule_that_only_renames_another_is_meant_so() -> None:
    assert not found("equal-rules", rules(a="score(effusion) > 0.5", b="rule(a)"))


def test_rules_that_exclude_each_other_and_are_both_true_are_shown() -> None:
    given = declared('excludes = ["a"]', a="score(effusion) > 0.5", b="score(effusion) > 0.4")
    [finding] = found("broken-promises", given)
    assert say(given, finding.examples[0]) == {"a": True, "b": True}


def test_rules_that_do_exclude_each_other_are_no_finding() -> None:
    assert not found("broken-promises", declared('excludes = ["a"]', a="metadata(portable)", b="not rule(a)"))


def test_a_promise_that_is_not_shown_is_a_warning() -> None:
    pair = "score(effusion) > score(pneumothorax)"
    given = declared('excludes = ["a"]', a=pair, b="score(effusion) < score(pneumothorax)")
    [finding] = found("broken-promises", given, steps=200)
    assert (finding.severity, finding.decided) == ("warning", False)


def test_monotone_in_what_is_not_read_is_told() -> None:
    [finding] = found("broken-promises", declared('monotone = ["metadata(age)"]', a="metadata(portable)"))
    assert "which it does not read" in finding.message


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("score(effusion) >= 62", "62% is 0.62"),
        ("any(regions(nodule) where score > 5)", "5% is 0.05"),
        ("best(regions(nodule)) > -1", "from 0 to 1."),
    ],
)
def test_a_number_that_no_score_reaches_is_told(when: str, told: str) -> None:
    [finding] = found("out-of-range", rules(a=when))
    assert told in finding.remedy


@pytest.mark.parametrize("when", ["score(effusion) == 0.5", "measurement(ctr) in [1, 2]", "0.5 != score(effusion) * 2"])
def test_equality_of_measured_numbers_is_told(when: str) -> None:
    assert len(found("exact-equality", rules(a=when))) == 1


@pytest.mark.parametrize("when", ["count(regions(nodule)) == 2", "best(regions(nodule)) == 0", "metadata(age) == 40"])
def test_equality_of_what_is_counted_is_no_finding(when: str) -> None:
    assert not found("exact-equality", rules(a=when))


def test_thresholds_and_inputs_that_no_rule_reads_are_told() -> None:
    messages = " ".join(one.message for one in found("unread-names", rules(a="score(effusion) > $half")))
    assert "threshold 'pneumothorax'" in messages
    assert "mask 'lung-left'" in messages
    assert "'half'" not in messages


def test_an_area_is_read_by_what_lies_in_it() -> None:
    given = rules(a="any(regions(nodule) where inside(lung-left, 0.5) or overlaps(tube, $half))")
    assert not {"lung-left", "tube"} & {one.message.split("'")[1] for one in found("unread-names", given)}


def test_a_finding_whose_score_is_read_and_that_nobody_sets_is_told() -> None:
    given = declared('finding = "effusion"', a="score(effusion) > 0.5 and not score(nodule@cnn-b) > 0.5")
    [finding] = found("unset-findings", given)
    assert "'nodule'" in finding.message


def test_a_rule_that_excludes_what_is_not_there_is_refused() -> None:
    with pytest.raises(UnusableInput, match="excludes: there is no rule 'aa'"):
        declared('excludes = ["aa"]', a="true", b="true")


def test_a_rule_that_excludes_itself_is_refused() -> None:
    with pytest.raises(UnusableInput, match="excludes itself"):
        declared('excludes = ["a"]', a="true")


def test_an_unknown_check_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match=r"no rule check is called 'idle-rule'\. Did you mean 'idle-rules'"):
        fd.check_rules(rules(a="true"), ["idle-rule"])


def test_no_steps_at_all_are_refused() -> None:
    with pytest.raises(WrongUsage, match="1 or more"):
        fd.check_rules(rules(a="true"), steps=0)


def test_a_misspelled_finding_without_an_urgency_is_told_with_the_nearest() -> None:
    (told,) = found("unknown-findings", declared('finding = "pneumothrax"', a="score(effusion) > 0.5"))
    assert told.severity == "warning"
    assert told.message == (
        "The catalogue knows no finding 'pneumothrax', and the rule names no urgency. Did you mean 'pneumothorax'?"
    )


def test_a_finding_of_ones_own_with_an_urgency_is_a_note() -> None:
    (told,) = found("unknown-findings", declared('finding = "our own"\nurgency = "days"', a="score(effusion) > 0.5"))
    assert told.severity == "note"
    assert found("unknown-findings", declared('finding = "pneumothorax"', a="score(effusion) > 0.5")) == ()
