"""Every figure with an interval is drawn once: by its rung, or beside its table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.report.complement import ROWS, undrawn
from fiducial.report.words import percent
from fiducial.stats.intervals import Interval


def figure(name: str, value: float, subgroup: str = "all") -> Figure:
    return Figure(name, value, Interval(value - 0.1, value + 0.1), 9, subgroup=subgroup)


def result(*figures: Figure, drawn: tuple[Forest, ...] = ()) -> RungResult:
    return RungResult("bias", Verdict.HOLDS, figures, "Told.", drawn)


def test_a_figure_that_the_rung_has_drawn_is_not_drawn_again() -> None:
    forest = Forest("f", "f", "x", (("all", 0.5, 0.4, 0.6, 9),))
    assert undrawn(result(Figure("auroc", 0.5, Interval(0.4, 0.6), 9), drawn=(forest,))) == ()


def test_a_count_is_not_drawn() -> None:
    assert undrawn(result(Figure("true_positives", 3, None, 9, "decisions"))) == ()


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=60))
def test_every_other_figure_stands_in_one_forest(names: list[str]) -> None:
    figures = [figure(name, index / 100, f"g{index}") for index, name in enumerate(names)]
    rows = [row for forest in undrawn(result(*figures)) for row in forest.rows]
    assert len(rows) == sum(min(ROWS, names.count(name)) for name in set(names))


@pytest.mark.parametrize(
    ("confidence", "told"),
    [
        (0.95, "95%"),
        (1 - 0.05 / 3, "98.3%"),
        (0.975, "97.5%"),
        (0.9995, "99.95%"),
        (0.9, "90%"),
        (1 - 0.05 / 7, "99.29%"),
    ],
)
def test_a_confidence_is_told_as_far_as_its_doubt_goes(confidence: float, told: str) -> None:
    assert percent(confidence) == told
