"""Counts by group, and what they are worth where patients repeat."""

import numpy as np
import pytest

from fiducial.stats.clusters import count_clusters, design_effect, grouped_shares, numbered


def test_one_trial_a_cluster_keeps_its_full_weight() -> None:
    success = np.array([True, False, False, True, True, False])
    found = grouped_shares(success, np.array([0, 0, 0, 1, 1, 1]), np.arange(6))
    assert found.successes.tolist() == [1, 2]
    assert found.share == pytest.approx([1 / 3, 2 / 3])
    # n / (n - 1) from the sample variance: 3 trials are worth 2.
    assert found.effective == pytest.approx([2, 2])


def test_copies_of_a_patient_add_nothing() -> None:
    generator = np.random.default_rng(0)
    success, group = generator.random(400) < 0.3, np.repeat([0, 1], 200)
    once = grouped_shares(success, group, np.arange(400))
    tenfold = grouped_shares(np.repeat(success, 10), np.repeat(group, 10), np.repeat(np.arange(400), 10))
    assert tenfold.effective == pytest.approx(once.effective, rel=1e-9)


def test_a_group_with_one_outcome_counts_its_clusters() -> None:
    found = grouped_shares(np.zeros(6, bool), np.zeros(6, np.int64), np.array([0, 0, 0, 1, 1, 1]))
    assert found.effective.tolist() == [2]


@pytest.mark.parametrize("codes", [[3, 3, 0, 9], [-1, 5, 5], [10**12, 7, 7, 10**12], [0], []])
def test_clusters_are_numbered_in_order_however_sparse_their_codes(codes: list[int]) -> None:
    given = np.array(codes, dtype=np.int64)
    member, count = numbered(given)
    assert member.tolist() == [sorted(set(codes)).index(code) for code in codes]
    assert count == count_clusters(given) == len(set(codes))


def test_copies_of_every_row_inflate_the_variance_by_their_number() -> None:
    terms = np.random.default_rng(0).normal(size=500)
    assert design_effect(terms, np.arange(500)) == 1
    assert design_effect(np.repeat(terms, 4), np.repeat(np.arange(500), 4)) == pytest.approx(4 * 500 / 499)


def test_rows_that_cancel_within_a_patient_are_not_worth_more_than_themselves() -> None:
    assert design_effect(np.tile([1.0, -1.0], 50), np.repeat(np.arange(50), 2)) == 1
