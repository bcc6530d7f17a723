"""Layout: a folder of DICOM files, at any depth, joined to a table of labels where there is one."""

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import ClassVar

import polars as pl

from fiducial.cohort.file_facts import FileFacts, claims_to_be_dicom, is_dicom
from fiducial.cohort.layouts.ages import in_years
from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.joining import counted, label_hints, rename, table_of
from fiducial.cohort.layouts.labelling import Labelled, label
from fiducial.cohort.layouts.units import Folding
from fiducial.cohort.reading import Place, files_frame, read_dicoms, walk
from fiducial.cohort.table import give_types
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table

_LOOK_AT = 2000  # files, before a folder is said to hold no DICOM


@dataclass(frozen=True, slots=True)
class DicomFolder:
    """Every DICOM file below a folder; a row a study, series or image, with its tags."""

    name: ClassVar[str] = "dicom-folder"
    says: ClassVar[str] = "a folder of DICOM files (or one file), with a table of labels or without"

    def recognises(self, source: Source) -> bool:
        """Whether one of the first files is DICOM."""
        if source.path.is_file():
            return claims_to_be_dicom(source.path) is True
        return any(is_dicom(source.path / path) for path in islice(walk(source.path), _LOOK_AT))

    def list(self, source: Source) -> Listing:
        """Read headers and pixels of all files, fold them into rows and join the table.

        Raises:
            UnusableInput: no file is DICOM, or the table cannot be joined.
        """
        folder = source.path if source.path.is_dir() else source.path.parent
        paths = list(walk(folder)) if source.path.is_dir() else [source.path.name]
        folding = Folding(source.unit)
        facts, places = [], {}
        ignored = 0
        for one in read_dicoms(folder, paths, source):
            if one is None:
                ignored += 1
                continue
            places[one.path] = folding.take(one)
            facts.append(replace(one, header={}))
        if not facts:
            raise UnusableInput(f"{source.path}: none of its {len(paths)} files is DICOM.")
        notes = [f"{counted(ignored, 'file')} passed by: no DICOM"] if ignored else []
        joined = _join(folding.frame(), places, source, folder)
        facts += [FileFacts(path, reason=reason) for path, reason in joined.absent.items()]
        files = files_frame(facts, joined.places)
        return Listing(joined.rows, files, folder, (*notes, *folding.notes(), *joined.notes))


def _join(draft: pl.DataFrame, places: dict[str, Place], source: Source, folder: Path) -> Labelled:
    table, said = table_of(source)
    if table is not None:
        try:
            joined = _labelled(draft, places, table, source, folder)
        except UnusableInput as unfit:
            if source.table is not None or source.columns:
                raise
            said = (f"a table lies in the folder and was not joined: {unfit}",)
        else:
            return replace(joined, notes=(*said, *joined.notes))
    return Labelled(rename(Table(draft, str(source.path), 0), source.columns), places, notes=said)


def _labelled(draft: pl.DataFrame, places: dict[str, Place], table: Table, source: Source, folder: Path) -> Labelled:
    # A mapping may name a column of the table (label.contrast=contrast_label) or of the headers (site=tag.StationName).
    early = {new: old for new, old in source.columns.items() if old in table.frame.columns or old not in draft.columns}
    late = {new: old for new, old in source.columns.items() if new not in early}
    labels = give_types(in_years(rename(table, early)))
    joined = label(draft, labels, places, folder)
    return replace(joined, rows=rename(joined.rows, late), notes=(*joined.notes, *label_hints(labels.frame)))
