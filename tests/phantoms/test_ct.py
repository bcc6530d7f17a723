"""CT phantoms: what lies where, and that only what is asked for differs between two scans of one person."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from fiducial.phantoms.body import Level
from fiducial.phantoms.build import Build
from fiducial.phantoms.ct import Arms, Field, Lying, scan
from fiducial.phantoms.section import AIR, Section

FIELD = Field((40, 86, 110), (4.0, 4.0, 4.0), 300.0)
SUPINE = Lying(table=None)


def drawn(lying: Lying = SUPINE, field: Field = FIELD, build: Build = Build(), noise: float = 0.0) -> NDArray[np.int16]:  # noqa: B008
    return scan(build, lying, field, np.random.default_rng(1), noise=noise).array


def middle(mask: NDArray[np.bool_]) -> list[float]:
    return [float(np.mean(axis)) for axis in np.nonzero(mask)]


def test_the_same_person_and_seed_give_the_same_scan() -> None:
    assert np.array_equal(drawn(noise=12), drawn(noise=12))


def test_two_people_differ() -> None:
    one, other = (Build.draw(np.random.default_rng(seed)) for seed in (1, 2))
    assert one != other
    assert (drawn(build=one) != drawn(build=other)).mean() > 0.1


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    empty = replace(FIELD, middle=(2000.0, 0.0))
    assert drawn(field=empty, noise=9).clip(-1020).std() == pytest.approx(9, rel=0.1)


def test_values_are_those_of_a_twelve_bit_scanner() -> None:
    metal = drawn(replace(SUPINE, metal=True), noise=300)
    assert (metal.min(), metal.max(), metal.dtype) == (-1024, 3071, np.dtype(np.int16))


def test_the_affine_says_where_the_couch_stood() -> None:
    volume = scan(Build(), replace(SUPINE, couch=-120.0), FIELD, np.random.default_rng(1))
    assert volume.spacing == FIELD.spacing
    assert volume.affine[2, 3] == -120 + 300
    x, y, _ = volume.affine[:3] @ [0, 42.5, 54.5, 1]
    assert (x, y) == pytest.approx((0, 0))


def test_who_lies_elsewhere_moves_in_patient_space() -> None:
    """In LPS x grows to the patient's left, y to the back."""
    still, moved = (middle(drawn(one) > -300) for one in (SUPINE, replace(SUPINE, left=12.0, back=8.0)))
    assert np.subtract(moved, still) == pytest.approx((0, 2, 3), abs=0.1)


def test_the_liver_lies_on_the_right_whoever_lies_prone() -> None:
    contrast = replace(SUPINE, contrast=1.0)
    supine, prone = (drawn(one)[:8] for one in (contrast, replace(contrast, prone=True)))
    livers = [middle((array > 105) & (array < 120))[2] - 54.5 for array in (supine, prone)]
    assert livers[0] < -5  # x ascends to the left
    assert livers[1] > 5


def test_contrast_lights_up_vessels_and_no_bone() -> None:
    plain, late = drawn(), drawn(replace(SUPINE, contrast=1.0))
    brighter = late.astype(int) - plain
    assert brighter.max() == 230
    assert not brighter[plain > 320].any()


def test_a_breath_moves_the_diaphragm_and_no_bone() -> None:
    out, deep = drawn(), drawn(replace(SUPINE, breath=25.0))
    lungs = [(array < -700) & (array > -900) for array in (out, deep)]
    assert lungs[1][:15].sum() < 0.6 * lungs[0][:15].sum()  # the organs lie higher
    assert np.array_equal(out > 320, deep > 320)


def test_a_turn_about_the_long_axis_keeps_the_amount_of_bone() -> None:
    bone = [(drawn(replace(SUPINE, turned=angle)) > 320).sum() for angle in (0.0, 5.0)]
    assert bone[1] == pytest.approx(bone[0], rel=0.1)


def test_the_table_lies_behind_the_body_alone() -> None:
    bare, lain = drawn(), drawn(replace(SUPINE, table=130.0))
    rows = np.nonzero((bare != lain).any(axis=(0, 2)))[0]
    assert rows.min() > 43 + 120 / 4
    assert len(rows) <= 4


@pytest.mark.parametrize(("arms", "above"), [(Arms.DOWN, 300.0), (Arms.UP, 640.0)])
def test_arms_lie_beside_the_trunk_or_the_head(arms: Arms, above: float) -> None:
    field = replace(FIELD, above=above, shape=(10, 86, 130))
    more = drawn(replace(SUPINE, arms=arms), field) != drawn(SUPINE, field)
    assert more.any(axis=(1, 2)).all()
    assert not more[:, :, 55:75].any()


def test_screws_are_brighter_than_any_bone() -> None:
    field = replace(FIELD, above=270.0, shape=(14, 86, 110))
    assert drawn(field=field).max() < 1000
    assert drawn(replace(SUPINE, metal=True), field).max() == 3071


def test_above_the_crown_there_is_nothing() -> None:
    assert (drawn(field=replace(FIELD, above=960.0, shape=(3, 86, 110))) == AIR).all()


def test_a_profile_is_nothing_beyond_its_ends_and_hangs_where_it_hangs() -> None:
    level = Level(Build(), z=300.0, organs=280.0, contrast=0.0)
    heights, sizes = (250.0, 350.0), (10.0, 30.0)
    assert level.profile(heights, sizes) == 20
    assert level.profile(heights, sizes, hanging=True) == 16
    assert Level(Build(), 400.0, 400.0, 0).profile(heights, sizes) == 0


def section(angle: float = 0.0) -> Section:
    y, x = np.meshgrid(np.arange(-40, 40, 2.0), np.arange(-50, 50, 2.0), indexing="ij")
    turn = np.deg2rad(angle)
    across, down = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    return Section(across.astype(np.float32), down.astype(np.float32), 2.0)


@pytest.mark.parametrize("angle", [0.0, 30.0, 180.0])
def test_an_ellipse_has_its_place_and_its_area_however_the_slice_is_turned(angle: float) -> None:
    drawing = section(angle)
    drawing.ellipse(8, -6, 14, 10, 55)
    inside = drawing.image == 55
    assert np.array_equal(inside, ((drawing.x - 8) / 14) ** 2 + ((drawing.y + 6) / 10) ** 2 < 1)
    assert inside.sum() * 4 == pytest.approx(np.pi * 14 * 10, rel=0.08)


def test_what_lies_outside_or_has_no_size_is_not_drawn() -> None:
    drawing = section()
    drawing.ellipse(500, 0, 20, 20, 55)
    drawing.ellipse(0, 0, 0, 20, 55)
    assert (drawing.image == AIR).all()
    assert drawing.around(500, 0, 20, 20) is None
