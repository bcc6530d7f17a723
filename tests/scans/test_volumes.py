"""One volume through every format: the same array, the same affine; what is no CT in HU is refused with a remedy."""

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK as sitk  # noqa: N813  (its name everywhere)
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.scans.volume import Affine, Volume
from fiducial.scans.volumes import read_mask, read_volume, write_volume
from scans.series_making import body, write_series

HU = body()
PLACED = np.array([[0, 0, 0.5, -10], [0, 0.8, 0, -20], [2, 0, 0, 0], [0, 0, 0, 1.0]])  # as ``write_series`` puts it

angles = st.floats(-180, 180)
lengths = st.floats(0.3, 5)


@st.composite
def affines(draw: st.DrawFn, *, sheared: bool = False) -> Affine:
    affine = np.eye(4)
    turn = Rotation.from_euler("xyz", draw(st.tuples(angles, angles, angles)), degrees=True).as_matrix()
    affine[:3, :3] = turn * np.array(draw(st.tuples(lengths, lengths, lengths)))
    if sheared:
        affine[:3, 0] += draw(st.floats(-0.3, 0.3)) * affine[:3, 1]
    if draw(st.booleans()):
        affine[:3, 0] *= -1
    affine[:3, 3] = draw(st.tuples(*[st.floats(-1500, 1500)] * 3))
    return affine


def save_itk(array: npt.NDArray[Any], affine: Affine, path: Path) -> Path:
    image = sitk.GetImageFromArray(array)
    columns = affine[:3, [2, 1, 0]]
    spacing = np.linalg.norm(columns, axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((columns / spacing).ravel().tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    sitk.WriteImage(image, str(path))
    return path


def nifti(path: Path, array: npt.NDArray[Any] = HU, /, **patches: tuple[int, str, Any]) -> Path:
    """Our own file with parts of its header (offset, type, value) written over; offsets as in nifti1.h."""
    write_volume(Volume(np.zeros(array.shape[-3:], np.int16), PLACED), path)
    content = bytearray(path.read_bytes())
    start = int(struct.unpack_from("<f", content, 108)[0])
    codes = {"int16": (4, 16), "uint8": (2, 8), "int32": (8, 32), "float32": (16, 32)}
    struct.pack_into("<2h", content, 70, *codes[array.dtype.name])
    for offset, kind, value in patches.values():
        struct.pack_into(f"<{kind}", content, offset, *np.ravel(value).tolist())
    path.write_bytes(bytes(content[:start]) + array.tobytes())
    return path


def refused(path: Path) -> str:
    with pytest.raises(UnusableInput) as told:
        read_volume(path)
    message = str(told.value)
    assert message.startswith(f"{path}: ")
    assert message.endswith(".")
    return message


@given(affine=affines(), at=st.tuples(*[st.floats(0, 500)] * 3))
def test_voxel_to_patient_to_voxel_is_where_it_began(affine: Affine, at: tuple[float, float, float]) -> None:
    there = affine @ [*at, 1]
    assert np.linalg.inv(affine) @ there == pytest.approx([*at, 1], abs=1e-6)


@given(affine=affines(sheared=True), seed=st.integers(0, 99))
def test_a_written_volume_comes_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, affine: Affine, seed: int
) -> None:
    for name in ("a.nii", "a.nii.gz"):
        path = tmp_path_factory.mktemp("w") / name
        array = body(3, 6, 5, seed)
        write_volume(Volume(array, affine), path)
        volume = read_volume(path)
        assert np.array_equal(volume.array, array)
        assert np.array_equal(volume.affine, affine)


@given(affine=affines())
@pytest.mark.parametrize("suffix", [".nrrd", ".nhdr", ".mha", ".mhd", ".nii", ".nii.gz"])
def test_what_another_program_wrote_has_the_same_array_and_affine(
    tmp_path_factory: pytest.TempPathFactory, affine: Affine, suffix: str
) -> None:
    volume = read_volume(save_itk(HU, affine, tmp_path_factory.mktemp("itk") / f"a{suffix}"))
    assert np.array_equal(volume.array, HU)
    assert volume.affine == pytest.approx(affine, abs=2e-3 if "nii" in suffix else 1e-4)


@given(affine=affines())
def test_another_program_finds_our_nifti_where_we_put_it(
    tmp_path_factory: pytest.TempPathFactory, affine: Affine
) -> None:
    path = tmp_path_factory.mktemp("itk") / "a.nii.gz"
    write_volume(Volume(HU, affine), path)
    image = sitk.ReadImage(str(path))
    assert np.array_equal(sitk.GetArrayFromImage(image), HU)
    x, y, z = image.TransformIndexToPhysicalPoint((9, 11, 4))
    assert (x, y, z) == pytest.approx(tuple((affine @ [4, 11, 9, 1])[:3]), abs=2e-3)


def test_one_volume_in_every_format_is_one_volume(tmp_path: Path) -> None:
    first = read_volume(write_series(tmp_path / "series", HU))
    others = [save_itk(HU, PLACED, tmp_path / f"a{suffix}") for suffix in (".nrrd", ".mha", ".nii.gz")]
    write_volume(first, tmp_path / "ours.nii")
    for path in (*others, tmp_path / "ours.nii"):
        volume = read_volume(path)
        assert np.array_equal(volume.array, first.array)
        assert volume.affine == pytest.approx(first.affine, abs=1e-6)


def test_the_same_volume_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.nii.gz", "b.nii.gz"):
        write_volume(Volume(HU, PLACED), tmp_path / name)
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    path.write_text("before")
    with pytest.raises(np.linalg.LinAlgError):
        write_volume(Volume(_Broken(HU), PLACED), path)  # type: ignore[arg-type]  # fails half-way on purpose
    assert [one.read_text() for one in tmp_path.iterdir()] == ["before"]


class _Broken:
    def __init__(self, array: npt.NDArray[np.int16]) -> None:
        self.array, self.shape = array, array.shape

    def __iter__(self) -> Any:  # noqa: ANN401
        yield self.array[0]
        raise np.linalg.LinAlgError


def test_another_name_than_nifti_is_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"give it such a name"):
        write_volume(Volume(HU, PLACED), tmp_path / "a.mha")


def test_an_sform_that_was_changed_counts_more_than_the_note_behind_the_header(tmp_path: Path) -> None:
    volume = read_volume(nifti(tmp_path / "a.nii", moved=(280 + 12, "f", 25.0)))
    assert volume.affine[0, 3] == -25
    assert volume.affine[1:] == pytest.approx(PLACED[1:])


def test_the_qform_counts_where_there_is_no_sform(tmp_path: Path) -> None:
    turned: dict[str, Any] = {
        "codes": (252, "2h", (1, 0)),
        "quaternion": (256, "6f", (0, 0, 1, 7, 8, 9)),
        "pixdim": (76, "f", -1.0),
    }
    volume = read_volume(nifti(tmp_path / "a.nii", **turned))
    # Half a turn about z in RAS is none in LPS; a qfac of -1 points the slices down.
    assert volume.affine == pytest.approx(
        np.array([[0, 0, 0.5, -7], [0, 0.8, 0, -8], [-2, 0, 0, 9], [0, 0, 0, 1]]), abs=1e-6
    )


def test_forms_that_disagree_are_a_note(tmp_path: Path) -> None:
    forms: dict[str, Any] = {"codes": (252, "2h", (1, 1)), "quaternion": (256, "6f", (0, 0, 1, 10, 20, 5))}
    assert "sform and qform differ by up to 5.0 mm" in read_volume(nifti(tmp_path / "a.nii", **forms)).notes[0]


def test_no_affine_is_not_guessed(tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii", codes=(252, "2h", (0, 0)))
    assert "does not say where it lies in the patient (no sform, no qform)" in refused(path)


def test_a_singular_affine_is_refused(tmp_path: Path) -> None:
    rows = (0.5, 0, 0, 0, 0.8, 0, 0, 0, 0, 0, 0, 0)
    assert "has a singular affine" in refused(nifti(tmp_path / "a.nii", rows=(280, "12f", rows)))


def test_metres_that_are_called_metres_become_millimetres(tmp_path: Path) -> None:
    rows = np.array([-0.0005, 0, 0, 0.01, 0, -0.0008, 0, 0.02, 0, 0, 0.002, 0])
    volume = read_volume(nifti(tmp_path / "a.nii", rows=(280, "12f", rows), units=(123, "B", 1)))
    assert volume.affine == pytest.approx(PLACED, abs=1e-4)


def test_metres_that_are_called_millimetres_are_refused(tmp_path: Path) -> None:
    rows = np.array([-0.0005, 0, 0, 0.01, 0, -0.0008, 0, 0.02, 0, 0, 0.002, 0])
    assert "they were meant in metres" in refused(nifti(tmp_path / "a.nii", rows=(280, "12f", rows)))


def test_millimetres_that_are_called_metres_are_refused(tmp_path: Path) -> None:
    assert "they were not meant in its unit" in refused(nifti(tmp_path / "a.nii", units=(123, "B", 1)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_refused(tmp_path: Path, value: float) -> None:
    broken = HU.astype(np.float32)
    broken[2, 3, 4] = value
    assert "NaN or infinite" in refused(nifti(tmp_path / "a.nii", broken))
    assert "NaN or infinite" in refused(save_itk(broken, PLACED, tmp_path / "a.mha"))


def test_four_dimensions_are_refused(tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii", np.stack([HU, HU]), dims=(40, "8h", (4, 10, 12, 5, 2, 1, 1, 1)))
    assert "is 4-D with 2 volumes; save the one you mean as 3-D" in refused(path)
    assert "has 4 axes" in refused(four_axes(tmp_path / "a.mha"))


def four_axes(path: Path) -> Path:
    image = sitk.JoinSeries([sitk.GetImageFromArray(HU)] * 2)
    sitk.WriteImage(image, str(path))
    return path


def test_whole_floats_and_fractions_round_to_hounsfield_units(tmp_path: Path) -> None:
    volume = read_volume(nifti(tmp_path / "a.nii", HU.astype(np.float32) + np.float32(0.3)))
    assert np.array_equal(volume.array, HU)


def test_the_slope_of_a_nifti_makes_hounsfield_units(tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii", (HU + 1000).astype(np.int16), slope=(112, "2f", (1, -1000)))
    assert np.array_equal(read_volume(path).array, HU)


def test_values_beyond_int16_are_clipped_and_told(tmp_path: Path) -> None:
    high = HU.astype(np.int32)
    high[0, 0, 0] = 100_000
    volume = read_volume(nifti(tmp_path / "a.nii", high))
    assert volume.array[0, 0, 0] == 32767
    assert volume.notes[0].startswith("1 voxels lay outside")


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int16])
@pytest.mark.parametrize("suffix", [".nii", ".mha"])
def test_a_label_map_is_refused(tmp_path: Path, dtype: type, suffix: str) -> None:
    labels: npt.NDArray[Any] = np.zeros((6, 40, 40), dtype)
    labels[2:5, 10:30, 10:30] = 3
    labels[3, 15:20, 15:20] = 117
    path = tmp_path / f"a{suffix}"
    told = refused(nifti(path, labels) if suffix == ".nii" else save_itk(labels, PLACED, path))
    assert "3 whole numbers from 0 to 117 in even patches: a label map or a mask" in told


@pytest.mark.parametrize("suffix", [".nii", ".mha"])
def test_a_mask_is_read_as_what_it_is(tmp_path: Path, suffix: str) -> None:
    mask = np.zeros((6, 40, 40), np.uint8)
    mask[2:5, 10:30, 10:30] = 1
    path = tmp_path / f"a{suffix}"
    found = read_mask(nifti(path, mask) if suffix == ".nii" else save_itk(mask, PLACED, path))
    assert np.array_equal(found.array, mask)


def test_a_mask_in_dicom_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="no NIfTI, NRRD or MetaImage; save the mask as one of these"):
        read_mask(tmp_path)


def test_a_scan_scaled_to_one_is_refused(tmp_path: Path) -> None:
    scaled = ((HU.astype(np.float32) + 1024) / 1200).clip(0, 1)
    assert "were scaled since" in refused(nifti(tmp_path / "a.nii", scaled))


@pytest.mark.parametrize("air", [0, 24])
def test_an_offset_of_1024_that_was_lost_is_refused(tmp_path: Path, air: int) -> None:
    lost = (HU + 1000 + air).astype(np.int16).clip(0)
    assert f"has air near {air + 1} and soft tissue near 1064" in refused(nifti(tmp_path / "a.nii", lost))


def crop_of(tissue: float, bone: float, seed: int = 0) -> npt.NDArray[np.int16]:
    """A crop without air: fat and muscle, and a share of bone with the soft edge that a scanner gives it."""
    generator = np.random.default_rng(seed)
    shape = (8, 40, 40)
    edge = generator.random(shape)
    hounsfield = np.where(edge < tissue, generator.normal(50, 12, shape), generator.normal(-100, 12, shape))
    hounsfield[edge > 1 - bone] = generator.uniform(200, 1600, shape)[edge > 1 - bone]
    return np.rint(hounsfield).astype(np.int16)


@pytest.mark.parametrize(("tissue", "bone"), [(1, 0), (0.7, 0), (0.6, 0.2), (1, 0.6), (1, 0.9)])
def test_a_crop_without_air_is_read(tmp_path: Path, tissue: float, bone: float) -> None:
    crop = crop_of(tissue, bone)
    assert np.array_equal(read_volume(nifti(tmp_path / "a.nii", crop)).array, crop)


@pytest.mark.parametrize("suffix", [".nrrd", ".mha", ".mhd", ".nii", ".nii.gz"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str, *, packed: bool) -> None:
    path = save_itk(body(8, 40, 40), PLACED, tmp_path / f"a{suffix}")
    if packed and suffix in {".nrrd", ".mha"}:
        sitk.WriteImage(sitk.ReadImage(str(path)), str(path), useCompression=True)
    lost = path.with_suffix(".raw") if suffix == ".mhd" else path
    lost.write_bytes(lost.read_bytes()[:-3000])
    assert "is cut off" in refused(path)


def test_a_cut_off_archive_that_unpacks_to_whole_blocks_is_refused(tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii")
    path.with_suffix(".nii.gz").write_bytes(gzip.compress(path.read_bytes()[:-100]))
    assert "is cut off: 100 bytes of its voxels are missing" in refused(path.with_suffix(".nii.gz"))


def test_an_nrrd_without_a_space_is_refused(tmp_path: Path) -> None:
    path = save_itk(HU, PLACED, tmp_path / "a.nrrd")
    content = path.read_bytes().replace(b"space: left-posterior-superior\n", b"")
    path.write_bytes(content.replace(b"space directions", b"# was").replace(b"space origin", b"# was"))
    assert "no `space:`" in refused(path)


def test_an_nrrd_in_ras_is_turned_to_lps(tmp_path: Path) -> None:
    path = save_itk(HU, PLACED, tmp_path / "a.nrrd")
    path.write_bytes(path.read_bytes().replace(b"left-posterior-superior", b"right-anterior-superior"))
    assert read_volume(path).affine == pytest.approx(np.diag([-1, -1, 1, 1]) @ PLACED)


@pytest.mark.parametrize("suffix", [".nrrd", ".mha", ".nii.gz"])
def test_colours_are_refused(tmp_path: Path, suffix: str) -> None:
    image = sitk.GetImageFromArray(np.zeros((4, 5, 6, 3), np.uint8), isVector=True)
    sitk.WriteImage(image, str(tmp_path / f"a{suffix}"))
    assert refused(tmp_path / f"a{suffix}")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.nii", b"", "is empty (0 bytes)"),
        ("a.nrrd", b"no volume at all", "cannot be read"),
        ("a.mha", b"no volume at all", "cannot be read"),
        ("a.png", b"\x89PNG" + bytes(200), "is not DICOM"),
        ("a.nii", b"no volume at all" * 50, "is no NIfTI file"),
    ],
)
def test_what_is_no_volume_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert told in refused(tmp_path / name)


def test_a_name_that_nothing_bears_is_told(tmp_path: Path) -> None:
    assert "there is no such file or folder" in refused(tmp_path / "absent.nii")


def test_nothing_is_said_on_the_way(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    read_volume(save_itk(HU, PLACED, tmp_path / "a.mha"))
    read_volume(write_series(tmp_path / "s", HU))
    assert capfd.readouterr() == ("", "")
