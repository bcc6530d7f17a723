"""A value beside its threshold: which side is true, where the value lies, and what is unknown."""

import re

import pytest

import fiducial as fd
from fiducial.report.decisions.comparing import Comparison
from fiducial.report.decisions.saved import Part, decision_of
from fiducial.report.decisions.scale import WIDTH, scale
from rules.written import rules, study


def compared(when: str, **scores: float) -> Comparison:
    facts = study(scores, {"ctr": 0.6, "volume": 900.0}, {"age": 40.0})
    saved = decision_of(fd.decide(rules(one=when), facts).document(flips=False))
    found = Comparison.of(saved.rules[0].trace)
    assert found is not None
    return found


def reach(drawn: str, kind: str) -> tuple[float, float]:
    found = re.search(rf'class="{kind}" d="M([\d.]+) [\d.]+H([\d.]+)"', drawn)
    assert found is not None
    return float(found[1]), float(found[2])


@pytest.mark.parametrize(
    ("when", "side"),
    [
        ("score(effusion) >= 0.5", (85, 160)),
        ("score(effusion) < 0.5", (10, 85)),
        ("0.5 <= score(effusion)", (85, 160)),
        ("0.5 > score(effusion)", (10, 85)),
    ],
)
def test_the_side_that_is_true_is_thick_however_it_is_written(when: str, side: tuple[float, float]) -> None:
    assert reach(scale(compared(when, effusion=0.2), 0, 0, "no"), "true") == side


def test_no_side_of_an_equation_is_true() -> None:
    assert 'class="true"' not in scale(compared("score(effusion) == 0.5", effusion=0.2), 0, 0, "no")


def test_the_disc_lies_where_the_value_is() -> None:
    drawn = scale(compared("score(effusion) >= 0.5", effusion=0.2), 0, 0, "no")
    assert re.search(r'<circle class="no" cx="40\.0"', drawn)


def test_an_unknown_value_may_be_anywhere() -> None:
    assert reach(scale(compared("score(effusion) >= 0.5"), 0, 0, "unknown"), "span") == (10, 160)


def test_a_count_that_is_known_in_part_starts_where_it_is() -> None:
    asked = Part(kind="count", expression="count(regions(n))", value=None, low=2.0, name="n")
    found = Comparison(asked, ">=", Part(kind="number", expression="4", value=4.0))
    assert reach(scale(found, 0, 0, "unknown"), "span") == (70, 160)


@pytest.mark.parametrize("when", ["measurement(volume) > 1e9", "metadata(age) >= 18", "score(effusion) - 1 > -0.5"])
def test_everything_lies_within_the_scale(when: str) -> None:
    drawn = scale(compared(when, effusion=0.2), 0, 0, "no")
    places = [float(one) for one in re.findall(r'(?:cx|x)="([-\d.]+)"|H([-\d.]+)', drawn) for one in one if one]
    assert places
    assert all(0 <= one <= WIDTH for one in places)


def test_two_scores_are_compared_as_they_stand() -> None:
    found = compared("score(effusion) > score(pneumothorax)", effusion=0.2, pneumothorax=0.4)
    assert (found.asked.name, found.op, found.written) == ("effusion", ">", ("0.20", "0.40"))


@pytest.mark.parametrize("when", ["metadata(view) == PA", "metadata(age) in [1, 2]", "not metadata(portable)"])
def test_what_compares_no_numbers_has_no_scale(when: str) -> None:
    saved = decision_of(fd.decide(rules(one=when), study()).document(flips=False))
    assert Comparison.of(saved.rules[0].trace) is None
