"""The frame of a DICOM file comes from its header alone."""

from collections.abc import Callable
from pathlib import Path

from fiducial.scans.frame import frame_of
from fiducial.scans.orientation import Frame


def test_dicom_has_rows_and_columns_and_lies_upright(write_dicom: Callable[..., Path]) -> None:
    assert frame_of(write_dicom("a.dcm")) == Frame(4, 5)


def test_pixels_that_are_cut_off_do_not_matter(write_dicom: Callable[..., Path]) -> None:
    path = write_dicom("a.dcm")
    path.write_bytes(path.read_bytes()[:-10])
    assert frame_of(path) == Frame(4, 5)
