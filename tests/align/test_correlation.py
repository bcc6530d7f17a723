"""One matrix product gives what sliding one stack along the other would, at every offset."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from fiducial.align.correlation import Correlation, correlate, peak
from fiducial.align.grid import Voxels


@st.composite
def stacks(draw: st.DrawFn) -> tuple[Voxels, Voxels]:
    """Two of unequal length and one plane."""
    plane = draw(st.tuples(st.integers(1, 3), st.integers(2, 4)))
    lengths = draw(st.tuples(st.integers(1, 8), st.integers(1, 8)))
    values = st.integers(0, 30).map(float)
    first, second = (draw(arrays(np.float32, (length, *plane), elements=values)) for length in lengths)
    return first, second


def slid(first: Voxels, second: Voxels, offset: int) -> float:
    """Pearson's correlation of what overlaps, by hand."""
    inside = [i for i in range(len(first)) if 0 <= i - offset < len(second)]
    a = np.concatenate([first[i].ravel() for i in inside])
    b = np.concatenate([second[i - offset].ravel() for i in inside])
    return 0.0 if a.std() == 0 or b.std() == 0 else float(np.corrcoef(a, b)[0, 1])


def noise(slices: int, seed: int = 0) -> Voxels:
    return np.random.default_rng(seed).normal(0, 100, (slices, 5, 6)).astype(np.float32)


@given(stacks())
def test_every_offset_has_the_correlation_of_a_sliding_window(pair: tuple[Voxels, Voxels]) -> None:
    found = correlate(*pair)
    assert found.offset.tolist() == list(range(1 - len(pair[1]), len(pair[0])))
    assert found.value == pytest.approx([slid(*pair, offset) for offset in found.offset], abs=1e-4)


@given(stacks())
def test_the_overlap_counts_the_slices_that_both_have(pair: tuple[Voxels, Voxels]) -> None:
    found = correlate(*pair)
    counted = [sum(0 <= i - offset < len(pair[1]) for i in range(len(pair[0]))) for offset in found.offset]
    assert found.overlap.tolist() == counted


@given(stacks(), st.floats(0.1, 50), st.floats(-1000, 1000))
def test_gain_and_offset_of_either_change_nothing(pair: tuple[Voxels, Voxels], gain: float, plus: float) -> None:
    first, second = pair
    other = (np.float32(gain) * second + np.float32(plus)).astype(np.float32)
    if min(np.ptp(one) for one in pair) > 0:
        assert correlate(first, other).value == pytest.approx(correlate(first, second).value, abs=2e-2)


@given(stacks())
def test_exchanging_the_two_mirrors_the_curve(pair: tuple[Voxels, Voxels]) -> None:
    one, other = correlate(*pair), correlate(*reversed(pair))
    assert one.value == pytest.approx(other.value[::-1], abs=1e-4)
    assert one.offset.tolist() == (-other.offset[::-1]).tolist()


@given(st.integers(0, 15), st.integers(4, 12), st.integers(0, 5))
def test_a_part_is_found_where_it_was_cut_out(start: int, length: int, seed: int) -> None:
    whole = noise(30, seed)
    best = peak(correlate(whole, whole[start : start + length]), length, 2.0)
    assert best is not None
    assert best.whole == start
    assert best.value == pytest.approx(1, abs=1e-5)


def test_what_is_flat_correlates_with_nothing() -> None:
    assert not correlate(np.full((4, 3, 3), 7, np.float32), noise(5)[:, :3, :3]).value.any()


def curve(value: NDArray[Any]) -> Correlation:
    return Correlation(np.arange(value.size) - 10, value.astype(np.float64), np.full(value.size, 50))


@given(st.floats(2.0, 17.0), st.floats(0.001, 0.01))
def test_the_parabola_finds_its_vertex_between_the_slices(vertex: float, bend: float) -> None:
    best = peak(curve(1 - bend * (np.arange(20) - vertex) ** 2), 1, 2.0)
    assert best is not None
    assert best.offset == pytest.approx(vertex - 10, abs=1e-6)


def test_no_place_is_found_where_too_little_overlaps() -> None:
    assert peak(correlate(noise(5), noise(4)), 5, 2.0) is None


def test_a_place_with_too_little_overlap_is_not_looked_at() -> None:
    whole = noise(20)
    best = peak(correlate(whole, np.concatenate([whole[-3:], noise(10, 1)])), 4, 2.0)
    assert best is not None
    assert best.whole != 17


def test_a_peak_at_the_end_is_no_maximum() -> None:
    best = peak(curve(np.arange(20) / 20), 1, 2.0)
    assert best is not None
    assert (best.is_maximum, best.from_boundary, best.offset) == (False, 0, 9)


def test_the_second_peak_lies_more_than_fifteen_millimetres_away() -> None:
    """The next vertebra of a chest is 20 to 28 mm away, and counts."""
    value = np.zeros(60)
    value[[30, 35, 50]] = 0.9, 0.7, 0.5
    fine, coarse = (peak(curve(value), 1, cell) for cell in (2.0, 4.0))
    assert fine is not None
    assert coarse is not None
    assert (fine.second, coarse.second) == (0.5, 0.7)


def test_a_single_peak_has_no_second() -> None:
    best = peak(curve(np.exp(-(((np.arange(60) - 20) / 9) ** 2))), 1, 2.0)
    assert best is not None
    assert best.second == -1
    assert best.from_boundary == 20
