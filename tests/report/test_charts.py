"""Lines and their intervals: a few points have bars, a curve has a band."""

import pytest

from fiducial.claims.charts import Curves, Forest, Series
from fiducial.report.charts import draw, draw_png


@pytest.mark.parametrize(("points", "band"), [(10, False), (100, True)])
def test_intervals_of_many_points_are_a_band(points: int, *, band: bool) -> None:
    x = tuple(float(one) for one in range(points))
    low, high = tuple(one - 1 for one in x), tuple(one + 1 for one in x)
    drawn = draw(Curves("c", "A curve", "x", "y", (Series("s", x, x, low, high),), diagonal=False))
    assert ("FillBetween" in drawn, "LineCollection" in drawn) == (band, not band)


def test_long_labels_leave_room_for_the_intervals() -> None:
    names = ("sex=M & scanner=Northlight Axis 16", "place=superficial & scanner=Phantom Works Ring 64")
    rows = tuple((f"{one} vs {other}", 0.1, 0.0, 0.2, 20) for one in names for other in names)
    drawn, width, height = draw_png(Forest("gap", "Gap", "difference", rows, 0.05))
    assert drawn
    assert width > 1.5 * height


def test_shares_stand_at_even_factors_each_with_its_own_word() -> None:
    x = (0.01, 0.1, 1.0)
    lines = tuple(Series(name, x, x, x, x) for name in ("a", "b"))
    drawn = draw(Curves("c", "Shares", "share", "y", lines, diagonal=False, close=True, log_x=True))
    assert all(f">{word}<" in drawn for word in ("0.01", "0.1", "1"))
