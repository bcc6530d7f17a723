"""What is kept of a read image."""

import numpy as np
import pytest

from fiducial.scans.look import is_section, look
from fiducial.scans.scan import Scan

SLICE = {"Modality": "CT", "ImagePositionPatient": "0\\0\\10"}


def test_the_thumbnail_is_a_kilobyte() -> None:
    seen = look(np.random.default_rng(0).integers(0, 4000, (60, 40)).astype(np.uint16))
    assert len(seen.thumbnail) == 1024
    assert seen.overlay_boxes == 0


def test_what_was_not_searched_for_is_not_told_as_absent() -> None:
    seen = look(np.ones((60, 40), np.uint8), for_overlays=False)
    assert (seen.overlay_boxes, seen.overlay_area, seen.overlay_places) == (None, None, None)


@pytest.mark.parametrize(
    ("header", "shape", "is_one"),
    [
        (SLICE, (1, 8, 8), True),
        (SLICE | {"ImageType": "ORIGINAL\\PRIMARY\\LOCALIZER"}, (1, 8, 8), False),
        ({"Modality": "CT"}, (1, 8, 8), False),  # a captured screen bears no position
        (SLICE | {"Modality": "DX"}, (1, 8, 8), False),
        ({}, (5, 8, 8), True),  # a NIfTI volume
        ({}, (1, 8, 8), False),  # a PNG
        ({}, (5, 8, 8, 3), False),  # an animation in colour
    ],
)
def test_a_section_bears_a_position_or_lies_among_others(
    header: dict[str, str],
    shape: tuple[int, ...],
    is_one: bool,  # noqa: FBT001  (a case, not an option)
) -> None:
    assert is_section(Scan(np.zeros(shape, np.uint8), None, header)) is is_one
