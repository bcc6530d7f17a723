"""NIfTI: voxels in the order of the file, spacing as (z, y, x), and a short reason for every broken file."""

import gzip
from pathlib import Path
from struct import pack_into

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fiducial.errors import UnusableInput
from fiducial.scans.hashes import pixel_hash
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Array

CODES = {"u1": 2, "i2": 4, "i4": 8, "f4": 16, "f8": 64, "i1": 256, "u2": 512, "u4": 768, "i8": 1024, "u8": 1280}
VOXELS = np.arange(24, dtype=np.int16).reshape(2, 3, 4)


def volume(
    voxels: Array = VOXELS, *, order: str = "<", slope: tuple[float, float] = (0, 0), units: int = 2, two: bool = False
) -> bytes:
    """A NIfTI file as nifti1.h and nifti2.h lay it out."""
    size = 540 if two else 348
    header = bytearray(size + 4)
    sides = [voxels.ndim, *reversed(voxels.shape), *[1] * (7 - voxels.ndim)]
    code = CODES[voxels.dtype.str[1:]]
    pack_into(f"{order}i", header, 0, size)
    header[4 if two else 344 : 8 if two else 348] = b"n+2\0" if two else b"n+1\0"
    pack_into(f"{order}8{'q' if two else 'h'}", header, 16 if two else 40, *sides)
    pack_into(f"{order}h", header, 12 if two else 70, code)
    pack_into(f"{order}8{'d' if two else 'f'}", header, 104 if two else 76, 1, 0.5, 0.75, 2, 1, 1, 1, 1)
    pack_into(f"{order}{'q' if two else 'f'}", header, 168 if two else 108, size + 4)
    pack_into(f"{order}2{'d' if two else 'f'}", header, 176 if two else 112, *slope)
    pack_into(f"{order}{'i' if two else 'B'}", header, 500 if two else 123, units)
    return bytes(header) + voxels.astype(np.dtype(order + voxels.dtype.str[1:])).tobytes()


def saved(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "A.NII.GZ"])
def test_voxels_and_spacing_come_back_slices_first(tmp_path: Path, name: str) -> None:
    scan = read_scan(saved(tmp_path / name, volume()))
    assert scan.array.tolist() == VOXELS.tolist()
    assert scan.spacing == (2.0, 0.75, 0.5)


@given(kind=st.sampled_from(sorted(CODES)), order=st.sampled_from("<>"), two=st.booleans())
def test_every_type_comes_back_from_either_version_and_byte_order(
    tmp_path_factory: pytest.TempPathFactory, kind: str, order: str, *, two: bool
) -> None:
    voxels = np.arange(24).reshape(2, 3, 4).astype(kind)
    path = saved(tmp_path_factory.mktemp("nifti") / "a.nii", volume(voxels, order=order, two=two))
    array = read_scan(path).array
    assert (array.dtype, array.tolist()) == (np.dtype(kind), voxels.tolist())


def test_packing_does_not_change_the_hash(tmp_path: Path) -> None:
    plain, packed = (read_scan(saved(tmp_path / name, volume())).array for name in ("a.nii", "a.nii.gz"))
    assert pixel_hash(plain) == pixel_hash(packed)


def test_slope_and_intercept_make_values(tmp_path: Path) -> None:
    scan = read_scan(saved(tmp_path / "a.nii", volume(slope=(2, -1024))))
    assert scan.array.tolist() == (VOXELS * 2.0 - 1024).tolist()


def test_spacing_in_metres_becomes_millimetres(tmp_path: Path) -> None:
    assert read_scan(saved(tmp_path / "a.nii", volume(units=1))).spacing == (2000, 750, 500)


def test_time_points_are_further_slices(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.nii", volume(np.stack([VOXELS, VOXELS + 100])))
    assert read_scan(path).array.tolist() == [*VOXELS.tolist(), *(VOXELS + 100).tolist()]


@given(lost=st.integers(1, 48))
def test_a_volume_that_lacks_bytes_is_refused_and_never_filled_up(
    tmp_path_factory: pytest.TempPathFactory, lost: int
) -> None:
    path = saved(tmp_path_factory.mktemp("nifti") / "a.nii", volume()[:-lost])
    with pytest.raises(UnusableInput, match=f"is cut off: {lost} bytes of its voxels are missing; copy the file again"):
        read_scan(path)


def test_a_cut_off_archive_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.nii.gz", volume())
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UnusableInput, match="is cut off"):
        read_scan(path)


@given(content=st.binary(max_size=700), packed=st.booleans())
def test_what_is_no_volume_is_refused_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, *, packed: bool
) -> None:
    path = tmp_path_factory.mktemp("nifti") / "a.nii"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(UnusableInput):
        read_scan(path)


@given(at=st.integers(0, 351), value=st.integers(0, 255))
@example(at=111, value=0x7F)  # the voxels begin at NaN
def test_a_header_with_one_wrong_byte_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int
) -> None:
    content = bytearray(volume())
    content[at] = value
    path = saved(tmp_path_factory.mktemp("nifti") / "a.nii", bytes(content))
    try:
        assert read_scan(path).array.ndim >= 3
    except UnusableInput as told:
        assert str(told)  # noqa: PT017  (either outcome is right; anything else is a traceback)


# Sizes and spacing as SimpleITK 2.5.7 reads them.
@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "shape", "spacing"),
    [("abdomen_native_3mm", (112, 101, 122), 3.0), ("aorta_cta_1p5mm", (164, 126, 120), 1.5)],
)
def test_real_volumes_have_the_size_that_another_reader_finds(
    real_data: Path, name: str, shape: tuple[int, ...], spacing: float
) -> None:
    scan = read_scan(real_data / "ct_volumes" / f"totalseg_{name}.nii.gz")
    assert scan.array.shape == shape
    assert scan.spacing == pytest.approx((spacing,) * 3, abs=1e-3)
