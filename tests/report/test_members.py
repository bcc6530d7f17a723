"""The page of what each member buys says where an ensemble stops adding value."""

import re
from pathlib import Path

import pytest

from fiducial.claims.evidence import Figure
from fiducial.predictions.fusion.worth import Member, Pair, Step, Worth
from fiducial.report.members import paleness, save_members, summary
from fiducial.stats.intervals import Interval


def figure(value: float, half: float = 0.01) -> Figure:
    return Figure("auroc", value, Interval(value - half, value + half), 100)


def member(name: str, value: float) -> Member:
    return Member(name, figure(value), figure(0.02), 1.0, 0.1, 20, 1, 2)


def worth(*gains: float, names: tuple[str, ...] = ("a", "b", "c")) -> Worth:
    steps = tuple(
        Step(name, figure(0.8), None if not number else figure(gains[number - 1]), 0.1 * (number + 1))
        for number, name in enumerate(names[: len(gains) + 1])
    )
    pairs = (Pair("a", "b", 12, 4.0, figure(0.5)), Pair("a", "c", 4, 4.0, None), Pair("b", "c", 4, 4.0, figure(-0.1)))
    return Worth("x", "test", figure(0.9), tuple(member(name, 0.8) for name in names), pairs, 100, steps)


def test_the_summary_says_who_could_be_left_out_and_what_that_saves() -> None:
    told = summary(worth(0.05, 0.0))
    assert told == (
        "All 3 together reach an AUROC of 0.900, a alone 0.800. After b no gain is shown: c could be left out, and a "
        "study would take 0.2 s instead of 0.3 s."
    )


def test_where_each_helps_nobody_is_left_out() -> None:
    assert summary(worth(0.05, 0.04)).endswith("Each one added brings a gain that is shown.")


def test_a_gain_whose_interval_holds_0_is_no_gain() -> None:
    assert "After a no gain is shown: b, c could" in summary(worth(0.009, 0.005))


def test_without_an_order_nothing_is_said_of_leaving_out() -> None:
    found = worth()
    assert "left out" not in summary(Worth(found.finding, "test", found.whole, found.members, found.pairs, 100, ()))


def test_members_that_err_alike_are_drawn_darker() -> None:
    assert [paleness(pair) for pair in worth().pairs] == [50, 100, 100]


def test_the_page_escapes_names_and_needs_no_network(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    found = worth(0.05, names=("a", "b", hostile))
    found = Worth(found.finding, "test", found.whole, found.members, (), 100, found.steps)
    html = save_members([found], tmp_path).read_text(encoding="utf-8")
    assert "<script>" not in html
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?\s*(?:https?:)?//", html)
    assert "not a medical device" in html


@pytest.mark.parametrize("seconds", [0.1, None])
def test_cost_is_drawn_only_where_it_is_told(seconds: float | None, tmp_path: Path) -> None:
    one = Member("a", figure(0.8), None, 1.0, seconds, 20, 1, 2)
    html = save_members([Worth("x", "test", figure(0.9), (one,), (), 100, ())], tmp_path).read_text(encoding="utf-8")
    assert ("Against what it costs" in html) is (seconds is not None)
