"""Krippendorff's alpha against its published examples, on every kind of scale."""

import numpy as np
import pytest

from fiducial.stats.agreement import agreement
from fiducial.stats.krippendorff import krippendorff_alpha
from stats.test_kappa import FOUR

NAN = float("nan")
# The standard example: three coders, fifteen units, nominal .691, interval .811.
STANDARD = np.array(
    [[NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
     [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
     [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4]]
).T  # fmt: skip


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.69136), ("interval", 0.81084)])
def test_the_standard_example(level: str, published: float) -> None:
    assert agreement(krippendorff_alpha(STANDARD, level)).value == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_four_readers_with_missing_ratings(level: str, published: float) -> None:
    # Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example C
    assert agreement(krippendorff_alpha(FOUR, level)).value == pytest.approx(published, abs=5e-4)


def test_a_case_with_one_rating_says_nothing() -> None:
    assert agreement(krippendorff_alpha(FOUR)).cases == 11
    assert agreement(krippendorff_alpha(FOUR[:-1])).value == agreement(krippendorff_alpha(FOUR)).value


def test_an_interval_scale_may_start_anywhere() -> None:
    moved = 1e9 + 3 * FOUR
    assert agreement(krippendorff_alpha(moved, "interval")).value == pytest.approx(
        agreement(krippendorff_alpha(FOUR, "interval")).value
    )


def test_an_ordinal_scale_knows_only_the_order() -> None:
    squared = FOUR**3
    assert agreement(krippendorff_alpha(squared, "ordinal")) == agreement(krippendorff_alpha(FOUR, "ordinal"))


def test_two_grades_are_the_same_on_every_scale() -> None:
    ratings = np.random.default_rng(1).integers(0, 2, (40, 3)).astype(float)
    values = [agreement(krippendorff_alpha(ratings, level)).value for level in ("nominal", "ordinal", "interval")]
    assert values[1:] == pytest.approx(values[:1] * 2)


def test_another_level_is_refused() -> None:
    with pytest.raises(ValueError, match="must be one of nominal, ordinal, interval"):
        krippendorff_alpha(FOUR, "ratio")


def test_too_many_grades_are_sent_to_the_interval_scale() -> None:
    with pytest.raises(ValueError, match="take level='interval'"):
        krippendorff_alpha(np.arange(12_000.0).reshape(-1, 2), "ordinal")
