"""Layout: a folder of NIfTI volumes, as BIDS names them or in any other way.

Gorgolewski et al., Brain Imaging Data Structure, Sci Data 2016;3:160044, doi 10.1038/sdata.2016.44.
"""

import json
import re
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import ClassVar

import polars as pl

from fiducial.cohort.file_facts import is_dicom
from fiducial.cohort.layouts.ages import in_years
from fiducial.cohort.layouts.contract import Listing, Source, Unit
from fiducial.cohort.layouts.joining import counted, rename
from fiducial.cohort.layouts.labelling import with_named_table
from fiducial.cohort.layouts.placing import read_and_place
from fiducial.cohort.reading import walk
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table
from fiducial.scans.nifti import SUFFIXES

_LOOK_AT = 2000  # files, before a folder is said to hold no NIfTI
_BIDS = re.compile(r"(sub-[^/]+)/(?:(ses-[^/]+)/)?([^/]+)/([^/]+?)\.nii(?:\.gz)?", re.IGNORECASE)
_NULLS = ["", "n/a", "N/A", "NA", "nan"]
_SIDECAR = {"Manufacturer": "tag.Manufacturer", "ManufacturersModelName": "tag.ManufacturerModelName",
            "MagneticFieldStrength": "tag.MagneticFieldStrength", "Modality": "tag.Modality",
            "InstitutionName": "site"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Nifti:
    """``sub-*/[ses-*/]<datatype>/*.nii[.gz]`` with participants.tsv; a row a session, or a volume."""

    name: ClassVar[str] = "nifti"
    says: ClassVar[str] = "a folder of NIfTI volumes, as BIDS names them (sub-*/, participants.tsv) or with a table"

    def recognises(self, source: Source) -> bool:
        """Whether volumes lie there as BIDS names them, or any volumes and no DICOM."""
        if not source.path.is_dir():
            return False
        if any(_is_nifti(path.name) for path in source.path.glob("sub-*/*/*")):
            return True
        first = list(islice(walk(source.path), _LOOK_AT))
        return any(_is_nifti(path) for path in first) and not any(is_dicom(source.path / path) for path in first)

    def list(self, source: Source) -> Listing:
        """Read all volumes, and participants.tsv or the table that was named.

        Raises:
            UnusableInput: no volume, or a table that cannot be joined.
        """
        volumes = [path for path in walk(source.path) if _is_nifti(path)]
        inside = [path for path in volumes if _BIDS.fullmatch(path)]
        found = inside or volumes
        if not found:
            raise UnusableInput(f"{source.path}: holds no file called {' or '.join(SUFFIXES)}.")
        passed = len(volumes) - len(found)
        notes = [f"{counted(passed, 'volume')} passed by: outside of sub-*/ (derivatives, templates)"] if passed else []
        rows = pl.DataFrame([_row(path, source) for path in found], infer_schema_length=None)
        rows = rows.select(name for name in rows.columns if rows[name].null_count() < rows.height)
        joined, said = _with_people(rows, source)
        listing = read_and_place(joined, source.path, found, source, shared=source.unit is Unit.STUDY)
        return replace(listing, notes=(*notes, *said, *listing.notes))


def _row(path: str, source: Source) -> dict[str, str | None]:
    stem = re.sub(r"\.nii(\.gz)?$", "", path, flags=re.IGNORECASE)
    row: dict[str, str | None] = {"study": stem, "patient": None, "path": path}
    bids = _BIDS.fullmatch(path)
    if bids is None:
        return row
    subject, session, datatype, name = bids.groups()
    if source.unit is Unit.STUDY:
        row["study"] = f"{subject}/{session}" if session else subject
    sidecar = _sidecar(source.path / f"{stem}.json")
    return (
        row
        | {"patient": subject, "session": session, "datatype": datatype, "suffix": name.rsplit("_", 1)[-1]}
        | sidecar
    )


def _sidecar(path: Path) -> dict[str, str | None]:
    """What the JSON beside a volume says of its making; nothing where there is none or it is damaged."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        told = {}
    said = told if isinstance(told, dict) else {}
    columns: dict[str, str | None] = {new: str(said[old]) if old in said else None for old, new in _SIDECAR.items()}
    parts = [columns["tag.Manufacturer"], columns["tag.ManufacturerModelName"]]
    return columns | {"scanner": " ".join(part for part in parts if part) or None}


def _with_people(rows: pl.DataFrame, source: Source) -> tuple[Table, tuple[str, ...]]:
    people = source.path / "participants.tsv"
    table = Table(rows, str(source.path), 0)
    if source.table is not None:
        return with_named_table(table, source, source.path)
    if not people.is_file() or "patient" not in rows.columns:
        return rename(table, source.columns), ()
    told = _tsv(people)
    if "participant_id" not in told.columns:
        return rename(table, source.columns), (f"{people.name} was not joined: it has no column participant_id",)
    named = told.rename({"participant_id": "patient"}).unique("patient", keep="first", maintain_order=True)
    clean = named.drop(name for name in named.columns if name in rows.columns and name != "patient")
    bare = rows.join(clean, on="patient", how="anti")["patient"].n_unique()
    notes = (f"{counted(bare, 'subject')} without a row in {people.name}",) if bare else ()
    joined_rows = rows.join(clean, on="patient", how="left", maintain_order="left")
    return in_years(rename(table.replace(joined_rows), source.columns)), notes


def _tsv(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, separator="\t", infer_schema=False, null_values=_NULLS)
    except (pl.exceptions.PolarsError, OSError) as broken:
        raise UnusableInput(f"{path}: cannot be read as a table with tabs ({str(broken).splitlines()[0]}).") from broken


def _is_nifti(path: str) -> bool:
    return path.lower().endswith(SUFFIXES) and not PurePosixPath(path).name.startswith(".")
