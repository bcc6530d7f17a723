"""A decision file as a whole: what is read, and what is refused."""

import pickle
from pathlib import Path

import pytest

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.rules.file import rules_of
from rules.written import HEAD, file_of, rules, study


def test_rules_stand_behind_those_that_they_read() -> None:
    found = rules(last="rule(middle)", middle="rule(first)", first="true")
    assert list(found.rules) == ["first", "middle", "last"]


def test_rules_that_read_each_other_in_a_circle_are_named() -> None:
    with pytest.raises(UnusableInput, match=r"circle: (a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c)"):
        rules(a="rule(b)", b="not rule(c)", c="rule(a) or true")


def test_a_rule_that_reads_itself_is_a_circle() -> None:
    with pytest.raises(UnusableInput, match="circle: a -> a"):
        rules(a="rule(a)")


def test_without_a_marked_conclusion_it_is_what_nobody_reads() -> None:
    assert rules(a="true", b="rule(a)", c="true").conclusions == ("b", "c")


def test_a_marked_conclusion_is_the_only_one() -> None:
    text = file_of(a="true", b="rule(a)") + "conclusion = true\n"
    assert rules_of(text).conclusions == ("b",)


def test_an_expression_over_several_lines_is_told_by_its_own_line() -> None:
    with pytest.raises(UnusableInput, match=r"line 21, column 3, rule 'one'"):
        rules(one="\ntrue\n  or nonsense".replace("or nonsense", "oor"))


def test_an_expression_that_ends_too_early_is_told_by_its_last_line() -> None:
    with pytest.raises(UnusableInput, match=r"line 21, column 5, rule 'one': the expression ends"):
        rules(one="\ntrue\n and")


def test_an_expression_with_escapes_is_told_by_its_place_inside() -> None:
    text = HEAD + '[[rules]]\nname = "a"\nwhen = "metadata(sex) == \\"F\\" oder"\n'
    with pytest.raises(UnusableInput, match=r"rule 'a', line 1, column 22 of the expression"):
        rules_of(text)


def test_two_rules_of_one_name_are_refused() -> None:
    text = file_of(a="true") + '[[rules]]\nname = "a"\nwhen = "true"\n'
    with pytest.raises(UnusableInput, match="the rule 'a' is there twice"):
        rules_of(text)


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnusableInput, match="Did you mean 'conclusion'"):
        rules_of(file_of(a="true") + "conclusions = true\n")


@pytest.mark.parametrize("value", ["nan", "inf", '"0.5"', "true"])
def test_a_threshold_is_a_finite_number(value: str) -> None:
    with pytest.raises(UnusableInput, match=r"thresholds\.half"):
        rules_of(file_of(a="true").replace("half = 0.5", f"half = {value}"))


def test_ten_megabytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "decision.toml"
    path.write_text(file_of(a="true") + "#" * 10_000_000)
    with pytest.raises(UnusableInput, match=r"larger than 1,000,000 bytes"):
        fd.read_rules(path)


@pytest.mark.parametrize("opening", ["[", "{a="])
def test_deep_toml_is_refused_at_its_place(opening: str) -> None:
    with pytest.raises(UnusableInput, match=r"line 2, column \d+: brackets or dotted keys are nested more"):
        rules_of("\nx = " + opening * 100_000)


def test_deep_dotted_keys_are_refused() -> None:
    with pytest.raises(UnusableInput, match="line 1, column 42: brackets or dotted keys"):
        rules_of("a." * 100_000 + "a = 1")


def test_brackets_in_quotes_and_comments_are_not_nesting() -> None:
    assert rules_of("# " + "[" * 50 + file_of(a="true") + 'finding = "' + "[" * 50 + '"\n').rules["a"].finding


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="there is no such file"):
        fd.read_rules(tmp_path / "none.toml")


def test_rules_travel_to_another_process() -> None:
    found = rules(a="score(effusion) > 0.5")
    fd.decide(found, study())
    again = pickle.loads(pickle.dumps(found))  # noqa: S301  (our own bytes)
    assert fd.decide(again, study({"effusion": 0.6})).values == {"a": True}


def test_a_rule_without_an_urgency_has_that_of_its_finding_in_the_catalogue() -> None:
    text = file_of(a="score(effusion) > 0.5")
    known = rules_of(text + 'finding = "tension pneumothorax"\n').rules["a"]
    own = rules_of(text + 'finding = "tension pneumothorax"\nurgency = "days"\n').rules["a"]
    assert (known.urgency, own.urgency) == ("minutes", "days")
    assert rules_of(text + 'finding = "our own"\n').rules["a"].urgency is None


def test_an_unknown_urgency_is_told_with_the_nearest() -> None:
    with pytest.raises(UnusableInput, match=r"rules\.0\.urgency: there is no such urgency\. Did you mean 'hours'\?"):
        rules_of(file_of(a="score(effusion) > 0.5") + 'urgency = "hour"\n')


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ('metadata = { view = ["PA", "AP", "PA"] }', "metadata 'view': the choice 'PA' is there twice"),
        ("metadata = { view = [] }", "metadata 'view': has no choices"),
        ('measurements = { ctr = " " }', "measurement 'ctr': has no unit"),
    ],
)
def test_inputs_that_cannot_be_meant_are_refused(inputs: str, told: str) -> None:
    text = f'[decision]\nname = "a"\nversion = "1"\n[inputs]\n{inputs}\n[[rules]]\nname = "a"\nwhen = "true"\n'
    with pytest.raises(UnusableInput, match=told):
        rules_of(text)


def refused(text: str) -> str:
    with pytest.raises(UnusableInput) as told:
        rules_of(f'[decision]\nname = "a"\nversion = "1"\n{text}')
    return str(told.value)


def test_one_wrong_key_of_a_rule_is_told_alone() -> None:
    told = refused('[[rules]]\nname = "a"\nwhen = "true"\nexcludes = "normal"\n')
    assert "1 of its keys" in told
    assert "must not be empty" not in told


def test_a_number_of_many_digits_is_not_repeated_in_full() -> None:
    assert "9" * 100 not in refused(f'[thresholds]\nt = {"9" * 400}\n[[rules]]\nname = "a"\nwhen = "true"\n')


def test_at_least_of_a_number_of_many_digits_is_refused_in_short() -> None:
    assert len(refused(f'[[rules]]\nname = "a"\nwhen = "at_least({"9" * 5000}, true)"\n')) < 200


def test_a_conclusion_is_true_or_false_and_no_other_word() -> None:
    assert "rules.0.conclusion" in refused('[[rules]]\nname = "a"\nwhen = "true"\nconclusion = "yes"\n')
