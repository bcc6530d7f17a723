"""Lines and their intervals: a few points have bars, a curve has a band."""

import pytest

from fiducial.claims.charts import Curves, Series
from fiducial.report.charts import draw


@pytest.mark.parametrize(("points", "band"), [(10, False), (100, True)])
def test_intervals_of_many_points_are_a_band(points: int, *, band: bool) -> None:
    x = tuple(float(one) for one in range(points))
    low, high = tuple(one - 1 for one in x), tuple(one + 1 for one in x)
    drawn = draw(Curves("c", "A curve", "x", "y", (Series("s", x, x, low, high),), diagonal=False))
    assert ("FillBetween" in drawn, "LineCollection" in drawn) == (band, not band)


def test_shares_stand_at_even_factors_each_with_its_own_word() -> None:
    x = (0.01, 0.1, 1.0)
    lines = tuple(Series(name, x, x, x, x) for name in ("a", "b"))
    drawn = draw(Curves("c", "Shares", "share", "y", lines, diagonal=False, close=True, log_x=True))
    assert all(f">{word}<" in drawn for word in ("0.01", "0.1", "1"))
