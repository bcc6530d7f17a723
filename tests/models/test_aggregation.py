"""Slices into a study, against values worked out by hand, and what must hold for all scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.models.aggregation import aggregate

SLICES = np.array([[0.1, 0.5], [0.4, 0.5], [0.2, 0.0]])
KNOWN = [("max", [0.4, 0.5]), ("top-mean", [0.3, 0.5]), ("noisy-or", [1 - 0.9 * 0.6 * 0.8, 0.75])]


@pytest.mark.parametrize(("kind", "expected"), KNOWN)
def test_scores_by_hand(kind: str, expected: list[float]) -> None:
    assert aggregate(SLICES, kind, 2) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.sampled_from(["max", "top-mean", "noisy-or"]))
def test_a_study_scores_from_0_to_1_in_any_order_of_its_slices(scores: list[float], kind: str) -> None:
    slices = np.array(scores).reshape(-1, 1)
    found = aggregate(slices, kind, 3)
    assert 0 <= found[0] <= 1
    assert aggregate(slices[::-1], kind, 3) == pytest.approx(found)


def test_a_study_of_fewer_slices_than_k_takes_all() -> None:
    assert aggregate(SLICES[:1], "top-mean", 3) == pytest.approx([0.1, 0.5])
