"""A study's files into one scan: one image, or the slices of one series in their order along the normal."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from fiducial.cohort.file_facts import DICOM_SUFFIXES
from fiducial.cohort.table import Cohort
from fiducial.errors import UnusableInput
from fiducial.models.contract import Shown, Study
from fiducial.scans.conditions.stress import Stress
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan
from fiducial.scans.series import read_files


def read_study(study: Study) -> Scan:
    """The pixels of a study.

    Raises:
        UnusableInput: it has no file, a file cannot be read, or several files are not the slices of one series.
    """
    if not study.paths:
        raise UnusableInput("has no file: the cohort gives no path for it")
    if len(study.paths) > 1:
        return _stacked(study)
    path = study.paths[0]
    try:
        scan = read_scan(path)
    except UnusableInput as told:
        raise UnusableInput(f"{path.name}: {told}") from told
    if path.suffix.lower() in DICOM_SUFFIXES and not scan.header:
        # Grey levels of a picture would pass for HU, and nothing says which side, part or unit they are of.
        raise UnusableInput(f"{path.name}: is called DICOM and is another kind of image; name it so, or give the DICOM")
    return scan


def shown_clean(study: Study) -> Shown:
    """The study as it is."""
    return Shown(study, partial(read_study, study))


def shown_under(study: Study, scan: Scan, stress: Stress, seed: int) -> Shown:
    """A study that has been decoded, under a stress."""
    return Shown(study, partial(stress.apply, scan, seed=seed, study=study.study))


def studies_of(cohort: Cohort) -> list[Study]:
    """One study a row, in the order of the rows, with the files that the cohort gives it."""
    files = _files(cohort)
    return [
        Study(row["study"], tuple(cohort.folder / path for path in _paths(row, files)), row)
        for row in cohort.rows.iter_rows(named=True)
    ]


def _files(cohort: Cohort) -> dict[str, list[str]]:
    if cohort.files is None:
        return {}
    known = cohort.files.filter(pl.col("study").is_not_null()).sort("path")
    grouped = known.group_by("study", maintain_order=True).agg("path")
    return dict(zip(grouped["study"], grouped["path"].to_list(), strict=True))


def _paths(row: dict[str, object], files: dict[str, list[str]]) -> Iterator[str]:
    path = row.get("path")
    several = files.get(str(row["study"]), [])
    # An image under two names is one image; a path that is one of its files is the one that the cohort chose.
    if path is not None and (len(several) < 2 or path in several):
        yield str(path)
    else:
        yield from several


def _stacked(study: Study) -> Scan:
    volume = read_files([Path(path) for path in study.paths], workers=1)
    header = {name: text for name, text in volume.header.items() if not name.startswith("Rescale")}
    return Scan(np.asarray(volume.array), volume.spacing, header)
