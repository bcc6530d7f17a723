"""One door to every volume: a folder of DICOM slices, a DICOM file, NIfTI, NRRD or MetaImage."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import MAGIC, MAGIC_AT
from fiducial.scans.grids import ITK_SUFFIXES, read_itk_volume, read_nifti_volume
from fiducial.scans.hounsfield import refuse_what_is_no_ct
from fiducial.scans.nifti import SUFFIXES as NIFTI_SUFFIXES
from fiducial.scans.nifti_writing import write_volume
from fiducial.scans.series import read_files, read_folder
from fiducial.scans.volume import Volume

__all__ = ["read_mask", "read_volume", "write_volume"]


def read_volume(path: str | Path, *, workers: int = -1) -> Volume:
    """Read a CT as a ``Volume``: int16 HU (slices, rows, columns), its affine to LPS in mm, its header and notes.

    ``path`` is a folder that holds one DICOM series, a DICOM file (one slice, or an enhanced multi-frame CT), NIfTI
    (.nii, .nii.gz), NRRD (.nrrd, .nhdr) or MetaImage (.mha, .mhd). DICOM slices are sorted by their position along the
    normal: axial ones (normal nearest to z) ascend to the head, all others along rows' direction x columns' direction.
    The other formats keep the order of the file, which their affine describes. ``workers=-1`` is a thread a core.

    Raises:
        UnusableInput: it names the file, says what is wrong with it and what to do.
    """
    path = Path(path)
    with _named(path):
        found = _read_grid(path)
        if found is None:
            return read_folder(path, workers) if path.is_dir() else read_files([path], workers)
        refuse_what_is_no_ct(found.array)
        return found


def read_mask(path: str | Path) -> Volume:
    """Read a mask or a label map (NIfTI, NRRD or MetaImage): int16, 0 where nothing is marked, on its grid.

    Raises:
        UnusableInput: it names the file, says what is wrong with it and what to do.
    """
    path = Path(path)
    with _named(path):
        found = _read_grid(path)
        if found is None:
            raise UnusableInput("is no NIfTI, NRRD or MetaImage; save the mask as one of these, on the scan's grid")
        return found


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except UnusableInput as told:
        raise UnusableInput(f"{path}: {told}.") from told
    except OSError as refused:
        raise UnusableInput(f"{path}: cannot be read ({refused.strerror or refused}).") from refused


def _read_grid(path: Path) -> Volume | None:
    """What a file that holds a whole grid says; None for DICOM."""
    if path.is_dir():
        return None
    if not path.exists():
        raise UnusableInput("there is no such file or folder; check the name")
    with path.open("rb") as stream:
        start = stream.read(MAGIC_AT + len(MAGIC))
    if not start:
        raise UnusableInput("is empty (0 bytes); copy the file again")
    name = path.name.lower()
    if start[MAGIC_AT:] != MAGIC and name.endswith(NIFTI_SUFFIXES):
        return read_nifti_volume(path)
    if start[MAGIC_AT:] != MAGIC and name.endswith(ITK_SUFFIXES):
        return read_itk_volume(path)
    return None
