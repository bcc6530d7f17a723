"""DICOM ends in pixels or in a short reason; nothing is said on the way."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from fiducial.errors import UnusableInput
from fiducial.scans.hashes import pixel_hash
from fiducial.scans.read import read_scan

WriteDicom = Callable[..., Path]


def test_pixels_come_back_as_slices_rows_columns(write_dicom: WriteDicom) -> None:
    pixels = np.arange(6, dtype=np.int16).reshape(2, 3) - 3
    assert read_scan(write_dicom("a.dcm", pixels)).array.tolist() == [pixels.tolist()]


def test_stored_values_are_not_rescaled(write_dicom: WriteDicom) -> None:
    scan = read_scan(write_dicom("a.dcm", RescaleSlope="2", RescaleIntercept="-1024"))
    assert scan.array.max() == 19


def test_colour_has_a_last_axis(write_dicom: WriteDicom) -> None:
    path = write_dicom("a.dcm", np.zeros((4, 6), np.uint8), Rows=4, Columns=2, SamplesPerPixel=3,
                       PhotometricInterpretation="RGB", PlanarConfiguration=0)  # fmt: skip
    assert read_scan(path).array.shape == (1, 4, 2, 3)


def test_several_frames_are_slices(write_dicom: WriteDicom) -> None:
    path = write_dicom("a.dcm", np.zeros((3, 4, 5), np.uint8), NumberOfFrames="3")
    assert read_scan(path).array.shape == (3, 4, 5)


def test_spacing_is_z_y_x(write_dicom: WriteDicom) -> None:
    path = write_dicom("a.dcm", PixelSpacing=["0.5", "0.25"], SliceThickness="3", SpacingBetweenSlices="2")
    assert read_scan(path).spacing == (2.0, 0.5, 0.25)


def test_a_radiograph_has_no_distance_between_slices(write_dicom: WriteDicom) -> None:
    spacing = read_scan(write_dicom("a.dcm", ImagerPixelSpacing=["0.2", "0.1"])).spacing
    assert spacing is not None
    assert np.isnan(spacing[0])
    assert spacing[1:] == (0.2, 0.1)


def test_no_spacing_is_guessed(write_dicom: WriteDicom) -> None:
    assert read_scan(write_dicom("a.dcm")).spacing is None


def test_the_header_is_text_with_values_joined_by_a_backslash(write_dicom: WriteDicom) -> None:
    header = read_scan(write_dicom("a.dcm", ImageType=["ORIGINAL", "PRIMARY"], KVP="120")).header
    assert (header["ImageType"], header["KVP"]) == ("ORIGINAL\\PRIMARY", "120")


def test_a_malformed_value_is_read_as_it_stands(write_dicom: WriteDicom) -> None:
    header = read_scan(write_dicom("a.dcm", PatientAge="ABC", StudyDate="99999999")).header
    assert (header["PatientAge"], header["StudyDate"]) == ("ABC", "99999999")


def test_a_number_that_is_none_is_read_as_text(write_dicom: WriteDicom) -> None:
    path = write_dicom("a.dcm", KVP="1207")
    path.write_bytes(path.read_bytes().replace(b"1207", b"12O7"))
    assert read_scan(path).header["KVP"] == "12O7"


def test_a_file_without_an_image_says_what_it_holds(write_dicom: WriteDicom) -> None:
    path = write_dicom("a.dcm", PixelData=None, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.34")
    with pytest.raises(UnusableInput, match=r"^holds no image \(Comprehensive 3D SR Storage\)$"):
        read_scan(path)


def test_cut_off_pixels_are_told(write_dicom: WriteDicom) -> None:
    path = write_dicom("a.dcm")
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(UnusableInput, match=r"is cut off: .* \(\d+ vs \d+ bytes\); copy the file again"):
        read_scan(path)


def test_without_a_transfer_syntax_the_encoding_of_the_header_decides(write_dicom: WriteDicom) -> None:
    path = write_dicom("a.dcm")
    dataset = dcmread(path)
    del dataset.file_meta.TransferSyntaxUID
    dataset.save_as(path, implicit_vr=False, little_endian=True)
    assert read_scan(path).array.max() == 19


def test_text_called_dcm_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.dcm"
    path.write_text("these are notes, and quite a lot of them\n" * 20)
    with pytest.raises(UnusableInput, match="is not DICOM"):
        read_scan(path)


@pytest.mark.real
def test_every_awkward_file_ends_in_the_pixels_of_its_index_or_in_a_reason(real_data: Path) -> None:
    folder = real_data / "dicom_edge"
    with (folder / "index.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 41
    for row in rows:
        told = [int(part) for part in row["pixel_array"].split() if part.isdigit() and part != "1"]
        assert not told or _shape(folder / row["path"], colour_table=row["photometric"] == "PALETTE COLOR") == told


def _shape(path: Path, *, colour_table: bool) -> list[int]:
    """Without axes of one, and without the colours that an expanded palette adds."""
    shape = read_scan(path).array.shape
    return [size for size in (shape[:-1] if colour_table else shape) if size > 1]


@pytest.mark.real
def test_the_files_without_usable_pixels_give_their_reason(real_data: Path) -> None:
    reasons = {}
    for path in (real_data / "dicom_edge").rglob("*.dcm"):
        try:
            read_scan(path)
        except UnusableInput as reason:
            reasons[path.stem] = str(reason).split(" (")[0]
    assert reasons == {
        "sr_document": "holds no image",
        "sr_document_with_multiple_groups": "holds no image",
        "emri_small_jpeg_2k_lossless_too_short": ("is cut off right behind its file header; copy the file again"),
        "liver_nonbyte_aligned_rle": "cannot be decoded from RLE Lossless",
    }


@pytest.mark.real
@pytest.mark.parametrize("other", ["liver_deflate.dcm"])
def test_one_image_in_two_encodings_has_one_hash(real_data: Path, other: str) -> None:
    folder = real_data / "dicom_edge" / "pydicom_data"
    assert pixel_hash(read_scan(folder / other).array) == pixel_hash(read_scan(folder / "liver.dcm").array)


@pytest.mark.real
def test_nothing_reaches_the_terminal(real_data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for path in (real_data / "dicom_edge").rglob("*.dcm"):
        try:
            read_scan(path)
        except UnusableInput:
            continue
    assert capfd.readouterr() == ("", "")
