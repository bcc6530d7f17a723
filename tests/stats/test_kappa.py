"""Kappa and Gwet's coefficients against published values and other implementations."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from fiducial.stats.agreement import Coefficient, agreement
from fiducial.stats.kappa import cohen_kappa, fleiss_kappa, gwet_ac

Floats = NDArray[np.float64]
NAN = float("nan")
# Fleiss 1971, Psychol Bull 76:378-382: 30 patients, six psychiatrists, five diagnoses. R's irr::kappam.fleiss: .4302445
DIAGNOSES = """444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445
333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555"""
# How many of 14 readers put each of 10 subjects into each of five categories; kappa .20993, as widely reprinted.
COUNTS = """0 0 0 0 14|0 2 6 4 2|0 0 3 5 6|0 3 9 2 0|2 2 8 1 1|7 7 0 0 0|3 2 6 3 0|2 5 3 2 2|6 5 2 1 0|0 2 2 3 7"""
# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example C: four readers, twelve units, five values.
FOUR = np.array(
    [[1, 1, NAN, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
     [2, 2, 2, 2], [NAN, 5, 5, 5], [NAN, NAN, 1, 1], [NAN, NAN, 3, NAN]]
)  # fmt: skip


def value(coefficient: Coefficient) -> float:
    return agreement(coefficient).value


def test_the_psychiatric_diagnoses_of_fleiss() -> None:
    ratings = np.array([[float(one) for one in patient] for patient in DIAGNOSES.split()])
    assert value(fleiss_kappa(ratings)) == pytest.approx(0.4302445, abs=5e-8)


def test_fourteen_readers_and_ten_subjects() -> None:
    counts = [[int(one) for one in row.split()] for row in COUNTS.split("|")]
    ratings = np.array([np.repeat(np.arange(5.0), row) for row in counts])
    assert value(fleiss_kappa(ratings)) == pytest.approx(0.20993, abs=5e-6)


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_cohens_kappa_is_that_of_scikit_learn(weights: str) -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(0, 4, 80)
    second = np.clip(first + rng.integers(-1, 2, 80), 0, 3)
    ratings = np.stack([first, second], axis=1).astype(float)
    theirs = cohen_kappa_score(first, second, weights=None if weights == "none" else weights)
    assert value(cohen_kappa(ratings, weights)) == pytest.approx(theirs)


def test_cases_that_one_of_two_has_not_rated_are_left_out() -> None:
    ratings = np.array([[0, 0], [1, 1], [1, 0], [0, 0], [1, 1]], dtype=float)
    holes = np.vstack([ratings, [[1, NAN], [NAN, 0]]])
    assert agreement(cohen_kappa(holes)).value == pytest.approx(agreement(cohen_kappa(ratings)).value)
    assert agreement(cohen_kappa(holes)).cases == 5


def test_cohens_kappa_is_of_two() -> None:
    with pytest.raises(ValueError, match="is of two readers"):
        cohen_kappa(np.zeros((4, 3)))


def test_fleiss_kappa_says_which_coefficient_takes_an_unbalanced_design() -> None:
    with pytest.raises(ValueError, match="Krippendorff's alpha and Gwet's AC1 take cases as they are"):
        fleiss_kappa(FOUR)


def test_ac1_of_four_readers_with_missing_ratings() -> None:
    # R's irrCAC::gwet.ac1.raw on this table: 0.77544
    assert value(gwet_ac(FOUR)) == pytest.approx(0.77544, abs=5e-6)


def test_ac1_stays_high_where_a_rare_finding_pulls_kappa_down() -> None:
    # Feinstein and Cicchetti 1990, J Clin Epidemiol 43:543-549: 118 of 125 alike, kappa near 0
    pairs = [(1.0, 1.0)] * 118 + [(1.0, 0.0)] * 5 + [(0.0, 1.0)] * 2
    ratings = np.array(pairs)
    assert value(cohen_kappa(ratings)) == pytest.approx(-0.0234, abs=5e-4)
    share = 1 - (5 + 2) / 250  # of positive ratings
    chance = 2 * share * (1 - share)
    assert value(gwet_ac(ratings)) == pytest.approx((118 / 125 - chance) / (1 - chance))


def test_ac2_forgives_what_lies_near() -> None:
    near, far = FOUR.copy(), FOUR.copy()
    near[7, 2], far[7, 2] = 2, 5
    scale = np.arange(1.0, 6.0)
    assert value(gwet_ac(near, "quadratic", scale)) > value(gwet_ac(far, "quadratic", scale))
    assert value(gwet_ac(near, "none", scale)) == pytest.approx(value(gwet_ac(far, "none", scale)), abs=0.02)


def test_a_scale_of_one_category_is_refused() -> None:
    with pytest.raises(ValueError, match="name the scale"):
        gwet_ac(np.zeros((4, 2)))
