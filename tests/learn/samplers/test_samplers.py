"""What an epoch shows: plain, balanced, site-balanced."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial import plugins
from fiducial.errors import UnusableInput
from fiducial.learn.samplers.balanced import Balanced
from fiducial.learn.samplers.contract import Pool
from fiducial.learn.samplers.mined import MinedNegatives
from fiducial.learn.samplers.plain import Plain
from fiducial.learn.samplers.site_balanced import SiteBalanced

LABELS = np.array([[1], [0], [0], [0], [0], [0], [1], [0]], np.float32)
PATIENT = np.array([0, 0, 1, 1, 2, 3, 4, 5])
SITE = np.array([0, 0, 0, 0, 1, 1, 1, 1])
MINED = np.array([False, True, False, False, True, False, False, False])
POOL = Pool(LABELS, PATIENT, SITE, MINED)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_plain_shows_every_row_once() -> None:
    assert sorted(Plain().draw(POOL, rng())) == list(range(8))


def test_balanced_shows_as_many_ill_as_healthy() -> None:
    found = Balanced(size=20).draw(POOL, rng())
    assert (LABELS[found, 0] == 1).sum() == 10


def test_site_balanced_shows_every_site_and_class_alike() -> None:
    found = SiteBalanced(size=40).draw(POOL, rng())
    cells = np.unique(np.stack([SITE[found], LABELS[found, 0].astype(int)]), axis=1, return_counts=True)[1]
    assert cells.tolist() == [10, 10, 10, 10]


def test_mined_shows_its_share_of_hard_negatives_and_half_are_ill() -> None:
    found = MinedNegatives(size=40, share=0.3).draw(POOL, rng())
    assert (MINED[found].sum(), (LABELS[found, 0] == 1).sum(), len(found)) == (12, 20, 40)


def test_mined_needs_a_list() -> None:
    with pytest.raises(UnusableInput, match="needs a reviewed list"):
        MinedNegatives().draw(Pool(LABELS), rng())


def test_site_balanced_needs_the_site_of_every_row() -> None:
    with pytest.raises(UnusableInput, match="column 'site'"):
        SiteBalanced().draw(Pool(LABELS), rng())


@given(st.integers(0, 1000))
def test_one_image_of_each_patient_an_epoch(seed: int) -> None:
    found = Plain(one_per_patient=True).draw(POOL, rng(seed))
    assert sorted(PATIENT[found]) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", plugins.names("samplers"))
def test_the_same_seed_draws_the_same_and_as_many_as_asked(name: str) -> None:
    sampler = plugins.load("samplers", name)(size=13)
    first, again = (sampler.draw(POOL, rng(5)) for _ in range(2))
    assert first.size == 13
    np.testing.assert_array_equal(first, again)
