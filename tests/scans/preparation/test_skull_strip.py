"""The brain is found inside a skull, and nothing where there is none."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.contract import Picture
from fiducial.scans.preparation.skull_strip import SkullStrip
from scans.preparation.laws import head, picture_of


def kept(picture: Picture) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = SkullStrip().apply(picture).pixels > -1000
    return found


def changed(value: float, rows: slice, columns: slice, *, slices: slice = slice(None)) -> Picture:
    pixels = head().pixels.copy()
    pixels[0, slices, rows, columns] = value
    return replace(head(), pixels=pixels)


def brain() -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = head().pixels == 30
    return inside


def test_everything_inside_the_skull_is_kept_and_nothing_else() -> None:
    assert (kept(head()) ^ brain()).mean() < 0.002


def test_blood_and_a_calcification_stay() -> None:
    dense = changed(700, slice(40, 43), slice(38, 41))
    assert kept(dense)[0, :, 40:43, 38:41].all()


def test_a_suture_is_closed() -> None:
    assert (kept(changed(40, slice(10, 24), slice(39, 41))) ^ brain()).mean() < 0.01


def test_a_slice_without_skull_holds_nothing_beside_those_with_one() -> None:
    found = kept(changed(-1000, slice(None), slice(None), slices=slice(0, 1)))
    assert not found[0, 0].any()
    assert found[0, 1:].any()


@pytest.mark.parametrize("values", [np.zeros((1, 90, 80)), head().pixels[0] / 1000])
def test_a_picture_without_a_skull_in_hu_is_refused(values: object) -> None:
    picture = picture_of(values, (4, 2, 2))  # type: ignore[arg-type]  # an array in a parametrised list
    with pytest.raises(UnusableInput, match="no closed skull"):
        SkullStrip().apply(picture)


def test_a_skull_that_is_open_wide_is_refused() -> None:
    with pytest.raises(UnusableInput, match="no closed skull"):
        SkullStrip().apply(changed(40, slice(10, 24), slice(30, 50)))


def test_a_picture_without_mm_is_refused() -> None:
    with pytest.raises(UnusableInput, match="no spacing"):
        SkullStrip().apply(replace(head(), spacing=None))
