"""Thresholds are written whole; a rounded value never meets the threshold that it misses."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fiducial.report.decisions.numbers import beside, exact, relation, rounded


@pytest.mark.parametrize(
    ("value", "told"), [(0.8, "0.80"), (0.625, "0.625"), (3.0, "3"), (1e-9, "1e-09"), (-0.5, "-0.50")]
)
def test_a_threshold_keeps_its_digits(value: float, told: str) -> None:
    assert exact(value) == told


@pytest.mark.parametrize(
    ("value", "threshold", "told"),
    [
        (0.914, 0.8, ("0.91", "0.80")),
        (0.7999, 0.8, ("0.7999", "0.80")),
        (61, 18, ("61", "18")),
        (0.8, 0.8, ("0.80", "0.80")),
    ],
)
def test_a_value_is_rounded_beside_its_threshold(value: float, threshold: float, told: tuple[str, str]) -> None:
    assert beside(value, threshold) == told


@given(st.floats(0, 1).map(lambda x: round(x, 9)), st.floats(0, 1).map(lambda x: round(x, 3)))
def test_what_is_not_at_the_threshold_is_not_written_so(value: float, threshold: float) -> None:
    assume(value != threshold and "e" not in f"{value:.12g}")
    written, bound = beside(value, threshold)
    assert float(written) != float(bound)
    assert relation(value, threshold) == ("over" if float(written) > float(bound) else "under")


@pytest.mark.parametrize(("value", "told"), [(0.456, "0.46"), (2.0, "2"), (0.00123, "0.0012")])
def test_a_value_that_stands_alone_is_short(value: float, told: str) -> None:
    assert rounded(value) == told
