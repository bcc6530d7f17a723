"""What the coefficients share: the jackknife by patient, its ends, and the words for ratings that say nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fiducial.stats.agreement import agreement, coded, distances
from fiducial.stats.kappa import fleiss_kappa, gwet_ac
from fiducial.stats.krippendorff import krippendorff_alpha

Floats = NDArray[np.float64]
NAN = float("nan")
SOME = np.array([[0, 0], [1, 1], [0, 1], [1, 1], [0, 0], [1, 0]], dtype=float)


def by_hand(ratings: Floats) -> float:
    """Krippendorff's nominal alpha, pair by pair, as its definition has it."""
    observed, weight, pool = 0.0, 0.0, []
    for case in ratings:
        told = case[~np.isnan(case)]
        if told.size >= 2:
            apart = (told[:, np.newaxis] != told).sum()
            observed, weight = observed + apart / (told.size - 1), weight + told.size
            pool += told.tolist()
    every = np.array(pool)
    expected = (every[:, np.newaxis] != every).sum() / (every.size * (every.size - 1))
    return float(1 - observed / weight / expected)


def test_the_interval_is_the_jackknife_over_patients() -> None:
    ratings = np.repeat([[0, 0, 0], [1, 1, 1], [0, 1, 1], [1, 1, 1], [0, 0, 0]], 8, axis=0).astype(float)
    patient = np.arange(40) // 2
    whole = by_hand(ratings)
    without = np.array([by_hand(ratings[patient != one]) for one in range(20)])
    error = np.sqrt(19 / 20 * np.square(without - without.mean()).sum())
    found = agreement(krippendorff_alpha(ratings), patient)
    assert found.value == pytest.approx(whole)
    assert found.interval
    reach = 2.0930241 * error  # Student's t with 19 degrees of freedom
    assert found.interval.low == pytest.approx(1 - (1 - whole) * np.exp(reach / (1 - whole)))
    assert found.interval.high == pytest.approx(whole + reach)  # skewed to the left, so that nothing is added


def test_readers_who_differ_alike_in_every_case_show_no_spread() -> None:
    found = agreement(fleiss_kappa(np.repeat([[0.0, 1.0]], 12, axis=0)))
    assert found.interval
    assert (found.interval.low, found.interval.high) == (-1, 1)


def test_one_case_a_patient_is_what_no_patients_mean() -> None:
    assert agreement(krippendorff_alpha(SOME)) == agreement(krippendorff_alpha(SOME), np.arange(6) * 7)


def test_images_of_one_patient_that_are_read_alike_are_no_new_evidence() -> None:
    twice, patient = np.repeat(SOME, 3, axis=0), np.repeat(np.arange(6), 3)
    one, other = agreement(fleiss_kappa(SOME)), agreement(fleiss_kappa(twice), patient)
    assert one.interval
    assert other.interval
    assert (other.value, other.interval.low) == pytest.approx((one.value, one.interval.low))


def test_readers_who_always_agree_may_yet_differ_some_day() -> None:
    found = agreement(krippendorff_alpha(np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0)))
    assert found.value == 1
    assert found.interval
    assert 0.6 < found.interval.low < 0.9
    assert found.interval.high == 1


def test_one_patient_shows_no_spread() -> None:
    assert agreement(krippendorff_alpha(SOME), np.zeros(6, dtype=np.int64)).interval is None


def test_a_coefficient_that_rests_on_one_patient_says_nothing() -> None:
    rare = np.zeros((30, 2))
    rare[3] = 1
    found = agreement(krippendorff_alpha(rare), np.array([0] * 10 + list(range(1, 21))))
    assert found.interval
    rare[4, 0] = 1
    found = agreement(krippendorff_alpha(rare), np.array([0] * 10 + list(range(1, 21))))
    assert found.interval
    assert (found.interval.low, found.interval.high) == (-1, 1)


def test_ratings_that_are_all_alike_have_no_chance_to_differ() -> None:
    with pytest.raises(ValueError, match="all ratings are alike"):
        agreement(krippendorff_alpha(np.zeros((5, 2))))
    assert agreement(gwet_ac(np.zeros((5, 2)), categories=np.array([0.0, 1.0]))).value == 1


def test_readers_of_different_cases_share_none() -> None:
    apart = np.array([[0, NAN], [1, NAN], [NAN, 0], [NAN, 1]])
    with pytest.raises(ValueError, match="need a case with two ratings"):
        agreement(krippendorff_alpha(apart))


def test_one_reader_is_refused() -> None:
    with pytest.raises(ValueError, match="need two readers or more"):
        krippendorff_alpha(np.zeros((5, 1)))


def test_a_rating_that_is_not_on_the_scale_is_told() -> None:
    with pytest.raises(ValueError, match="the rating 2 is none of 0, 1"):
        coded(np.array([[0.0, 2.0]]), np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="need a rating"):
        coded(np.full((2, 2), NAN))


def test_unknown_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="must be one of none, linear, quadratic"):
        distances(3, "cubic")


@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, NAN]), min_size=3, max_size=3), min_size=3, max_size=12))
@settings(max_examples=60, derandomize=True)
def test_alpha_is_what_counting_every_pair_gives(rows: list[list[float]]) -> None:
    ratings = np.array(rows)
    try:
        found = agreement(krippendorff_alpha(ratings))
    except ValueError:
        return
    assert found.value == pytest.approx(by_hand(ratings))
    if found.interval:
        assert -1 <= found.interval.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.interval.high <= 1
