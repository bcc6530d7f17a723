"""A phantom as DICOM reads back as the volume that it was."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from align.small import moving, placed
from fiducial.phantoms.ct_series import Series, write_ct_series
from fiducial.scans.volumes import read_volume

SHORT = placed(moving(), by=(1.5, -2.5, 33.25))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ct_series(SHORT, tmp_path_factory.mktemp("series"), Series("PH-7", 3, "Late", "1.2.3"))


def test_it_reads_back_with_its_place(folder: Path) -> None:
    volume = read_volume(folder)
    assert np.array_equal(volume.array, SHORT.array)
    assert volume.affine == pytest.approx(SHORT.affine)
    assert volume.notes == ()


def test_its_header_says_whose_it_is(folder: Path) -> None:
    header = read_volume(folder).header
    told = [header[name] for name in ("PatientID", "SeriesDescription", "FrameOfReferenceUID", "PatientPosition")]
    assert told == ["PH-7", "Late", "1.2.3", "HFS"]


def test_two_series_share_neither_series_nor_frame(folder: Path, tmp_path: Path) -> None:
    other = dcmread(write_ct_series(SHORT, tmp_path, Series("PH-7", 4)) / "0000.dcm")
    ours = dcmread(folder / "0000.dcm")
    assert other.SeriesInstanceUID != ours.SeriesInstanceUID
    assert other.FrameOfReferenceUID != ours.FrameOfReferenceUID
    assert other.StudyInstanceUID != ours.SOPInstanceUID


def test_the_same_series_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = write_ct_series(SHORT, tmp_path, Series("PH-7", 3, "Late", "1.2.3"))
    assert (again / "0009.dcm").read_bytes() == (folder / "0009.dcm").read_bytes()
