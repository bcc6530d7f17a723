"""Input checks: each says what was found and what the bundle takes, and knows what it cannot see."""

import numpy as np
import pytest

from fiducial.models.manifest import Inputs
from fiducial.models.support.inputs import outside
from fiducial.models.support.vectors import thinned
from fiducial.scans.scan import Scan

HEADER = {
    "Modality": "CT",
    "BodyPartExamined": "Head",
    "PhotometricInterpretation": "MONOCHROME2",
    "RescaleIntercept": "-1024",
}
SCAN = Scan(np.full((4, 8, 6), 1024, np.int16), (5.0, 0.5, 0.4), HEADER)

REFUSALS = [
    ({"modality": ("DX", "CR")}, "Modality is CT; the bundle takes DX or CR"),
    ({"body_part": ("CHEST",)}, "BodyPartExamined is Head; the bundle takes CHEST"),
    ({"view": ("PA",)}, "ViewPosition is not given; the bundle takes PA"),
    ({"photometric": ("MONOCHROME1",)}, "PhotometricInterpretation is MONOCHROME2; the bundle takes MONOCHROME1"),
    ({"spacing": (0.45, 1.0)}, "the pixel spacing is 0.5 x 0.4 mm; the bundle takes 0.45 to 1 mm"),
    ({"slice_spacing": (0.5, 3)}, "the slice spacing is 5 mm; the bundle takes 0.5 to 3 mm"),
    ({"values": (100, 2000)}, "its values go from 0 to 0; the bundle takes 100 to 2000"),
    ({"rows": (9, 20)}, "has 8 rows; the bundle takes 9 to 20"),
    ({"columns": (9, 20)}, "has 6 columns; the bundle takes 9 to 20"),
    ({"slices": (10, 60)}, "has 4 slices; the bundle takes 10 to 60"),
]


@pytest.mark.parametrize(("taken", "told"), REFUSALS, ids=lambda one: next(iter(one)) if isinstance(one, dict) else "")
def test_what_is_outside_is_told_beside_what_is_taken(taken: dict[str, object], told: str) -> None:
    assert outside(Inputs.model_validate(taken), SCAN) == told


def test_what_fits_is_let_in_whatever_its_case_and_to_the_last_digit() -> None:
    taken = Inputs(modality=("ct",), body_part=("HEAD",), spacing=(0.4, 0.5), values=(-1024, 3071), slices=(4, 4))
    assert outside(taken, SCAN) is None
    assert outside(Inputs(), SCAN) is None


def test_what_the_header_does_not_say_is_let_in_where_the_bundle_wants_that() -> None:
    bare = Scan(SCAN.array, None, {})
    asked = {"view": ("PA",), "spacing": (0.1, 1.0), "slice_spacing": (1, 5)}
    assert outside(Inputs.model_validate(asked | {"unknown": "inside"}), bare) is None
    assert str(outside(Inputs.model_validate(asked), bare)).count("not given") == 3


def test_a_dead_pixel_is_no_other_range() -> None:
    pixels = np.full((1, 40, 40), 100, np.int16)
    pixels[0, 0, 0] = 30000
    assert outside(Inputs(values=(0, 200)), Scan(pixels, None, {})) is None


def test_every_failing_check_is_told_at_once() -> None:
    assert str(outside(Inputs(modality=("MR",), slices=(9, 9)), SCAN)).count("; the bundle takes") == 2


def test_a_large_volume_is_looked_at_in_part() -> None:
    assert thinned(np.zeros((40, 512, 512), np.float32)).size <= 1_100_000
    assert thinned(np.zeros((1, 100, 100), np.float32)).size == 10_000
