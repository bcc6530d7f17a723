"""DICOM files into one volume: which files belong, in which order, and their pixels as HU, read in parallel."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import joblib
import numpy as np

from fiducial.batch.chunks import outcome
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.scans.decoding import NAMED, decode, hounsfield, in_threads, results
from fiducial.scans.dicom import MAGIC, MAGIC_AT, quiet
from fiducial.scans.hounsfield import refuse_what_is_no_ct
from fiducial.scans.slices import KEPT, Part, Slice, part_of, slices_in
from fiducial.scans.stacking import affine_of, both, in_order, place, together
from fiducial.scans.volume import Volume

_CALLED_DICOM = (".dcm", ".dicom", ".ima")
_CALLED_OTHERWISE = (".nii", ".gz", ".nrrd", ".mha", ".zip")  # large files that need not be parsed to know


def read_folder(folder: Path, workers: int) -> Volume:
    """Read the one series in a folder and below.

    Raises:
        UnusableInput: no series, several, or one that is incomplete or uneven.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_beside(path))
    if not paths:
        raise UnusableInput("holds no file; name the folder of one series")
    dicom = [path for path in paths if _may_be_dicom(path)]
    if not dicom:
        raise UnusableInput(
            f"holds no DICOM ({_names(paths)}); name the folder of one series, or one NIfTI, NRRD or MetaImage file"
        )
    others = set(paths) - set(dicom)
    left_out = [f"{path.name}: left out, is not DICOM." for path in sorted(others)]
    return _read(dicom, workers, tuple(left_out))


def read_files(paths: Sequence[Path], workers: int) -> Volume:
    """Read the files of one series.

    Raises:
        UnusableInput: as ``read_folder``.
    """
    return _read(paths, workers, ())


def _read(paths: Sequence[Path], workers: int, notes: tuple[str, ...]) -> Volume:
    threads = _threads(workers)
    names = [path.name if len(paths) > 1 else "" for path in paths]
    with quiet():
        with in_threads(threads) as pool:
            parts = results(pool.map(partial(outcome, part_of), paths), names)
        images, told = _images(parts)
        named = [part.path.name if len(paths) > 1 else "" for part in images]
        found = results((outcome(_slices, part) for part in images), named)
        ordered, copies = _without_copies(in_order([one for some in found for one in some]))
        affine, odd = affine_of(ordered)
        array, clipped = decode(ordered, threads)
    refuse_what_is_no_ct(array)
    first = ordered[0].header
    header = {keyword: first[keyword] for keyword in KEPT if keyword in first}
    return Volume(array, affine, header, notes + told + copies + odd + clipped.notes())


def _slices(part: Part) -> list[Slice]:
    return list(slices_in(part))


def _images(parts: Sequence[Part]) -> tuple[list[Part], tuple[str, ...]]:
    """The slices' files, and what was left out beside them.

    Raises:
        UnusableInput: nothing is left, or several series, patients or frames of reference.
    """
    beside = [part for part in parts if part.is_localizer or part.is_labels or not part.is_image]
    images = [part for part in parts if part not in beside] or (beside if len(parts) == 1 else [])
    if not images:
        found = _names([part.path for part in beside])
        if all(part.is_labels for part in beside):
            raise UnusableInput(f"holds a segmentation ({found}), no scan; name the CT that it was drawn on")
        raise UnusableInput(f"holds no slices ({found}); name the folder of one series")
    if images == beside and images[0].is_localizer:
        raise UnusableInput("is a localizer, a projection and no slice; name the series that was planned on it")
    _refuse_several_series(images)
    _refuse_several(images, "PatientID", "patients", "find out which files belong to whom")
    _refuse_several(images, "FrameOfReferenceUID", "frames of reference", "put each in a folder of its own")
    told = [
        f"{part.path.name}: left out, is a {'localizer' if part.is_localizer else part.kind}."
        for part in beside
        if part not in images
    ]
    return images, tuple(told)


def _refuse_several_series(images: Sequence[Part]) -> None:
    series: dict[str, list[Part]] = defaultdict(list)
    for part in images:
        series[part.header.get("SeriesInstanceUID", "")].append(part)
    if len(series) > 1:
        told = "; ".join(
            f"{some[0].header.get('SeriesDescription') or 'without description'} "
            f"({some[0].header.get('Modality') or 'no modality'}, {len(some)} files, {uid or 'without UID'})"
            for uid, some in series.items()
        )
        raise UnusableInput(f"holds {len(series)} series: {told}; put each in a folder of its own and name one")


def _refuse_several(images: Sequence[Part], keyword: str, what: str, remedy: str) -> None:
    found: dict[str, Part] = {}
    for part in images:
        found.setdefault(part.header.get(keyword, ""), part)
    if len(found) > 1:
        told = ", ".join(f"{value or 'none'} in {part.path.name}" for value, part in list(found.items())[:NAMED])
        raise UnusableInput(f"holds slices of {len(found)} {what} under one series ({keyword} {told}); {remedy}")


def _without_copies(ordered: Sequence[Slice]) -> tuple[list[Slice], tuple[str, ...]]:
    kept, notes = [], []
    for run in together(ordered):
        kept.append(run[0])
        for other in run[1:]:
            if not np.array_equal(hounsfield(run[0]), hounsfield(other)):
                apart = sum(len(some) > 1 for some in together(ordered))
                one, copy = both(run[0], other)
                raise UnusableInput(
                    f"{one} and {copy} show different pixels at one place ({apart} such places): "
                    "two phases or reconstructions in one series; put each in a folder of its own"
                )
            notes.append(f"{place(other)}: left out, is a copy of {place(run[0])}.")
    return kept, tuple(notes)


def _threads(workers: int) -> int:
    if workers == 0:
        raise WrongUsage("workers must be 1 or more, or -1 for one a core; got 0.")
    return int(joblib.effective_n_jobs(workers))


def _is_beside(path: Path) -> bool:
    """What systems and discs put beside files."""
    return path.name.startswith(".") or path.name.upper() == "DICOMDIR"


def _may_be_dicom(path: Path) -> bool:
    with path.open("rb") as stream:
        start = stream.read(MAGIC_AT + len(MAGIC))
    if start[MAGIC_AT:] == MAGIC or path.suffix.lower() in _CALLED_DICOM or not (start or path.suffix):
        return True
    if path.suffix.lower() in _CALLED_OTHERWISE:
        return False
    try:
        part_of(path)
    except UnusableInput:
        return False
    return True


def _names(paths: Sequence[Path]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return ", ".join(path.name for path in paths[:NAMED]) + more
