"""Drawing patients: reproducible, within their ranges, the ill with a patch inside a lung."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.phantoms.patient import Patient, Population


def draw(seed: int, *, ill: bool = True) -> Patient:
    return Population(ages=(30, 40)).draw(np.random.default_rng(seed), "PH-T-0001", ill=ill)


@given(st.integers(0, 2**32), st.booleans())
def test_the_same_seed_gives_the_same_patient(seed: int, ill: bool) -> None:  # noqa: FBT001  (drawn by hypothesis)
    assert draw(seed, ill=ill) == draw(seed, ill=ill)


@given(st.integers(0, 2**32))
def test_an_age_lies_within_the_population(seed: int) -> None:
    assert 30 <= draw(seed).age <= 40


@given(st.integers(0, 2**32))
def test_all_patches_of_an_opacity_lie_in_one_half_of_the_chest(seed: int) -> None:
    assert len({np.sign(blob.x) for blob in draw(seed).opacity}) == 1


def test_the_healthy_have_no_opacity() -> None:
    assert not draw(1, ill=False).ill


def test_a_patient_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        draw(1).age = 5  # type: ignore[misc]  # that is the point
