"""Floors under many conditions: many looks, one verdict."""

import pytest

from fiducial.audit.stress_floors import Demand, weigh_all
from fiducial.claims.evidence import Figure, Verdict
from fiducial.claims.floors import Floor
from fiducial.stats.intervals import Interval

FLOOR, MOST = Floor("auroc", 0.8), Floor("largest_drop_under_stress", 0.1)


def demand(value: float, floor: Floor = FLOOR, margin: float = 0.02) -> Demand:
    figure = Figure("auroc", value, Interval(value - margin, value + margin), 100)
    return Demand("under noise:1", figure, floor)


@pytest.mark.parametrize(("looks", "verdict"), [(1, Verdict.FAILS), (20, Verdict.UNDECIDED)])
def test_a_narrow_miss_fails_alone_and_not_as_one_of_many(looks: int, verdict: Verdict) -> None:
    assert weigh_all([demand(0.779), *[demand(0.9)] * (looks - 1)], 0.95).verdict is verdict


def test_a_wide_miss_fails_among_many() -> None:
    found = weigh_all([demand(0.7), *[demand(0.9)] * 200], 0.95)
    assert found.verdict is Verdict.FAILS
    assert found.missed == ("auroc 0.700 (0.680 to 0.720) under noise:1 misses the floor: auroc at least 0.8.",)


def test_what_must_be_small_is_missed_from_above() -> None:
    assert weigh_all([demand(0.05, MOST)], 0.95).verdict is Verdict.HOLDS
    assert weigh_all([demand(0.2, MOST)], 0.95).verdict is Verdict.FAILS


def test_a_figure_that_could_not_be_measured_never_holds() -> None:
    found = weigh_all([demand(0.9), Demand("under noise:1", None, FLOOR)], 0.95)
    assert found.verdict is Verdict.UNDECIDED
    assert found.unclear == ("The floor auroc at least 0.8 could not be weighed under noise:1.",)


def test_without_a_floor_nothing_is_shown() -> None:
    assert weigh_all([], 0.95).verdict is Verdict.NOT_SHOWN
