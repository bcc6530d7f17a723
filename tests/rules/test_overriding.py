"""Overrides: what a reader sets right, what is decided again, and what stays."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiducial as fd
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.rules.decision import Decision
from fiducial.rules.facts import Plain
from fiducial.rules.file import rules_of
from fiducial.rules.overrides import Override, overrides_frame, read_overrides
from fiducial.rules.overriding import overridden
from rules.test_flips import EXPRESSIONS, SCORES
from rules.written import file_of, rules, study

AT = "2026-01-31T14:05:00+00:00"


def by_reader(flag: str, to: Plain | None, reason: str = "artefact") -> Override:
    return Override("s1", "r1", AT, flag, to, reason)


def decided() -> Decision:
    found = rules(high="score(effusion) >= 0.5", urgent="rule(high) and metadata(portable)", other="metadata(age) > 60")
    return fd.decide(found, study({"effusion": 0.7}, metadata={"portable": True, "age": 70}))


def test_everything_downstream_of_an_input_is_decided_again() -> None:
    assert overridden(decided(), by_reader("score(effusion)", 0.1)).values["urgent"] is False


def test_what_is_not_downstream_is_the_same_outcome() -> None:
    before = decided()
    assert overridden(before, by_reader("score(effusion)", 0.1)).outcomes["other"] is before.outcomes["other"]


def test_the_original_stays_as_it_is() -> None:
    before = decided()
    overridden(before, by_reader("rule(high)", to=False))
    assert before.values == {"high": True, "urgent": True, "other": True}
    assert before.overrides == ()


def test_a_rule_that_is_overridden_keeps_the_trace_of_what_it_said() -> None:
    after = overridden(decided(), by_reader("rule(high)", to=False))
    assert after.outcomes["high"].trace.value is True
    assert after.values == {"high": False, "urgent": False, "other": True}


def test_an_overridden_rule_stays_so_when_its_input_changes() -> None:
    after = overridden(decided(), by_reader("rule(high)", to=False), by_reader("score(effusion)", 0.9))
    assert after.values["high"] is False


def test_a_reader_may_say_that_nobody_can_tell() -> None:
    after = overridden(decided(), by_reader("score(effusion)", None, "poor-image"))
    assert after.values["urgent"] is None
    assert after.outcomes["urgent"].reason == "rule high: reader r1: the image is too poor to be judged"


def test_the_conclusion_is_the_only_rule_that_is_one() -> None:
    found = rules_of(file_of(a="true", b="rule(a)") + "conclusion = true\n")
    after = overridden(fd.decide(found, study()), by_reader("conclusion", to=False))
    assert after.values == {"a": True, "b": False}


def test_of_several_conclusions_one_must_be_named() -> None:
    with pytest.raises(WrongUsage, match=r"there are 2 conclusions; name one of them: rule\(urgent\), rule\(other\)"):
        overridden(decided(), by_reader("conclusion", to=False))


@pytest.mark.parametrize(
    ("flag", "to", "told"),
    [
        ("score(efusion)", 0.1, r"Did you mean 'effusion'"),
        ("rule(hihg)", False, r"Did you mean 'high'"),
        ("score(effusion) > 1", 0.1, r"neither an input nor rule"),
        ("score(effusion)", True, r"can be overridden with a number"),
        ("score(effusion)", 1.1, r"must be from 0 to 1"),
        ("rule(high)", 1.0, r"can be overridden with true or false"),
    ],
)
def test_a_flag_or_a_value_that_cannot_be_is_refused(flag: str, to: Plain, told: str) -> None:
    with pytest.raises((WrongUsage, UnusableInput), match=told):
        overridden(decided(), by_reader(flag, to))


def test_an_uncoded_reason_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'artefact'"):
        by_reader("conclusion", to=False, reason="artifact")


def test_overrides_are_a_table_that_says_from_and_to() -> None:
    after = overridden(decided(), by_reader("score(effusion)", 0.1), by_reader("rule(urgent)", None, "poor-image"))
    table = overrides_frame(after.overrides)
    assert table["from"].to_list() == ["0.7", "false"]
    assert table["to"].to_list() == ["0.1", "unknown"]
    assert read_overrides(table).equals(table)


def test_a_table_with_an_uncoded_reason_is_refused_with_its_row() -> None:
    table = overrides_frame(overridden(decided(), by_reader("rule(high)", to=False)).overrides)
    with pytest.raises(UnusableInput, match="row 0: reason must be one of artefact"):
        read_overrides(table.with_columns(reason=pl.lit("because")))


@given(EXPRESSIONS, EXPRESSIONS, SCORES, st.integers(0, 20).map(lambda n: n / 20))
def test_an_input_overridden_is_a_fresh_run_with_that_value(
    first: str, second: str, scores: dict[str, float], value: float
) -> None:
    found = rules(a=first, b=f"rule(a) and {second}", c=f"not rule(b) or {first}", d=second)
    after = overridden(fd.decide(found, study(scores)), by_reader("score(effusion)", value))
    assert after.values == fd.decide(found, study({**scores, "effusion": value})).values


@given(first=EXPRESSIONS, second=EXPRESSIONS, scores=SCORES, answer=st.booleans())
def test_a_rule_overridden_is_a_fresh_run_with_that_answer(
    first: str, second: str, scores: dict[str, float], *, answer: bool
) -> None:
    rest = {"b": f"rule(a) and {second}", "c": f"not rule(b) or {first}", "d": second}
    after = overridden(fd.decide(rules(a=first, **rest), study(scores)), by_reader("rule(a)", answer))
    assert after.values == fd.decide(rules(a=str(answer).lower(), **rest), study(scores)).values
