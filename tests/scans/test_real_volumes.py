"""Real scans lie where SimpleITK's own readers put them, with the same values."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  (its name everywhere)

from fiducial.errors import UnusableInput
from fiducial.scans.volume import Volume
from fiducial.scans.volumes import read_volume, write_volume

pytestmark = pytest.mark.real
SCANS = (
    "elastix_lung_baseline_2p7mm.mha",
    "elastix_lung_followup_registered.mha",
    "totalseg_abdomen_native_3mm.nii.gz",
    "totalseg_aorta_cta_1p5mm.nii.gz",
)
LABELS = (
    "elastix_lung_baseline_mask.mha",
    "elastix_lung_followup_mask.mha",
    "elastix_lung_followup_segmentation.mha",
    "totalseg_abdomen_native_3mm_labels.nii.gz",
    "totalseg_dicom_20_labels.nii.gz",
)


def assert_same(volume: Volume, image: sitk.Image) -> None:
    """Values, and the place of every corner in mm."""
    assert np.array_equal(volume.array, sitk.GetArrayViewFromImage(image))
    last = [size - 1 for size in volume.array.shape]
    for corner in np.ndindex(2, 2, 2):
        index = [end * at for end, at in zip(last, corner, strict=True)]
        theirs = image.TransformContinuousIndexToPhysicalPoint([float(one) for one in reversed(index)])
        assert (volume.affine @ [*index, 1])[:3] == pytest.approx(theirs, abs=1e-3)


@pytest.mark.parametrize("name", SCANS)
def test_files_lie_where_another_reader_puts_them(real_data: Path, name: str) -> None:
    path = real_data / "ct_volumes" / name
    assert_same(read_volume(path), sitk.ReadImage(str(path)))


def test_a_dicom_series_lies_where_another_reader_puts_it(real_data: Path) -> None:
    folder = real_data / "ct_volumes" / "totalseg_dicom_20_j2k"
    volume = read_volume(folder)
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder))
    assert_same(volume, sitk.ReadImage(names))
    assert volume.header["SeriesDescription"] == "CT Body 3.0"
    assert volume.affine[2, 0] == 2  # 3 mm thick, every 2 mm


def test_a_dicom_series_lies_under_the_labels_that_were_drawn_on_it(real_data: Path) -> None:
    volume = read_volume(real_data / "ct_volumes" / "totalseg_dicom_20_j2k")
    labels = sitk.ReadImage(str(real_data / "ct_volumes" / "totalseg_dicom_20_labels.nii.gz"))
    own = sitk.GetImageFromArray(volume.array)
    columns = volume.affine[:3, [2, 1, 0]] / volume.spacing[::-1]
    own.SetSpacing(volume.spacing[::-1])
    own.SetDirection(columns.ravel().tolist())
    own.SetOrigin(volume.affine[:3, 3].tolist())
    drawn = sitk.GetArrayFromImage(sitk.Resample(labels, own, sitk.Transform(), sitk.sitkNearestNeighbor))
    # TotalSegmentator 2, table of classes: 1 is the spleen, 5 the liver, 10 to 14 the lobes of the lungs.
    inside = {name: volume.array[np.isin(drawn, numbers)] for name, numbers in ORGANS.items()}
    assert sum(values.size > 0 for values in inside.values()) >= 2
    for name, (low, high) in {"spleen": (20, 160), "liver": (20, 160), "lungs": (-950, -500)}.items():
        assert not inside[name].size or low < np.median(inside[name]) < high


ORGANS = {"spleen": [1], "liver": [5], "lungs": [10, 11, 12, 13, 14]}


@pytest.mark.parametrize("name", LABELS)
def test_label_maps_are_refused(real_data: Path, name: str) -> None:
    with pytest.raises(UnusableInput, match="a label map or a mask"):
        read_volume(real_data / "ct_volumes" / name)


@pytest.mark.parametrize("folder", ["ct_pairs_sbu", "ct_slices_siim/dicom"])
def test_single_slices_of_every_plane_and_scanner_lie_where_another_reader_puts_them(
    real_data: Path, folder: str
) -> None:
    paths = sorted((real_data / folder).rglob("*.dcm"))
    assert len(paths) >= 30
    for path in paths:
        image = sitk.ReadImage(str(path))
        volume = read_volume(path)
        assert np.array_equal(volume.array, np.rint(sitk.GetArrayViewFromImage(image)))  # one slope is 1.000976
        for row, column in ((0, 0), (511, 0), (0, 511)):
            theirs = image.TransformIndexToPhysicalPoint((column, row, 0))
            assert (volume.affine @ [0, row, column, 1])[:3] == pytest.approx(theirs, abs=1e-3)


def test_of_the_awkward_files_only_the_ct_are_read(real_data: Path) -> None:
    read = set()
    for path in (real_data / "dicom_edge").rglob("*.dcm"):
        try:
            read |= {path.name} if read_volume(path).array.size else set()
        except UnusableInput as told:
            assert str(told).startswith(f"{path}: ")  # noqa: PT017  (either outcome is right)
    assert read == {"ct_image.dcm", "bad_sequence.dcm"}


def test_a_real_scan_that_lost_its_offset_is_refused_and_a_crop_of_it_without_air_is_read(
    real_data: Path, tmp_path: Path
) -> None:
    whole = read_volume(real_data / "ct_volumes" / "totalseg_abdomen_native_3mm.nii.gz")
    write_volume(Volume(whole.array + np.int16(1024), whole.affine), tmp_path / "lost.nii.gz")
    with pytest.raises(UnusableInput, match="its offset of 1024 is lost"):
        read_volume(tmp_path / "lost.nii.gz")
    crop = _airless(whole.array)
    write_volume(Volume(crop, whole.affine), tmp_path / "crop.nii.gz")
    assert np.array_equal(read_volume(tmp_path / "crop.nii.gz").array, crop)


def _airless(array: np.ndarray) -> np.ndarray:
    """The largest of some boxes of 12 voxels a side in which nothing is darker than fat, with the most bone."""
    boxes = [
        array[z : z + 12, y : y + 12, x : x + 12]
        for z in range(0, array.shape[0] - 12, 6)
        for y in range(0, array.shape[1] - 12, 6)
        for x in range(0, array.shape[2] - 12, 6)
    ]
    return max((box for box in boxes if box.min() > -200), key=np.mean)
