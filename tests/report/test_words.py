"""Numbers in words."""

import pytest

from fiducial.claims.evidence import Figure
from fiducial.report.words import amount
from fiducial.stats.intervals import Interval


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (Figure("looks", 3.0, None, 9, unit="looks"), "3"),
        (Figure("judged_studies", 22206, None, 9, unit="studies"), "22,206"),
        (Figure("peak", 1.5, None, 9, unit="mm"), "1.500"),
        (Figure("coverage", 1.0, None, 9), "1.000"),
        (Figure("slope", 1.0, Interval(0.5, 1.5), 9, unit="slope"), "1.000"),
    ],
)
def test_a_count_is_written_whole_and_all_else_with_three_decimals(figure: Figure, told: str) -> None:
    assert amount(figure) == told
