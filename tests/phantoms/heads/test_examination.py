"""What a slice shows is what the truth says, and nothing else differs."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from fiducial.phantoms.heads.bleeds import HU_OF_BLOOD, Age, Kind
from fiducial.phantoms.heads.examination import FRONTAL_BONE, REGIONS, Examination
from fiducial.phantoms.heads.implants import Catheter, Implants, Speck, Thing
from fiducial.phantoms.heads.points import HeadPose
from fiducial.phantoms.heads.scanner import HeadScanner
from phantoms.heads.drawing import SCANNER, bleed, examination, fullest

CATHETER = Catheter((48.0, 58.0, 30.0), (14.0, 14.0, 15.0))
COIL = Speck((0.0, -20.0, -8.0), 4.0, 3071.0)
CHALK = Speck((0.0, 24.0, 2.0), 3.5, 250.0)


def middle(one: Examination) -> npt.NDArray[np.int16]:
    return one.slice(15).hu


def test_the_same_examination_gives_the_same_slice_whatever_was_asked_before() -> None:
    one = examination(bleed(Kind.SUBDURAL))
    assert np.array_equal(one.slice(12).hu, list(one.slices())[12].hu)


def test_another_seed_is_other_noise_and_no_other_head() -> None:
    one, other = examination(), replace(examination(), seed=4)
    assert not np.array_equal(middle(one), middle(other))
    assert np.array_equal(one.ideal(15)[0], other.ideal(15)[0])


@pytest.mark.parametrize("age", Age)
@pytest.mark.parametrize("kind", [Kind.EPIDURAL, Kind.SUBDURAL, Kind.INTRAPARENCHYMAL])
def test_where_the_mask_is_full_lies_blood_of_its_age(kind: Kind, age: Age) -> None:
    one = examination(bleed(kind, age))
    hu, shares, _ = one.ideal(fullest(one, kind))
    low, high = HU_OF_BLOOD[age]
    assert low <= hu[shares[kind] == 1].mean() <= high


@pytest.mark.parametrize("kind", Kind)
def test_a_bleed_that_does_not_push_changes_hu_where_its_share_is_and_nowhere_else(kind: Kind) -> None:
    thin = replace(bleed(kind), size=0.05) if kind in {Kind.EPIDURAL, Kind.SUBDURAL} else bleed(kind)
    still = thin if kind is not Kind.INTRAPARENCHYMAL else replace(thin, size=6.0)
    one = examination(still)
    number = fullest(one, kind)
    changed = np.abs(one.ideal(number)[0] - examination().ideal(number)[0]) > 25
    around = one.ideal(number)[1][kind] > 0
    if kind in {Kind.SUBARACHNOID, Kind.INTRAVENTRICULAR}:  # these two push nothing aside
        assert changed.any()
        assert not (changed & ~around).any()
    else:
        assert (changed & ~around).sum() <= 0.02 * changed.size


@pytest.mark.parametrize("kind", Kind)
def test_a_bleed_stays_inside_the_skull(kind: Kind) -> None:
    one = examination(bleed(kind))
    number = fullest(one, kind)
    bony = examination().ideal(number)[0] > 900  # more than half of it
    assert not (one.slice(number).mask(kind) & bony).any()


def test_a_layer_pushes_the_midline_to_the_other_side() -> None:
    thick = replace(bleed(Kind.SUBDURAL), size=14.0, middle=(-60.0, 0.0, 25.0))
    one = examination(thick)
    columns = [np.nonzero(found < 15)[1].mean() for found in (_brain(one), _brain(examination()))]
    assert columns[0] > columns[1] + 0.5  # the bleed lies to the viewer's left


def _brain(one: Examination) -> npt.NDArray[np.float32]:
    """The middle of a slice through the ventricles."""
    return one.ideal(15)[0][30:66, 36:60]


def test_regions_do_not_overlap() -> None:
    things = Implants((CHALK,), COIL, CATHETER)
    one = examination(bleed(Kind.INTRAVENTRICULAR), bleed(Kind.SUBARACHNOID), implants=things)
    for number in (9, 12, 15):
        total = sum(one.ideal(number)[1][region] for region in REGIONS)
        assert np.max(total) <= 1 + 1e-6


def test_a_catheter_goes_through_a_hole_in_the_skull() -> None:
    one = examination(implants=Implants(catheter=CATHETER), size=192)
    number = fullest(one, Thing.CATHETER)
    assert one.slice(number).mask(Thing.CATHETER).any()
    lost = [(examination(size=192).ideal(n)[0] > 400).sum() - (one.ideal(n)[0] > 400).sum() for n in range(17, 20)]
    assert max(lost) > 10


def test_metal_is_as_bright_as_twelve_bits_allow_and_streaks_its_own_slice_alone() -> None:
    one, bare = examination(implants=Implants(coil=COIL)), examination()
    number = fullest(one, Thing.COIL)
    assert one.slice(number).hu.max() > 2000
    change = np.abs(one.ideal(number)[0] - bare.ideal(number)[0])
    assert (change > 10).mean() > 0.03
    assert np.array_equal(one.slice(number + 6).hu, bare.slice(number + 6).hu)


def test_chalk_is_denser_than_fresh_blood_and_softer_than_metal() -> None:
    one = examination(implants=Implants((CHALK,)), size=192)
    number = fullest(one, Thing.CALCIFICATION)
    seen = one.ideal(number)[0][one.slice(number).mask(Thing.CALCIFICATION)]
    assert 100 < seen.max() <= 251


def test_the_frontal_bone_lies_in_front_and_is_bone() -> None:
    one = examination()
    mask = one.slice(15).mask(FRONTAL_BONE)
    assert np.nonzero(mask)[0].max() < 48
    assert np.median(one.ideal(15)[0][mask]) > 400


def test_noise_falls_with_the_dose_and_rises_in_thin_slices() -> None:
    spread = [
        float((one.slice(15).hu - one.ideal(15)[0])[40:52, 40:56].std())
        for one in (examination(dose=4.0), examination(), examination(thickness=2.5))
    ]
    assert spread[0] < spread[1] < spread[2] * 1.6


def test_a_sharp_kernel_shows_a_sharper_edge() -> None:
    smooth, sharp = (
        np.abs(
            np.diff(middle(examination(scanner=replace(SCANNER, kernel=replace(SCANNER.kernel, blur=blur)), size=256)))
        ).max()
        for blur in (0.9, 0.3)
    )
    assert sharp > smooth


def test_who_lies_to_the_left_is_seen_to_the_right() -> None:
    columns = [np.nonzero(middle(one) > 400)[1].mean() for one in (examination(), examination(pose=HeadPose(left=12)))]
    assert columns[1] - columns[0] == pytest.approx(12 / examination().pixel, abs=0.3)


def test_a_tilted_gantry_shows_less_of_the_eyes() -> None:
    tilted = replace(SCANNER, tilt=18.0)
    fat = [_fat_in_front(examination(scanner=one)) for one in (SCANNER, tilted)]
    assert fat[1] < fat[0]


def _fat_in_front(one: Examination) -> int:
    """Of the orbits, in slices that show the whole brain stem."""
    found = [one.ideal(number)[0][:35, 20:76] for number in (7, 8)]
    return int(sum(((image < -60) & (image > -110)).sum() for image in found))


def test_thin_slices_are_more_slices_over_the_same_head() -> None:
    thick, thin = examination(), examination(thickness=2.5)
    assert len(thin.heights) == pytest.approx(2 * len(thick.heights), abs=1)
    assert thin.heights[0] == thick.heights[0]


def test_values_are_those_of_a_twelve_bit_scanner() -> None:
    loud = HeadScanner("Maker", "Model", SCANNER.kernel, noise=900)
    hu = middle(examination(scanner=loud))
    assert hu.dtype == np.int16
    assert hu.min() >= -1024
    assert hu.max() <= 3071
