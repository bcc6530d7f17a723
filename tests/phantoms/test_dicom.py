"""DICOM files: they read back with pixels and tags, in the ranges that the standard sets."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID

from fiducial.errors import UnusableInput
from fiducial.phantoms.acquisition import Acquisition
from fiducial.phantoms.dicom import write_dicom
from fiducial.phantoms.hidden_faults import hospitals


@pytest.fixture(scope="module")
def acquired() -> Acquisition:
    return hospitals(30)[0].draw(np.random.default_rng(1))[0]


@pytest.fixture(scope="module")
def read(acquired: Acquisition, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("dicom") / "one.dcm"
    write_dicom(acquired, path)
    return dcmread(path)


def test_the_pixels_read_back(acquired: Acquisition, read: Dataset) -> None:
    assert np.array_equal(read.pixel_array, acquired.pixels())


def test_patient_and_hospital_stand_in_the_header(acquired: Acquisition, read: Dataset) -> None:
    assert (read.PatientID, read.PatientName) == ("PH-A-0001", "Phantom^0001")
    assert (read.PatientAge, read.PatientSex) == (f"{acquired.patient.age:03d}Y", acquired.patient.sex)
    assert (read.InstitutionName, read.ViewPosition) == ("Alder", acquired.scanner.view)
    assert read.StudyDate == acquired.acquired.strftime("%Y%m%d")


def test_device_and_grey_scale_stand_in_the_header(acquired: Acquisition, read: Dataset) -> None:
    assert (read.Manufacturer, read.ManufacturerModelName) == ("Phantom Works", "Upright 1")
    assert read.ImagerPixelSpacing == read.PixelSpacing == [acquired.scanner.spacing] * 2
    assert (read.PhotometricInterpretation, read.BitsStored, read.HighBit) == ("MONOCHROME2", 12, 11)
    assert (read.WindowCenter, read.WindowWidth) == (2048, 4096)


def test_every_value_fits_its_representation(read: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config.settings, "reading_validation_mode", config.RAISE)
    assert all(element.value is not None for element in Dataset.from_json(read.to_json()))


def test_identifiers_are_valid_and_distinct(read: Dataset) -> None:
    uids = {read.SOPInstanceUID, read.SeriesInstanceUID, read.StudyInstanceUID}
    assert len(uids) == 3
    assert all(UID(uid).is_valid for uid in uids)


def test_the_same_acquisition_gives_the_same_bytes(acquired: Acquisition, tmp_path: Path) -> None:
    for name in ("a.dcm", "b.dcm"):
        write_dicom(acquired, tmp_path / name)
    assert (tmp_path / "a.dcm").read_bytes() == (tmp_path / "b.dcm").read_bytes()


def test_a_copy_under_another_name_keeps_pixels_and_changes_identifiers(acquired: Acquisition, tmp_path: Path) -> None:
    write_dicom(acquired, tmp_path / "a.dcm")
    write_dicom(replace(acquired, number=9), tmp_path / "b.dcm")
    one, other = dcmread(tmp_path / "a.dcm"), dcmread(tmp_path / "b.dcm")
    assert one.PixelData == other.PixelData
    assert one.SOPInstanceUID != other.SOPInstanceUID


def test_a_folder_that_cannot_be_made_leaves_nothing(acquired: Acquisition, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnusableInput, match="cannot be written"):
        write_dicom(acquired, tmp_path / "file" / "one.dcm")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
