"""Power of the next reader study: laws that hold for any pilot. RJafroc's own figures stand in test_mrmc."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.stats.mrmc import Components, Design
from fiducial.stats.reader_power import MOST_CASES, Pilot, Plan, fewest_cases, power

PILOT = Pilot(Components(2, 5, 8e-4, 3.5e-4, 3.4e-4, 2.4e-4, 5e-3, 5.5e-4), 114)


@given(st.integers(2, 30), st.integers(20, 2000), st.sampled_from(Design))
def test_more_readers_more_cases_and_larger_effects_never_cost_power(readers: int, cases: int, design: Design) -> None:
    base = power(PILOT, Plan(0.03, design), readers, cases)
    # More cases leave fewer degrees of freedom (Satterthwaite), which costs next to nothing.
    assert power(PILOT, Plan(0.03, design), readers, 2 * cases) >= base - 1e-3
    assert power(PILOT, Plan(0.05, design), readers, cases) >= base
    assert power(PILOT, Plan(0.03, design), readers + 1, cases) >= base - 1e-9


def test_the_fewest_cases_are_enough_and_one_less_is_not() -> None:
    plan = Plan(0.05)
    cases = fewest_cases(PILOT, plan, 8)
    assert cases is not None
    assert power(PILOT, plan, 8, cases) >= 0.8 > power(PILOT, plan, 8, cases - 1)


def test_what_no_number_of_cases_shows_is_out_of_reach() -> None:
    varied = Pilot(Components(2, 5, 8e-4, 3.5e-4, 3.4e-4, 2.4e-4, 5e-3, 2e-2), 114)
    assert fewest_cases(varied, Plan(0.02), 4) is None
    assert power(varied, Plan(0.02), 4, MOST_CASES) < 0.8


def test_no_effect_is_found_as_often_as_the_test_errs() -> None:
    assert power(PILOT, Plan(0.0), 6, 200) == pytest.approx(0.05)


@pytest.mark.parametrize(("readers", "cases", "alpha"), [(1, 100, 0.05), (5, 1, 0.05), (5, 100, 0.0)])
def test_a_plan_that_is_none_is_refused(readers: int, cases: int, alpha: float) -> None:
    with pytest.raises(ValueError, match="need two cases, 2 readers"):
        power(PILOT, Plan(0.05, alpha=alpha), readers, cases)
