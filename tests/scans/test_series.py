"""DICOM series into volumes: order and affine follow from positions alone; what is incomplete or no CT is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ImplicitVRLittleEndian,
    SegmentationStorage,
)

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.scans import decoding
from fiducial.scans.dicom import parse_header, parse_pixels
from fiducial.scans.volumes import read_volume
from scans.series_making import AXIAL, CORONAL, SAGITTAL, body, write_series, write_slice

HU = body()


def refused(path: Path) -> str:
    with pytest.raises(UnusableInput) as told:
        read_volume(path)
    message = str(told.value)
    assert message.startswith(f"{path}: ")
    assert message.endswith(".")
    return message


def test_a_series_comes_back_in_hounsfield_units_with_its_affine(tmp_path: Path) -> None:
    volume = read_volume(write_series(tmp_path / "s", HU))
    assert volume.array.dtype == np.int16
    assert np.array_equal(volume.array, HU)
    assert volume.affine.tolist() == [[0, 0, 0.5, -10], [0, 0.8, 0, -20], [2, 0, 0, 0], [0, 0, 0, 1]]
    assert volume.spacing == (2.0, 0.8, 0.5)
    assert volume.notes == ()


def test_the_header_keeps_what_alignment_needs(tmp_path: Path) -> None:
    kept: dict[str, Any] = {
        "KVP": "120",
        "ConvolutionKernel": "B30f",
        "GantryDetectorTilt": "0",
        "PatientPosition": "HFS",
    }
    header = read_volume(write_series(tmp_path / "s", HU, **kept)).header
    assert header.items() >= (kept | {"PatientID": "p1", "ImageType": "ORIGINAL\\PRIMARY\\AXIAL"}).items()
    assert "Rows" not in header


@given(order=st.permutations(range(5)))
def test_shuffled_files_give_the_same_volume(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    folder = write_series(tmp_path_factory.mktemp("s"), HU[order], [2.0 * one for one in order])
    volume = read_volume(folder, workers=1)
    assert np.array_equal(volume.array, HU)
    assert volume.affine[:3, 0].tolist() == [0, 0, 2]


@pytest.mark.parametrize(("cosines", "step"), [(AXIAL, (0, 0, 2)), (CORONAL, (0, 2, 0)), (SAGITTAL, (-2, 0, 0))])
def test_axial_slices_ascend_to_the_head_and_others_along_their_normal(
    tmp_path: Path, cosines: tuple[float, ...], step: tuple[float, ...]
) -> None:
    for number, plane in enumerate(HU):
        place = -number * np.array(step)
        write_slice(tmp_path / f"{number}.dcm", plane, place, ImageOrientationPatient=list(cosines))
    volume = read_volume(tmp_path)
    assert volume.affine[:3, 0].tolist() == list(step)
    assert np.array_equal(volume.array, HU[::-1])


def test_axial_slices_that_were_turned_over_still_ascend_to_the_head(tmp_path: Path) -> None:
    folder = write_series(tmp_path / "s", HU, ImageOrientationPatient=[-1, 0, 0, 0, 1, 0])
    volume = read_volume(folder)
    assert volume.affine[:3, 0].tolist() == [0, 0, 2]
    assert volume.affine[:3, 2].tolist() == [-0.5, 0, 0]
    assert np.array_equal(volume.array, HU)


def test_a_tilted_gantry_shears_the_affine(tmp_path: Path) -> None:
    tilt = np.deg2rad(20)
    cosines = [1, 0, 0, 0, float(np.cos(tilt)), float(-np.sin(tilt))]
    folder = write_series(tmp_path / "s", HU, ImageOrientationPatient=cosines, GantryDetectorTilt="20")
    volume = read_volume(folder)
    assert volume.affine[:3, 0] == pytest.approx([0, 0, 2])  # the table moves along z, not along the normal
    assert volume.affine[:3, 1] == pytest.approx([0, 0.8 * np.cos(tilt), -0.8 * np.sin(tilt)])


def test_each_slice_is_rescaled_by_its_own_slope_and_intercept(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    doubled = ((HU[2] + 1024) // 2).astype("<u2")
    write_slice(tmp_path / "002.dcm", doubled, (-10, -20, 4), RescaleSlope="2")
    array = read_volume(tmp_path).array
    assert np.array_equal(np.delete(array, 2, 0), np.delete(HU, 2, 0))
    assert np.array_equal(array[2], doubled.astype(int) * 2 - 1024)


def test_values_beyond_int16_are_clipped_and_told(tmp_path: Path) -> None:
    planes = (HU + 1024).astype("<u2")
    planes[1, 0, :3] = 60_000
    volume = read_volume(write_series(tmp_path / "s", planes))
    assert volume.array.max() == 32767
    assert volume.notes == ("3 voxels lay outside -32768 to 32767 HU and were set to the nearer end.",)


def test_a_single_slice_is_a_thin_volume(tmp_path: Path) -> None:
    volume = read_volume(write_slice(tmp_path / "a.dcm", HU[0], (0, 5, 0), ImageOrientationPatient=list(CORONAL)))
    assert volume.array.shape == (1, 12, 10)
    assert volume.affine[:3, 0].tolist() == [0, 2, 0]


def test_a_single_slice_without_thickness_says_that_one_was_assumed(tmp_path: Path) -> None:
    volume = read_volume(write_slice(tmp_path / "a.dcm", HU[0], (0, 0, 0), SliceThickness=None))
    assert volume.spacing[0] == 1
    assert "1 mm is used" in volume.notes[0]


def enhanced(path: Path, heights: list[float], intercepts: list[int] | None = None) -> Path:
    def item(**elements: object) -> Dataset:
        dataset = Dataset()
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)
        return dataset

    shared = item(
        PlaneOrientationSequence=[item(ImageOrientationPatient=list(AXIAL))],
        PixelMeasuresSequence=[item(PixelSpacing=[0.8, 0.5], SliceThickness="2")],
    )
    frames = [
        item(
            PlanePositionSequence=[item(ImagePositionPatient=[-10, -20, z])],
            PixelValueTransformationSequence=[item(RescaleSlope="1", RescaleIntercept=str(intercept))],
        )
        for z, intercept in zip(heights, intercepts or [-1024] * len(heights), strict=True)
    ]
    return write_slice(
        path, HU[: len(heights)], (), SOPClassUID=EnhancedCTImageStorage, NumberOfFrames=str(len(heights)),
        SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=frames, PixelSpacing=None,
        ImagePositionPatient=None, ImageOrientationPatient=None, RescaleSlope=None, RescaleIntercept=None,
    )  # fmt: skip


def test_frames_of_an_enhanced_ct_lie_where_their_groups_say(tmp_path: Path) -> None:
    volume = read_volume(enhanced(tmp_path / "a.dcm", [4, 2, 0], [-1024, -1024, -1000]))
    assert np.array_equal(volume.array, np.stack([HU[2] + 24, HU[1], HU[0]]))
    assert volume.affine.tolist() == [[0, 0, 0.5, -10], [0, 0.8, 0, -20], [2, 0, 0, 0], [0, 0, 0, 1]]


def test_frames_without_places_are_refused(tmp_path: Path) -> None:
    path = write_slice(tmp_path / "a.dcm", HU, (0, 0, 0), NumberOfFrames="5")
    assert "holds 5 frames and says where 0 lie" in refused(path)


def test_a_missing_slice_is_named_by_its_neighbours(tmp_path: Path) -> None:
    folder = write_series(tmp_path / "s", HU, [0, 2, 6, 8, 10])
    assert "001.dcm and 002.dcm lie 4.0 mm apart where 2.0 mm is usual; copy the whole series" in refused(folder)


def test_a_little_jitter_is_a_note(tmp_path: Path) -> None:
    volume = read_volume(write_series(tmp_path / "s", HU, [0, 2, 4.1, 6, 8]))
    assert volume.notes == ("Slices lie unevenly, by up to 5% of 2.00 mm; the mean step is used.",)
    assert volume.affine[:3, 0].tolist() == [0, 0, 2]


@pytest.mark.parametrize("heights", [[0, 2, 4.4, 6, 8], [0, 1, 2.6, 4.2, 5.8]])
def test_uneven_slices_are_refused(tmp_path: Path, heights: list[float]) -> None:
    assert " mm is usual" in refused(write_series(tmp_path / "s", HU, heights))


def test_steps_that_drift_from_one_spacing_to_another_are_refused(tmp_path: Path) -> None:
    many = body(60)
    heights = np.cumsum([0, *[2.0] * 30, *[2.18] * 29])
    assert "off the line from the first slice to the last" in refused(write_series(tmp_path / "s", many, heights))


def test_a_slice_shifted_sideways_is_refused(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_slice(tmp_path / "002.dcm", HU[2], (-4, -20, 4))
    assert "002.dcm lies 6.00 mm off the line" in refused(tmp_path)


def test_copies_of_a_slice_are_left_out_with_a_note(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_slice(tmp_path / "copy.dcm", HU[2], (-10, -20, 4))
    volume = read_volume(tmp_path)
    assert np.array_equal(volume.array, HU)
    assert volume.notes == ("copy.dcm: left out, is a copy of 002.dcm.",)


def test_two_pictures_of_one_place_are_refused(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_slice(tmp_path / "late.dcm", HU[3], (-10, -20, 4))
    assert "002.dcm and late.dcm show different pixels at one place (1 such places)" in refused(tmp_path)


def test_two_series_are_refused_with_their_counts_and_descriptions(tmp_path: Path) -> None:
    write_series(tmp_path / "a", HU)
    write_series(tmp_path / "b", HU[:2], SeriesInstanceUID="9.9", SeriesDescription="Chest 5.0")
    told = refused(tmp_path)
    assert "holds 2 series: Chest 1.0 (CT, 5 files, 1.2.3.4); Chest 5.0 (CT, 2 files, 9.9)" in told
    assert "put each in a folder of its own" in told


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        ({"ImageOrientationPatient": list(CORONAL)}, r"lie in two orientations \(1 0 0 0 1 0 and 1 0 0 0 0 -1\)"),
        ({"PixelSpacing": [0.8, 0.6]}, "has pixels of 0.8 x 0.5 mm and 004.dcm of 0.8 x 0.6 mm"),
        ({"PatientID": "p2"}, "slices of 2 patients .* p1 in 000.dcm, p2 in 004.dcm"),
        ({"FrameOfReferenceUID": "8.8"}, "slices of 2 frames of reference"),
        ({"RescaleSlope": None}, "004.dcm: is a CT without RescaleSlope and RescaleIntercept"),
        ({"RescaleIntercept": None}, "004.dcm: is a CT without RescaleSlope and RescaleIntercept"),
        ({"RescaleSlope": "0"}, "004.dcm: has RescaleSlope 0 .* give no HU"),
        ({"ImagePositionPatient": None}, "004.dcm: lacks ImagePositionPatient"),
        ({"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]}, "004.dcm: .*a singular affine"),
        ({"RescaleType": "Z_EFF"}, r"004.dcm: is a map computed from CT \(Z_EFF\), not in HU"),
    ],
)
def test_one_slice_that_does_not_fit_is_told(tmp_path: Path, elements: dict[str, object], told: str) -> None:
    write_series(tmp_path, HU)
    write_slice(tmp_path / "004.dcm", HU[4], (-10, -20, 8), **elements)
    with pytest.raises(UnusableInput, match=told):
        read_volume(tmp_path)


def test_two_sizes_are_refused(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_slice(tmp_path / "004.dcm", HU[4, :8], (-10, -20, 8))
    assert "000.dcm has 12 x 10 pixels and 004.dcm has 8 x 10" in refused(tmp_path)


def test_a_localizer_among_axials_is_left_out_with_a_note(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_slice(tmp_path / "scout.dcm", HU[0, :6], (0, 0, 0), ImageOrientationPatient=list(CORONAL),
                ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], SeriesInstanceUID="7")  # fmt: skip
    volume = read_volume(tmp_path)
    assert volume.array.shape == HU.shape
    assert volume.notes == ("scout.dcm: left out, is a localizer.",)


def test_a_localizer_alone_is_refused(tmp_path: Path) -> None:
    path = write_slice(tmp_path / "scout.dcm", HU[0], (0, 0, 0), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    assert "is a localizer" in refused(path)


def test_other_files_beside_the_slices_are_left_out_with_a_note(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    (tmp_path / "notes.txt").write_text("a reader's notes")
    (tmp_path / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM")
    assert read_volume(tmp_path).notes == ("notes.txt: left out, is not DICOM.",)


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        ({"Modality": "MR"}, "is no CT but MR; HU are needed"),
        ({"Modality": "PT"}, "is no CT but PT; HU are needed"),
        (
            {"Modality": None, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"},
            "is no CT but Secondary Capture Image Storage",
        ),
        ({"Modality": "SEG", "SOPClassUID": SegmentationStorage}, r"is a segmentation \(SEG\), no scan"),
        ({"SOPClassUID": SegmentationStorage}, r"is a segmentation \(SEG\), no scan"),
    ],
)
def test_what_is_no_ct_is_refused_with_its_kind(tmp_path: Path, elements: dict[str, object], told: str) -> None:
    path = write_slice(tmp_path / "a.dcm", HU[0], (0, 0, 0), **elements)
    with pytest.raises(UnusableInput, match=told):
        read_volume(path)


def test_colours_are_refused(tmp_path: Path) -> None:
    path = write_slice(tmp_path / "a.dcm", np.zeros((4, 6), np.uint8), (0, 0, 0), Rows=4, Columns=2, SamplesPerPixel=3,
                       PhotometricInterpretation="RGB", PlanarConfiguration=0)  # fmt: skip
    assert "holds colours (RGB), a screenshot perhaps" in refused(path)


def test_a_palette_is_refused_as_colours_are(tmp_path: Path) -> None:
    path = write_slice(tmp_path / "a.dcm", HU[0], (0, 0, 0), PhotometricInterpretation="PALETTE COLOR")
    assert "holds colours (PALETTE COLOR)" in refused(path)


def test_truncated_slices_are_all_named(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    for name in ("001.dcm", "003.dcm"):
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[:-50])
    told = refused(tmp_path)
    assert "001.dcm, 003.dcm: is cut off: " in told


@pytest.mark.parametrize("kept", [0, 100, 140])
def test_a_slice_cut_off_in_its_header_is_named_not_skipped(tmp_path: Path, kept: int) -> None:
    write_series(tmp_path, HU)
    (tmp_path / "004.dcm").write_bytes((tmp_path / "004.dcm").read_bytes()[:kept])
    assert "004.dcm: is " in refused(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "holds no file" in refused(tmp_path)


def test_a_folder_of_something_else_is_told_by_its_files(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.txt", "d.txt"):
        (tmp_path / name).write_text("no picture")
    assert "holds no DICOM (a.png, b.png, c.txt and 1 more)" in refused(tmp_path)


def test_an_offset_of_1024_that_was_lost_is_refused(tmp_path: Path) -> None:
    assert "subtract 1024" in refused(write_series(tmp_path / "s", HU, RescaleIntercept="0"))


def test_processes_unpack_what_threads_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = body(20)
    write_series(tmp_path, many)
    for path in tmp_path.iterdir():
        dataset = dcmread(path)
        dataset.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)  # RLE
        dataset.save_as(path)
    here = read_volume(tmp_path, workers=2)
    monkeypatch.setattr(decoding, "_PROCESSES_PAY", 10)
    there = read_volume(tmp_path, workers=2)
    assert np.array_equal(here.array, many)
    assert np.array_equal(there.array, many)


def test_no_workers_are_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="workers must be 1 or more"):
        read_volume(write_series(tmp_path / "s", HU), workers=0)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_other_encodings_of_the_header_are_read(tmp_path: Path, syntax: UID) -> None:
    write_series(tmp_path, HU)
    for path in tmp_path.iterdir():
        dataset = dcmread(path)
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(path, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True)
    assert np.array_equal(read_volume(tmp_path).array, HU)


def test_a_parsed_header_keeps_no_pixels(tmp_path: Path) -> None:
    path = write_slice(tmp_path / "a.dcm", HU[0], (0, 0, 0))
    header, offset = parse_header(path, [])
    assert "PixelData" in parse_pixels(path, header, offset)
    assert "PixelData" not in header
