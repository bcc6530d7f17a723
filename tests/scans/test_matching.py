"""Every near pair is a candidate; laid on each other, copies are alike and look-alikes are not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from fiducial.scans.matching import Candidates, candidates, likeness, stands_out
from fiducial.scans.perceptual import Miniatures, miniature, symmetric_hashes


def pictures(count: int, seed: int = 0) -> list[np.ndarray]:
    """A shared outline with fine structure of each one's own, as chests have."""
    rng = np.random.default_rng(seed)
    outline = ndimage.gaussian_filter(rng.normal(size=(160, 160)), 25)
    fine = ndimage.gaussian_filter(rng.normal(size=(count, 160, 160)), (0, 5, 5))
    both = outline / outline.std() + 0.5 * fine / fine.std()
    return list(np.clip(127 + 40 * both, 0, 255).astype(np.uint8))


def small(*planes: np.ndarray) -> Miniatures:
    return np.stack([miniature(plane) for plane in planes])


def pair(symmetry: int = 0) -> Candidates:
    return Candidates(np.array([0]), np.array([1]), np.array([symmetry]))


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), distance=st.integers(0, 30))
def test_candidates_are_all_near_pairs_and_no_others(seed: int, distance: int) -> None:
    hashes = np.random.default_rng(seed).integers(0, 2**20, (8, 25), dtype=np.uint64)
    found = candidates(hashes, distance)
    apart = np.bitwise_count(hashes[0][None, :, None] ^ hashes[:, None, :]).min(axis=0)
    expected = [(i, j) for i in range(25) for j in range(i + 1, 25) if apart[i, j] <= distance]
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == expected


def test_candidates_come_across_the_blocks_that_are_compared_at_once() -> None:
    hashes = np.random.default_rng(1).integers(0, 2**63, (8, 5000), dtype=np.uint64)
    hashes[:, 4999] = hashes[:, 3]
    found = candidates(hashes, 2)
    assert (found.first.tolist(), found.second.tolist(), found.symmetry.tolist()) == ([3], [4999], [0])


def test_without_images_there_are_no_candidates() -> None:
    assert not candidates(np.empty((8, 0), np.uint64), 10).first.size


def test_a_shifted_cropped_and_paler_copy_is_alike() -> None:
    [image] = pictures(1)
    copy = (image[6:, 3:-4] * 0.7 + 30).astype(np.uint8)
    assert likeness(small(image, copy), pair())[0] > 0.97


def test_another_picture_of_the_same_outline_is_not_alike() -> None:
    assert likeness(small(*pictures(2)), pair())[0] < 0.8


def test_a_mirrored_copy_is_found_in_its_symmetry() -> None:
    images = small(pictures(1)[0], pictures(1)[0][:, ::-1])
    found = candidates(symmetric_hashes(images), 10)
    assert found.symmetry.tolist() == [1]
    assert likeness(images, found)[0] > 0.99


def test_a_pair_among_many_that_are_as_alike_does_not_stand_out() -> None:
    first, second = np.triu_indices(8, 1)
    everyone = Candidates(first, second, np.zeros(first.size, np.int64))
    alike = np.full(first.size, 0.98, np.float32)
    assert not stands_out(everyone, alike).any()
    alike[0] = 0.995
    assert np.flatnonzero(stands_out(everyone, alike)).tolist() == [0]


def test_perfect_copies_stand_out_however_many_they_are() -> None:
    first, second = np.triu_indices(12, 1)
    everyone = Candidates(first, second, np.zeros(first.size, np.int64))
    assert stands_out(everyone, np.full(first.size, 0.9995, np.float32)).all()
