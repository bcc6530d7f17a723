"""A table of labels joined to the rows that a folder of files gave: by path, study, image, series or patient."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from fiducial.cohort.layouts.ages import in_years
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.layouts.joining import FileNames, counted, merge, misfit, rename
from fiducial.cohort.reading import Place
from fiducial.cohort.table import give_types
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table, read_table

KEYS = ("path", "image", "series", "study", "patient")  # the first that the table has is what it is joined by
_LEVEL = {"series": 1, "image": 2}
_KEY = "\0key"  # the row of the draft that a row of the table belongs to
_TABLES = "\0table"


@dataclass(frozen=True, slots=True)
class Labelled:
    """The rows with what the table says; the place of every file; the files that the table names and nobody has."""

    rows: Table
    places: dict[str, Place]
    absent: dict[str, str] = field(default_factory=dict)  # path -> reason
    notes: tuple[str, ...] = ()


def label(draft: pl.DataFrame, table: Table, places: dict[str, Place], folder: Path) -> Labelled:
    """Join a table to a draft of the cohort; the table's values go before the headers' where both have one.

    A row whose file is absent or unreadable stays, so that a check can see whether such files pile up in one class.

    Raises:
        UnusableInput: the table has no column to be joined by, or none of its rows fits.
    """
    by = next((key for key in KEYS if key in table.frame.columns), None)
    if by is None:
        raise UnusableInput(
            f"{table.name}: has none of the columns {', '.join(KEYS)}, so it cannot be joined to the files. Name one "
            f"with --column path=<column with the file names>. It has: {', '.join(table.frame.columns)}."
        )
    if by == "path":
        return _by_path(draft, table, places, folder)
    frame = table.frame.with_columns(pl.col(by).cast(pl.String))
    pairs = _pairs(draft, places, by)
    keyed = frame.join(pairs, on=by, how="inner").drop("study", strict=False)
    if keyed.is_empty():
        raise UnusableInput(f"{table.name}: no {by} of it occurs in {folder} (it has, for example, {frame[by][0]!r}).")
    unused = frame.join(pairs, on=by, how="anti").height
    notes = (f"{counted(unused, 'row')} of {table.name} without a file",) if unused else ()
    rows, said = _attach(draft, keyed, table)
    return Labelled(rows, places, {}, (f"{table.name} was joined by {by}", *notes, *said))


def with_named_table(rows: Table, source: Source, folder: Path) -> tuple[Table, tuple[str, ...]]:
    """Rows of images (``study`` and ``path``) with the columns of the table that the user named, if they did.

    Raises:
        UnusableInput: as ``label``.
    """
    if source.table is None:
        return rename(rows, source.columns), ()
    others = give_types(in_years(rename(read_table(source.table), source.columns)))
    places: dict[str, Place] = {path: (study, None, None) for study, path in rows.frame.select("study", "path").rows()}
    joined = label(rows.frame, others, places, folder)
    return joined.rows, joined.notes


def _pairs(draft: pl.DataFrame, places: dict[str, Place], by: str) -> pl.DataFrame:
    """Every value of the column joined by, with the key of the row that it belongs to."""
    if by in ("patient", "study"):
        found = draft.select(
            pl.col(by) if by in draft.columns else pl.lit(None, pl.String).alias(by), key=pl.col("study")
        )
        return found.select(pl.col(by), pl.col("key").alias(_KEY)).drop_nulls()
    inside = {(place[_LEVEL[by]], place[0]) for place in places.values() if place[_LEVEL[by]] and place[0]}
    return pl.DataFrame(sorted(inside, key=str), schema={by: pl.String, _KEY: pl.String}, orient="row")


def _by_path(draft: pl.DataFrame, table: Table, places: dict[str, Place], folder: Path) -> Labelled:
    names = FileNames(folder, list(places))
    studies = table.frame["study"] if "study" in table.frame.columns else [None] * table.frame.height
    keys: list[str | None] = []
    placed, absent = dict(places), {}
    homeless: dict[str, str] = {}
    for (path, reason), study in zip(names.find_all(table.frame["path"]), studies, strict=True):
        if path is None:
            keys.append(None)
            continue
        key, series, image = placed.get(path, (None, None, None))
        if key is None:
            key = study or path
            homeless.setdefault(key, path)
            placed[path] = (key, series, image)
            if reason is not None:
                absent[path] = reason
        keys.append(key)
    if not set(keys) & set(draft["study"]):
        raise UnusableInput(misfit(table.name, table.frame["path"], folder, list(places)))
    new = [key for key in homeless if key not in set(draft["study"])]
    extra = pl.DataFrame(
        {"study": new, "path": [homeless[key] for key in new]}, schema=dict.fromkeys(("study", "path"), pl.String)
    )
    keyed = table.frame.drop("path", "study", strict=False).with_columns(pl.Series(_KEY, keys, dtype=pl.String))
    rows, said = _attach(pl.concat([draft, extra], how="diagonal"), keyed.drop_nulls(_KEY), table)
    missing = (f"{counted(len(absent), 'file')} named by {table.name} could not be found",) if absent else ()
    return Labelled(rows, placed, absent, (*missing, *said))


def _attach(draft: pl.DataFrame, keyed: pl.DataFrame, table: Table) -> tuple[Table, tuple[str, ...]]:
    """Put the table's columns, one value a decision, before the draft's; say where the two disagree."""
    merged, notes = merge(keyed.drop("series", "image", strict=False), _KEY)
    both = [name for name in merged.columns if name in draft.columns]
    frame = draft.join(merged, left_on="study", right_on=_KEY, how="left", suffix=_TABLES, maintain_order="left")
    said = []
    for name in both:
        theirs, ours = pl.col(name + _TABLES), pl.col(name)
        differ = int(frame.select((theirs != ours).sum()).item())
        if differ:
            said.append(
                f"{name}: {counted(differ, 'row')} of {table.name} differing from the DICOM header; the table was taken"
            )
        frame = frame.with_columns(pl.coalesce(theirs, ours).alias(name)).drop(name + _TABLES)
    bare = draft.join(merged, left_on="study", right_on=_KEY, how="anti").height
    if bare:
        said.append(f"{counted(bare, 'decision')} with files but without a row in {table.name}")
    return Table(frame, f"{table.name} joined to its files", 0), (*notes, *said)
