"""Rows of a table that each name an image: find the files, read them, and write both tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from fiducial.cohort.file_facts import FileFacts
from fiducial.cohort.layouts.contract import Listing, Source, Unit
from fiducial.cohort.layouts.joining import NO_SUCH_FILE, FileNames, common_path, counted, merge, misfit
from fiducial.cohort.layouts.units import Folding
from fiducial.cohort.reading import Place, files_frame, read_images
from fiducial.cohort.table import give_types
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table


def read_where_there(table: Table, folder: Path, images: list[str], source: Source, *, shared: bool = False) -> Listing:
    """As ``read_and_place``; where there is no image at all the table stands alone."""
    if images:
        return read_and_place(table, folder, images, source, shared=shared)
    alone = table.replace(table.frame.drop("path", strict=False))
    rows, notes = _one_each(give_types(alone)) if shared else (alone, ())
    return Listing(rows, None, folder, ("no images were found: the table stands alone", *notes))


def read_and_place(table: Table, folder: Path, images: list[str], source: Source, *, shared: bool) -> Listing:
    """Read every image that a row names; rows with one ``study`` become one where they may be ``shared``.

    ``table`` needs ``study`` and ``path``. A row whose file is absent stays, and its file is listed with the reason.
    What the headers of DICOM files say is added to the rows; where the table says it, too, the table is believed.

    Raises:
        UnusableInput: there are images, and no row names any of them.
    """
    names = FileNames(folder, images)
    found = names.find_all(called or None for called in table.frame["path"])
    places: dict[str, Place] = {}
    absent = {}
    for (path, reason), study in zip(found, table.frame["study"], strict=True):
        if path is not None:
            places.setdefault(path, (study, None, None))
            if reason is not None:
                absent[path] = reason
    if absent and len(absent) == len(places) and set(absent.values()) == {NO_SUCH_FILE}:
        raise UnusableInput(misfit(table.name, table.frame["path"], folder, images))
    paths = pl.Series([path for path, _ in found], dtype=pl.String)
    typed = give_types(table.replace(table.frame.with_columns(path=paths)))
    rows, notes = _one_each(typed) if shared else (typed, ())
    headers = _Headers(places)
    facts = list(headers.folded(read_images(folder, [path for path in places if path not in absent], source)))
    rows, said = headers.joined(rows)
    notes = (*said, *notes)
    facts += [FileFacts(path, reason=reason) for path, reason in absent.items()]
    unnamed = len(images) - (len(places) - len(absent))
    if absent:
        notes = (f"{counted(len(absent), 'image')} named by {table.name} could not be found", *notes)
    if unnamed:
        notes = (f"{counted(unnamed, 'image')} left out: no row of {table.name} names them", *notes)
    return Listing(rows, files_frame(facts, places), folder, notes)


@dataclass(slots=True)
class _Headers:
    """What the DICOM files of the rows say, folded as they are read, so that no header is kept."""

    places: dict[str, Place]
    _folding: Folding = field(default_factory=lambda: Folding(Unit.IMAGE))

    def folded(self, facts: Iterator[FileFacts]) -> Iterator[FileFacts]:
        for one in facts:
            if one.header and one.path in self.places:
                study, series, image = self._folding.take(one, self.places[one.path][0])
                self.places[one.path] = (study, series, image)
            yield replace(one, header={})

    def joined(self, rows: Table) -> tuple[Table, tuple[str, ...]]:
        if not self._folding.decisions:
            return rows, ()
        told = give_types(Table(self._folding.frame().drop("path"), rows.name, 0)).frame
        frame = rows.frame.join(told, on="study", how="left", suffix="\0", maintain_order="left")
        notes = list(self._folding.notes())
        for name in (name for name in told.columns if f"{name}\0" in frame.columns):
            differ = int(frame.select((pl.col(name) != pl.col(f"{name}\0")).sum()).item())
            if differ:
                what = f"{counted(differ, 'row')} of {rows.name} differing from the DICOM header; the table was taken"
                notes.append(f"{name}: {what}")
            frame = frame.with_columns(pl.coalesce(name, f"{name}\0").alias(name)).drop(f"{name}\0")
        return rows.replace(frame), tuple(notes)


def _one_each(table: Table) -> tuple[Table, tuple[str, ...]]:
    frame = table.frame
    if frame["study"].is_unique().all():
        return table, ()
    merged, notes = merge(frame, "study")
    if "path" not in frame.columns:
        return table.replace(merged), notes
    paths = frame.drop_nulls("path").group_by("study").agg(pl.col("path"))
    shared = {study: common_path(list(several)) for study, several in paths.iter_rows()}
    placed = pl.Series("path", [shared.get(study) for study in merged["study"]], dtype=pl.String)
    return table.replace(merged.with_columns(placed)), notes
