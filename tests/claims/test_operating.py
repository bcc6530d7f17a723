"""The words by which a threshold is chosen."""

import pytest

from fiducial.claims.operating import KeepFloor, LeastHarm, parse_operating_rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("specificity >= 0.85", KeepFloor("specificity", 0.85)),
        (" sensitivity>=.95 ", KeepFloor("sensitivity", 0.95)),
        ("net benefit at 0.1", LeastHarm(0.9, 0.1, None, "net benefit at 0.1")),
        ("net benefit at 0.1, prevalence 0.02", LeastHarm(0.9, 0.1, 0.02, "net benefit at 0.1, prevalence 0.02")),
        ("cost fn=10 fp=1", LeastHarm(10, 1, None, "cost fn=10 fp=1")),
        ("cost fn=10 fp=1 at prevalence 0.02", LeastHarm(10, 1, 0.02, "cost fn=10 fp=1 at prevalence 0.02")),
    ],
)
def test_a_rule_is_read(text: str, rule: KeepFloor | LeastHarm) -> None:
    assert parse_operating_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("best", "a rule for a threshold is 'specificity >= 0.85'"),
        ("specificity >= 85", "85 must lie above 0 and below 1"),
        ("net benefit at 1", "1 must lie above 0 and below 1"),
        ("cost fn=0 fp=1", "a cost of 0 leaves nothing to weigh"),
        ("cost fn=1 fp=1 at prevalence 0", "0 must lie above 0 and below 1"),
    ],
)
def test_another_form_is_refused_with_those_there_are(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_operating_rule(text)


def test_a_rule_is_told_as_it_is_read() -> None:
    for text in ("specificity >= 0.85", "net benefit at 0.1", "cost fn=10 fp=1 at prevalence 0.02"):
        assert str(parse_operating_rule(text)) == text


@pytest.mark.parametrize("text", ["sensitivity >= 0.9999999", "specificity >= 0.85"])
def test_a_floor_is_told_as_it_was_read(text: str) -> None:
    assert str(parse_operating_rule(text)) == text
