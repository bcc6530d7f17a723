"""Which images the recipe's audit asks about, and what it says of a region."""

from pathlib import Path

import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.table import Cohort
from fiducial.learn.adversary.auditing import Turned, _drawn
from fiducial.learn.recipe import Audit
from fiducial.learn.rows import TrainingRows
from fiducial.stats.intervals import Interval

ASKED = Audit(harmless=("coil", "catheter"), studies=12)
COIL = {"s7": {"coil": Path("c.png")}, "s90": {"coil": Path("c.png")}}


def rows() -> TrainingRows:
    """A hundred images, one in ten ill."""
    table = {"study": [f"s{n}" for n in range(100)], "label.bleed": [int(n % 10 == 0) for n in range(100)]}
    return TrainingRows(Cohort(pl.DataFrame(table), None, Path()), ("bleed",))


def test_what_is_rare_is_asked_first_and_the_rest_is_half_ill() -> None:
    drawn = _drawn(rows(), "bleed", ASKED, COIL, seed=3).rows
    assert {"s7", "s90"} <= set(drawn["study"])
    assert drawn.height == 12
    assert 5 <= drawn["label.bleed"].sum() <= 7


def test_what_is_common_takes_its_share_and_no_more() -> None:
    common = {f"s{number}": {"coil": Path("c.png")} for number in range(1, 100, 10)}  # of the healthy alone
    drawn = _drawn(rows(), "bleed", ASKED, common, seed=3).rows
    assert drawn.filter(pl.col("study").is_in(list(common))).height >= 3  # 12 / (2 x 2 regions)
    assert drawn["label.bleed"].sum() >= 4


def test_the_same_seed_asks_the_same_images() -> None:
    one, other = (_drawn(rows(), "bleed", ASKED, COIL, seed=3).rows["study"].to_list() for _ in range(2))
    assert one == other


def test_a_region_is_told_as_decisions_of_a_hundred() -> None:
    figure = Figure("flips", 0.076, Interval(0.029, 0.183), 66)
    assert str(Turned("catheter", figure)) == "catheter filled in: 8 (3 to 18) of 100 decisions turn"
