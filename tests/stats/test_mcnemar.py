"""McNemar's test against printed values, and by patient against its special cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest, norm

from fiducial.stats.mcnemar import EXACT_UP_TO, clustered_statistic, mcnemar

# 135 pairs of diagnoses by 29 psychiatrists, of which 71 turned: Petryshen 1989, doi:10.1016/0165-1781(89)90196-0.
LOST = (0, 1, 1, 1, 0, 3, 3, 3, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0)
GAINED = (4, 2, 3, 2, 1, 3, 0, 2, 2, 4, 2, 4, 3, 2, 1, 3, 1, 2, 0, 0, 0, 2, 1, 2, 2, 0, 0, 1, 1)


def outcomes(both: int, lost: int, gained: int, neither: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    times = [both, lost, gained, neither]
    return np.repeat([True, True, False, False], times), np.repeat([True, False, True, False], times)


def psychiatry() -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    of = [outcomes(0, lost, gained, 0) for lost, gained in zip(LOST, GAINED, strict=True)]
    doctor = np.repeat(np.arange(29), [lost + gained for lost, gained in zip(LOST, GAINED, strict=True)])
    # Whoever never turned brings one pair that did not turn, so that all 29 are there.
    silent = np.setdiff1d(np.arange(29), doctor)
    before = np.concatenate([one[0] for one in of] + [np.ones(silent.size, dtype=bool)])
    after = np.concatenate([one[1] for one in of] + [np.ones(silent.size, dtype=bool)])
    return before, after, np.concatenate([doctor, silent])


def test_the_prime_ministers_ratings_come_out_as_agresti_prints_them() -> None:
    # Agresti 1990, Categorical Data Analysis, p. 350: 794, 150, 86, 570 of 1,600 Britons; z = -4.17.
    before, after = outcomes(794, 150, 86, 570)
    statistic = clustered_statistic(before, after, np.arange(1600))
    assert statistic / np.sqrt(1599 / 1600) == pytest.approx(-64 / np.sqrt(236))
    assert round(statistic, 2) == -4.16
    found = mcnemar(before, after, np.arange(1600))
    assert (found.lost, found.gained, found.method) == (150, 86, "McNemar")
    assert found.p == pytest.approx(2 * norm.sf(4.17), rel=0.05)


def test_pairs_taken_for_independent_come_out_as_petryshen_prints_them() -> None:
    before, after, _ = psychiatry()
    lost, gained = int(np.sum(before & ~after)), int(np.sum(after & ~before))
    assert (gained - lost) ** 2 / (gained + lost) == pytest.approx(11.85, abs=0.01)


def test_by_patient_it_is_yangs_form_of_obuchowskis_statistic() -> None:
    before, after, doctor = psychiatry()
    net = np.subtract(GAINED, LOST)
    expected = 28 / 29 * net.sum() ** 2 / np.square(net).sum()
    assert clustered_statistic(before, after, doctor) ** 2 == pytest.approx(expected)
    assert clustered_statistic(before, after, doctor) > 0


@given(st.integers(0, 20), st.integers(0, 20))
def test_with_one_trial_a_patient_and_few_of_them_it_is_the_binomial_test(lost: int, gained: int) -> None:
    before, after = outcomes(3, lost, gained, 3)
    found = mcnemar(before, after, np.arange(before.size))
    expected = binomtest(lost, lost + gained).pvalue if lost + gained else 1.0
    assert found.p == pytest.approx(expected)
    assert found.method == "exact McNemar"


def test_images_that_turn_together_count_as_one_patient() -> None:
    before, after = outcomes(0, 0, 12, 0)
    apart, together = (mcnemar(before, after, np.arange(12) // size).p for size in (1, 4))
    assert apart == pytest.approx(2 * 0.5**12)
    assert together == pytest.approx(2 * 0.5**3)


def test_with_many_patients_the_exact_test_and_the_normal_law_agree() -> None:
    few, many = (mcnemar(*outcomes(0, n, n + 14, 0), np.arange(2 * n + 14)) for n in (18, 19))
    assert EXACT_UP_TO == 18 + 18 + 14
    assert few.method == "exact McNemar"
    assert many.method == "McNemar"
    assert few.p == pytest.approx(many.p, abs=0.02)


def test_nothing_turned_is_no_evidence() -> None:
    assert mcnemar(*outcomes(5, 0, 0, 5), np.arange(10)).p == 1.0


def test_the_order_of_both_does_not_change_p() -> None:
    before, after, doctor = psychiatry()
    one, other = mcnemar(before, after, doctor), mcnemar(after, before, doctor)
    assert one.p == pytest.approx(other.p)
    assert (one.lost, one.gained) == (other.gained, other.lost)


def test_no_trial_is_refused() -> None:
    nothing = np.zeros(0, dtype=bool)
    with pytest.raises(ValueError, match="at least one trial"):
        mcnemar(nothing, nothing, np.zeros(0, dtype=np.int64))
