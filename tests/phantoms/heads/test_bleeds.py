"""Each kind has its shape and its place, each age its HU."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.phantoms.heads.bleeds import HU_OF_BLOOD, Age, Kind, draw_bleed
from fiducial.phantoms.heads.examination import Examination
from phantoms.heads.drawing import bleed, examination, fullest

SEEDS = st.integers(0, 10_000)


def area(one: Examination, kind: Kind) -> int:
    return int(one.slice(fullest(one, kind)).mask(kind).sum())


@given(SEEDS, st.sampled_from(Kind), st.sampled_from(Age))
def test_hu_lie_within_those_of_the_age(seed: int, kind: Kind, age: Age) -> None:
    drawn = draw_bleed(np.random.default_rng(seed), kind, age)
    low, high = HU_OF_BLOOD[drawn.age]
    assert low <= drawn.hu <= high


def test_the_ages_are_dense_dense_as_brain_and_less_dense() -> None:
    """Scotti et al. 1977; clot 60 to 80 HU, grey matter 30 to 40, CSF 5: the module names its sources."""
    assert HU_OF_BLOOD == {Age.ACUTE: (60, 80), Age.SUBACUTE: (30, 45), Age.CHRONIC: (10, 25)}


@given(SEEDS)
def test_what_is_washed_out_is_never_chronic(seed: int) -> None:
    for kind in (Kind.SUBARACHNOID, Kind.INTRAVENTRICULAR):
        assert draw_bleed(np.random.default_rng(seed), kind, Age.CHRONIC).age is Age.SUBACUTE


def test_a_bleed_grows_older_less_dense_and_smaller() -> None:
    fresh = bleed(Kind.SUBDURAL)
    ages = [fresh.age, fresh.aged(40).age, fresh.aged(40).aged(20).age]
    assert ages == list(Age)
    assert fresh.aged(40).size < fresh.size
    assert fresh.aged(40).hu == 40


def test_a_lens_is_short_and_thick_and_a_crescent_long_and_thin() -> None:
    (lens, long), (crescent, longer) = (_shape(kind) for kind in (Kind.EPIDURAL, Kind.SUBDURAL))
    assert longer > 1.5 * long
    assert crescent < lens


def _shape(kind: Kind) -> tuple[float, float]:
    """Mean thickness over length, and mm of length from front to back."""
    one = examination(bleed(kind))
    down, _ = np.nonzero(one.slice(fullest(one, kind)).mask(kind))
    length = float(np.ptp(down)) * one.pixel
    return len(down) * one.pixel**2 / length**2, length


def test_a_subdural_does_not_cross_the_midline() -> None:
    one = examination(bleed(Kind.SUBDURAL))
    columns = np.nonzero(one.slice(fullest(one, Kind.SUBDURAL)).mask(Kind.SUBDURAL))[1]
    assert (columns < 48).all() or (columns >= 48).all()


def test_blood_in_the_ventricles_sinks_to_a_level() -> None:
    drawn = next(one for one in (bleed(Kind.INTRAVENTRICULAR, seed=seed) for seed in range(20)) if one.size < 1)
    one = examination(drawn, size=192)
    rows = np.nonzero(one.slice(fullest(one, Kind.INTRAVENTRICULAR)).mask(Kind.INTRAVENTRICULAR))[0]
    front = (52 - 30 * drawn.size) / one.pixel + 96  # the row of the level
    assert rows.min() == pytest.approx(front, abs=1.5)


def test_a_clot_has_a_dark_ring() -> None:
    drawn = draw_bleed(np.random.default_rng(1), Kind.INTRAPARENCHYMAL, Age.SUBACUTE, superficial=False)
    one = examination(drawn, size=192)
    number = fullest(one, Kind.INTRAPARENCHYMAL)
    hu, bare = one.ideal(number)[0], examination(size=192).ideal(number)[0]
    assert ((hu < 22) & (hu > 9) & (bare > 24)).sum() * one.pixel**2 > 30


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_large_enough_to_be_seen(kind: Kind) -> None:
    one = examination(bleed(kind))
    assert area(one, kind) * one.pixel**2 > 50
