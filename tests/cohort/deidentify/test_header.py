"""One file without identifiers: what is mapped, moved, capped, kept and said about it."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import FileDataset

from cohort.deidentify.stuffed import KEY, stuff
from fiducial.cohort.deidentify.burned_in import Mask
from fiducial.cohort.deidentify.header import deidentify
from fiducial.errors import UnusableInput
from fiducial.scans.dicom import parse
from fiducial.scans.identifying import identifying

WriteDicom = Callable[..., Path]


def cleaned(path: Path, mask: Mask | None = None) -> FileDataset:
    return dcmread(io.BytesIO(deidentify(parse(path), KEY, mask or Mask())))


def test_pixels_and_geometry_stay(write_dicom: WriteDicom) -> None:
    pixels = np.arange(60, dtype=np.int16).reshape(6, 10)
    path = stuff(write_dicom("a.dcm", pixels), PixelSpacing=[0.5, 0.5], ImagePositionPatient=[1, 2, 3])
    after = cleaned(path)
    assert np.array_equal(after.pixel_array, pixels)
    assert (list(after.PixelSpacing), list(after.ImagePositionPatient)) == ([0.5, 0.5], [1, 2, 3])


def test_what_describes_the_image_stays(write_dicom: WriteDicom) -> None:
    after = cleaned(stuff(write_dicom("a.dcm")))
    assert (after.Manufacturer, after.BodyPartExamined, after.PatientSex, after.KVP) == ("ACME", "CHEST", "F", 120)


def test_a_uid_is_mapped_the_same_wherever_it_stands(write_dicom: WriteDicom) -> None:
    after = cleaned(stuff(write_dicom("a.dcm")))
    reference = after.ReferencedImageSequence[0]
    assert after.SOPInstanceUID == KEY.uid("1.2.826.77.3")
    assert after.SOPInstanceUID == reference.ReferencedSOPInstanceUID == after.file_meta.MediaStorageSOPInstanceUID
    assert reference.ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"


def test_a_uid_that_the_table_does_not_name_is_mapped_too(write_dicom: WriteDicom) -> None:
    after = cleaned(stuff(write_dicom("a.dcm"), VolumeFrameOfReferenceUID="1.2.826.9"))
    assert after.VolumeFrameOfReferenceUID == KEY.uid("1.2.826.9")


def test_patient_and_site_become_stand_ins(write_dicom: WriteDicom) -> None:
    after = cleaned(stuff(write_dicom("a.dcm")))
    assert (after.PatientID, after.InstitutionName) == (KEY.patient("MRN-4711-X"), KEY.site("St Elsewhere"))


def test_dates_move_by_the_days_of_the_patient_and_times_stay(write_dicom: WriteDicom) -> None:
    after = cleaned(stuff(write_dicom("a.dcm"), StudyTime="101112"))
    moved = np.datetime64("2021-04-05") + np.timedelta64(KEY.days("MRN-4711-X"), "D")
    assert after.StudyDate == str(moved).replace("-", "")
    assert after.AcquisitionDateTime == f"{after.StudyDate}101500.123+0100"
    assert after.StudyTime == "101112"


@pytest.mark.parametrize(
    ("age", "kept"), [("089Y", "089Y"), ("090Y", "090Y"), ("101Y", "090Y"), ("018M", "018M"), ("old", "")]
)
def test_ages_over_89_become_90(write_dicom: WriteDicom, age: str, kept: str) -> None:
    assert (cleaned(stuff(write_dicom("a.dcm"), PatientAge=age)).PatientAge or "") == kept


def test_the_age_outlives_the_birth_date_that_it_follows_from(write_dicom: WriteDicom) -> None:
    after = cleaned(stuff(write_dicom("a.dcm"), PatientAge="", PatientBirthDate="19910101"))
    assert (after.PatientAge, after.PatientBirthDate) == ("030Y", "")


def test_the_copy_says_what_was_done(write_dicom: WriteDicom) -> None:
    after = cleaned(stuff(write_dicom("a.dcm")))
    codes = [item.CodeValue for item in after.DeidentificationMethodCodeSequence]
    assert after.PatientIdentityRemoved == "YES"
    assert after.LongitudinalTemporalInformationModified == "MODIFIED"
    assert codes == ["113100", "113107", "113108"]


def test_no_private_element_stays_at_any_depth(write_dicom: WriteDicom) -> None:
    after = cleaned(stuff(write_dicom("a.dcm")))
    assert not [element for element in after.iterall() if element.tag.is_private]


def test_the_check_finds_nothing_more_in_a_copy(write_dicom: WriteDicom) -> None:
    path = stuff(write_dicom("a.dcm"))
    assert "PatientName" in identifying(parse(path))
    assert identifying(cleaned(path)) == ""


def test_a_name_in_the_stream_of_coded_pixels_is_refused(write_dicom: WriteDicom) -> None:
    path = stuff(write_dicom("a.dcm", np.zeros((16, 16), np.uint16)))
    dataset = dcmread(path)
    dataset.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)
    dataset.PixelData += b"\xfe\xff\x00\xe0\x0e\x00\x00\x00 Zweistein    "
    dataset.save_as(path)
    with pytest.raises(UnusableInput, match="cannot be cleaned") as refused:
        cleaned(path)
    assert "Zweistein" not in str(refused.value)


def test_a_file_without_pixels_is_refused(write_dicom: WriteDicom) -> None:
    with pytest.raises(UnusableInput, match="holds no image"):
        cleaned(stuff(write_dicom("a.dcm", PixelData=None)))
