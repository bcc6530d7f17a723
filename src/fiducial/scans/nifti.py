"""NIfTI into scans: (slices, rows, columns) in the order of the file, after the slope and intercept of its header.

Source: nifti1.h and nifti2.h of https://nifti.nimh.nih.gov. A reader of our own, because SimpleITK 2.5 fills what a
cut-off file lacks with zeros and says nothing.
"""

import gzip
import zlib
from dataclasses import dataclass
from math import isfinite, prod
from pathlib import Path
from struct import unpack_from

import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput
from fiducial.scans.scan import GREY_AXES, Array, Scan, native

Matrix = npt.NDArray[np.float64]  # (4, 4)

TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])  # NIfTI's x grows to the right and its y to the front
EXTENSION_AT = 352  # behind the header of NIfTI-1
NOTE_CODE = 6  # of a header extension: a comment, in nifti1_io.h
AFFINE_NOTE = b"affine from (slice, row, column) to LPS in mm: "
_NOTE = 400  # bytes that the twelve numbers of a note take up at most
SUFFIXES = (".nii", ".nii.gz")
_GZIP = b"\x1f\x8b"
_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 128: "u1", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_RGB = 128
_MILLIMETRES = {1: 1000.0, 2: 1.0, 3: 0.001}  # xyzt_units: metres, millimetres, micrometres
_AXES = 7


@dataclass(frozen=True, slots=True)
class _Form:
    """Where a header keeps what: offset and type as ``struct`` writes them."""

    size: int
    magic: tuple[int, bytes]
    dim: tuple[int, str]
    datatype: tuple[int, str]
    pixdim: tuple[int, str]
    vox_offset: tuple[int, str]
    slope: tuple[int, str]
    units: tuple[int, str]
    codes: tuple[int, str]  # of qform and sform
    quaternion: tuple[int, str]  # and the offset behind it
    rows: tuple[int, str]  # of the sform


_FORMS = (
    _Form(
        348, (344, b"n+1\0"), (40, "8h"), (70, "h"), (76, "8f"), (108, "f"), (112, "2f"), (123, "B"),
        (252, "2h"), (256, "6f"), (280, "12f"),
    ),
    _Form(
        540, (4, b"n+2\0"), (16, "8q"), (12, "h"), (104, "8d"), (168, "q"), (176, "2d"), (500, "i"),
        (344, "2i"), (352, "6d"), (400, "12d"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """A NIfTI file as it lies: ``voxels`` before slope and intercept, the file's axes reversed (the last axis is x).

    ``sform`` and ``qform`` are (4, 4), from (x, y, z) indices to RAS in the file's unit; None where the file has none.
    ``to_mm`` is the length of that unit; None where the file does not name it. ``noted`` is the sform that
    ``write_volume`` wrote, in full, from (slice, row, column) to LPS in mm; None where there is none or it was changed.
    """

    voxels: Array
    slope: float
    intercept: float
    is_colour: bool
    pixdim: tuple[float, ...]
    to_mm: float | None
    noted: Matrix | None
    sform: Matrix | None
    qform: Matrix | None


def read_nifti(path: Path) -> Scan:
    """Read a NIfTI-1 or NIfTI-2 file, plain or gzipped; time points and components are further slices.

    Raises:
        UnusableInput: cut off, not NIfTI, or with a type of voxel that is no number and no colour.
    """
    stored = read_stored(path)
    voxels = _stacked(rescaled(stored.voxels, stored.slope, stored.intercept), stored.is_colour)
    return Scan(voxels, _spacing(stored), {})


def read_stored(path: Path) -> Stored:
    """Read a NIfTI-1 or NIfTI-2 file, plain or gzipped, without changing a thing.

    Raises:
        UnusableInput: cut off, not NIfTI, or with a type of voxel that is no number and no colour.
    """
    content = _content(path)
    form, order = _form(content)
    voxels, code = _voxels(content, order, form)
    slope, intercept = _field(content, order, form.slope)
    qform_code, sform_code = _field(content, order, form.codes)
    pixdim = _field(content, order, form.pixdim)
    sform = _sform(_field(content, order, form.rows)) if sform_code > 0 else None
    return Stored(
        voxels,
        slope,
        intercept,
        code == _RGB,
        pixdim,
        _MILLIMETRES.get(int(_field(content, order, form.units)[0]) & 7),
        _noted(content, sform) if form.size < EXTENSION_AT else None,
        sform,
        _qform(_field(content, order, form.quaternion), pixdim) if qform_code > 0 else None,
    )


def _voxels(content: bytes, order: str, form: _Form) -> tuple[Array, int]:
    count, *dims = _field(content, order, form.dim)
    code = int(_field(content, order, form.datatype)[0])
    if not 1 <= count <= _AXES or min(dims[: int(count)]) < 1:
        raise UnusableInput(f"is damaged (its header gives the size {[int(one) for one in (count, *dims)]})")
    if code not in _TYPES:
        raise UnusableInput(f"has voxels of the NIfTI type {code}, no plain numbers; save it as int16 or float32")
    shape = [int(one) for one in reversed(dims[: int(count)])] + ([3] if code == _RGB else [])
    stored = np.dtype(order + _TYPES[code])
    begins = _field(content, order, form.vox_offset)[0]
    start = int(begins) if isfinite(begins) else 0
    missing = start + prod(shape) * stored.itemsize - len(content)
    if start < form.size:
        raise UnusableInput(f"is damaged (its header says that the voxels begin at byte {begins:g})")
    if missing > 0:
        raise UnusableInput(f"is cut off: {missing} bytes of its voxels are missing; copy the file again")
    return np.frombuffer(content, stored, prod(shape), start).reshape(shape), code


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(_GZIP) else content
    except EOFError as short:
        raise UnusableInput("is cut off (its gzip stream ends early); copy the file again") from short
    except (gzip.BadGzipFile, zlib.error) as broken:
        raise UnusableInput(f"is damaged ({broken}); copy the file again") from broken
    except OSError as refused:
        raise UnusableInput(f"cannot be read ({refused.strerror})") from refused


def _form(content: bytes) -> tuple[_Form, str]:
    """NIfTI-1 or -2, and the byte order, both by the size that the header gives itself."""
    for form in _FORMS:
        at, magic = form.magic
        if len(content) >= form.size and content[at : at + len(magic)] == magic:
            for order in "<>":
                if unpack_from(f"{order}i", content)[0] == form.size:
                    return form, order
    raise UnusableInput("is no NIfTI file of its own (n+1 or n+2); a pair of .hdr and .img must be saved as one .nii")


def _field(content: bytes, order: str, where: tuple[int, str]) -> tuple[float, ...]:
    offset, kind = where
    return unpack_from(order + kind, content, offset)


def rescaled(voxels: Array, slope: float, intercept: float) -> Array:
    """Values (any shape), where the header scales them; a slope of 0 says that it does not."""
    if not (isfinite(slope) and isfinite(intercept)) or slope == 0 or (slope, intercept) == (1, 0):
        return native(voxels)
    return voxels * np.float64(slope) + np.float64(intercept)


def _stacked(voxels: Array, colour: bool) -> Array:  # noqa: FBT001  (private, and named at its one call)
    axes = GREY_AXES + colour
    while voxels.ndim < axes:
        voxels = voxels[np.newaxis]
    return voxels.reshape(-1, *voxels.shape[1 - axes :])


def _spacing(stored: Stored) -> tuple[float, float, float] | None:
    x, y, z = (abs(one) for one in stored.pixdim[1:4])
    to_mm = stored.to_mm or 1.0
    return (z * to_mm, y * to_mm, x * to_mm) if min(x, y) > 0 and isfinite(x * y * z) else None


def _noted(content: bytes, sform: Matrix | None) -> Matrix | None:
    """The affine of a comment behind the header; it counts only while the sform is its float32."""
    found = content.find(AFFINE_NOTE, EXTENSION_AT, EXTENSION_AT + 8 + len(AFFINE_NOTE))
    if sform is None or found < 0:
        return None
    words = content[found + len(AFFINE_NOTE) :][:_NOTE].split(b"\0")[0].decode("latin-1").split()
    try:
        affine = np.vstack([np.reshape([float.fromhex(word) for word in words], (3, 4)), [0, 0, 0, 1]])
    except ValueError:
        return None
    ras = (TO_LPS @ affine)[:, [2, 1, 0, 3]].astype(np.float32)
    return affine if np.array_equal(ras, sform.astype(np.float32)) else None


def _sform(rows: tuple[float, ...]) -> Matrix:
    return np.vstack([np.reshape(rows, (3, 4)), [0, 0, 0, 1]]).astype(np.float64)


def _qform(numbers: tuple[float, ...], pixdim: tuple[float, ...]) -> Matrix:
    """Source: nifti1.h, method 2; pixdim[0] is the sign of the last axis."""
    b, c, d, *offset = numbers
    a = max(0.0, 1.0 - (b * b + c * c + d * d)) ** 0.5
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    found = np.eye(4)
    found[:3, :3] = rotation * np.array([1, 1, -1 if pixdim[0] < 0 else 1]) * np.abs(pixdim[1:4])
    found[:3, 3] = offset
    return found
