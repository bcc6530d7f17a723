"""What every augmenter obeys, and what each does."""

import numpy as np
import pytest

from fiducial import plugins
from fiducial.errors import WrongUsage
from fiducial.learn.augmenters.condition import UnderCondition
from fiducial.learn.augmenters.crop import Crop, Cropped
from fiducial.learn.augmenters.flip import Flip, Flipped
from fiducial.learn.augmenters.intensity import Brightened, Intensity
from fiducial.learn.augmenters.rotation import Rotated, Rotation
from fiducial.learn.augmenters.shift import Shift, Shifted

PICTURE = np.random.default_rng(0).normal(size=(2, 9, 9)).astype(np.float32)
MEMBERS = (
    Rotation(degrees=20),
    Flip(probability=1.0),
    Shift(share=0.3),
    Crop(area=0.3),
    Intensity(),
    UnderCondition(condition="rotation", probability=1.0),
)


def test_every_built_in_is_tried_here() -> None:
    assert sorted(one.name for one in MEMBERS) == list(plugins.names("augmenters"))


@pytest.mark.parametrize("member", MEMBERS, ids=lambda one: one.name)
def test_a_change_is_drawn_once_and_leaves_its_picture_alone(member: Rotation) -> None:
    before = PICTURE.copy()
    change = member.draw(np.random.default_rng(3))
    assert change is not None
    first, again = change.apply(PICTURE), change.apply(PICTURE)
    np.testing.assert_array_equal(PICTURE, before)
    np.testing.assert_array_equal(first, again)
    assert first.shape == PICTURE.shape
    assert first.dtype == np.float32


def test_a_quarter_turn_is_numpys() -> None:
    np.testing.assert_allclose(Rotated(90).apply(PICTURE), np.rot90(PICTURE, axes=(1, 2)), atol=1e-5)


def test_a_shift_down_by_a_third_moves_three_of_nine_rows() -> None:
    np.testing.assert_array_equal(Shifted(1 / 3, 0).apply(PICTURE)[:, 3:], PICTURE[:, :6])


def test_a_crop_of_everything_is_the_picture_and_of_a_quarter_its_corner_twice_as_large() -> None:
    np.testing.assert_allclose(Cropped(0, 0, 1, 1).apply(PICTURE), PICTURE, atol=1e-6)
    steps = np.repeat(np.arange(4, dtype=np.float32), 2)[None, None] * np.ones((1, 8, 1), np.float32)
    corner = Cropped(0, 0, 0.5, 0.5).apply(steps)
    assert corner[0, 0, [0, -1]].tolist() == [0, 1.25]  # between pixels 3 and 4, a quarter of the way


def test_a_crop_lies_within_the_picture_and_is_as_large_as_was_asked() -> None:
    drawn = [Crop(area=0.4).draw(np.random.default_rng(seed)) for seed in range(300)]
    assert all(one.down + one.rows <= 1 + 1e-9 and one.right + one.columns <= 1 + 1e-9 for one in drawn if one)
    assert all(0.4 <= one.rows * one.columns <= 1 for one in drawn if one)


def test_a_flip_of_a_flip_is_the_picture() -> None:
    np.testing.assert_array_equal(Flipped().apply(Flipped().apply(PICTURE)), PICTURE)


def test_intensity_is_a_factor_and_a_shift() -> None:
    np.testing.assert_allclose(Brightened(2, 1).apply(PICTURE), 2 * PICTURE + 1)


def test_probability_is_how_often_it_is_done() -> None:
    rng = np.random.default_rng(0)
    done = sum(Flip(probability=0.25).draw(rng) is not None for _ in range(4000))
    assert 900 < done < 1100


def test_a_condition_that_no_probe_knows_is_refused() -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'rotation'"):
        UnderCondition(condition="rotatin")
