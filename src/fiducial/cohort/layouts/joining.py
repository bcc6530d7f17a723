"""Tables and files brought together: which table, under which names, and which of its rows means which file."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import polars as pl

from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.table import LABEL_PREFIX, NAMED_COLUMNS, TAG_PREFIX
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.tables import Table, read_table

TABLE_SUFFIXES = (".csv", ".csv.gz", ".parquet")
VARIES = "(varies)"
NO_SUCH_FILE = "no such file"
_BESIDE = (".files.parquet", ".regions.parquet")  # what we write beside a cohort


def tables_in(folder: Path) -> list[Path]:
    """The tables directly in a folder; those that we wrote ourselves are left out, with the tables beside them."""
    found = sorted(path for path in folder.iterdir() if path.name.endswith(TABLE_SUFFIXES) and path.is_file())
    ours = {path.name for path in found if path.name.endswith(_BESIDE)}
    written = {name.removesuffix(".parquet").rsplit(".", 1)[0] for name in ours}
    return [path for path in found if path.name not in ours and path.name.split(".")[0] not in written]


def table_of(source: Source) -> tuple[Table | None, tuple[str, ...]]:
    """The table to join, read: the one that was named, else the only one in the folder; and a note about it."""
    if source.table is not None:
        return read_table(source.table), ()
    found = tables_in(source.path) if source.path.is_dir() else []
    if len(found) == 1:
        return read_table(found[0]), (f"joined {found[0].name}, the only table in the folder",)
    if found:
        names = ", ".join(path.name for path in found)
        return None, (f"the folder holds {len(found)} tables ({names}); none was joined: name one with --table",)
    return None, ()


def rename(table: Table, columns: dict[str, str]) -> Table:
    """Give the source's columns the names of the cohort.

    Raises:
        UnusableInput: a column that the table does not have.
    """
    frame = table.frame
    for name, old in columns.items():
        if old not in frame.columns:
            hint = did_you_mean(old, frame.columns)
            raise UnusableInput(
                f"{table.name}: has no column {old!r} to be taken as {name!r}.{hint} "
                f"It has: {', '.join(frame.columns)}."
            )
    kept = [name for name in frame.columns if name not in columns and name not in columns.values()]
    return table.replace(frame.select(*kept, *(pl.col(old).alias(name) for name, old in columns.items())))


def label_hints(frame: pl.DataFrame) -> tuple[str, ...]:
    """A note for every column that looks like a label and is none, with the option that makes it one."""
    hints = []
    for name in frame.columns:
        if "label" not in name.lower() or name.startswith((LABEL_PREFIX, TAG_PREFIX)) or name in NAMED_COLUMNS:
            continue
        values = set(frame[name].drop_nulls().cast(pl.String, strict=False).to_list())
        if values and values <= {"0", "1", "0.0", "1.0", "true", "false", "True", "False"}:
            finding = name.lower().replace("label", "").strip("_-. ") or "finding"
            hints.append(f"column {name!r} looks like a label; say --column label.{finding}={name}")
    return tuple(hints)


@dataclass(slots=True)
class FileNames:
    """The files of a folder by every name that a table may call them: path, file name, name without its suffix."""

    folder: Path
    paths: Sequence[str]
    _known: set[str] = field(init=False)
    _names: dict[str, list[str]] = field(init=False)
    _stems: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._known = set(self.paths)
        self._names = defaultdict(list)
        self._stems = defaultdict(list)
        for path in self.paths:
            self._names[PurePosixPath(path).name].append(path)
            self._stems[PurePosixPath(path).stem].append(path)

    def find_all(self, called: Iterable[str | None]) -> list[tuple[str | None, str | None]]:
        """As ``find``, row by row; a file that one row names by its whole path is no other row's for its name alone."""
        asked = [None if one is None else self._asked(one) for one in called]
        exact = {str(one) for one in asked if one is not None} & self._known
        return [(None, None) if one is None else self._unless(exact, one) for one in asked]

    def find(self, called: str) -> tuple[str, str | None]:
        """The path of the file that is meant, or what was asked for and the reason why nothing is found."""
        return self._found(self._asked(called))

    def _unless(self, taken: set[str], asked: PurePosixPath) -> tuple[str, str | None]:
        path, reason = self._found(asked)
        if reason is None and path in taken and path != str(asked) and len(asked.parts) > 1:
            return str(asked), f"{NO_SUCH_FILE} (the only one of its name, {path}, is another row's)"
        return path, reason

    def _asked(self, called: str) -> PurePosixPath:
        asked = PurePosixPath(called.strip().replace("\\", "/"))
        if asked.is_absolute() and asked.is_relative_to(self.folder.resolve().as_posix()):
            return asked.relative_to(self.folder.resolve().as_posix())
        return asked

    def _found(self, asked: PurePosixPath) -> tuple[str, str | None]:
        if str(asked) in self._known:
            return str(asked), None
        by_stem = self._stems.get(asked.name, []) or self._stems.get(asked.stem, [])
        for candidates in (self._names.get(asked.name, []), by_stem):
            if len(candidates) == 1:
                return candidates[0], None
            if candidates:
                shown = ", ".join(sorted(candidates)[:3])
                return str(asked), f"the name fits {len(candidates)} files ({shown}); give the path from the folder"
        return str(asked), NO_SUCH_FILE


def misfit(table: str, named: Iterable[str | None], folder: Path, held: Sequence[str]) -> str:
    """What to say of a table none of whose files is in the folder: what either holds, and how to name another."""
    first = next((name for name in named if name), "nothing")
    return (
        f"{table}: does not fit the folder: not one file that it names is among those of {folder} (it names {first!r}, "
        f"the folder holds {held[0]!r}). Name the table that lists these files with --table, or the column that does "
        "with --column path=<column>."
    )


def names_of(paths: pl.Series) -> pl.Series:
    """The names of the images without suffix; with their folders where two images bear one name."""
    asked = [PurePosixPath(path.replace("\\", "/")) for path in paths]
    short = [path.stem for path in asked]
    if len(set(short)) < len(set(asked)):
        short = [path.with_suffix("").as_posix() for path in asked]
    return pl.Series("study", short, pl.String)


def merge(frame: pl.DataFrame, key: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """One row for each value of ``key``: what all rows agree on; else "(varies)" for text, null for anything typed.

    A note tells of every label on which the rows of one unit contradict each other.
    """
    if frame[key].n_unique() == frame.height:
        return frame, ()
    others = [name for name in frame.columns if name != key]
    merged = frame.group_by(key, maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in others),
        *(pl.col(name).drop_nulls().n_unique().alias(f"{name}\0") for name in others),
    )
    notes = []
    for name in others:
        varies = pl.col(f"{name}\0") > 1
        instead = VARIES if frame.schema[name] == pl.String and name not in ("patient", "path") else None
        if name.startswith(LABEL_PREFIX) and (count := int(merged.select(varies.sum()).item())):
            notes.append(
                f"{name}: {counted(count, 'decision')} with images of different labels, left without one; "
                "say --unit image to give each image its own"
            )
        merged = merged.with_columns(pl.when(varies).then(pl.lit(instead)).otherwise(pl.col(name)).alias(name))
    return merged.select(frame.columns), tuple(notes)


def counted(count: int, what: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def common_path(paths: Sequence[str]) -> str | None:
    """The file where there is one, else the folder that holds them all."""
    if len(paths) <= 1:
        return paths[0] if paths else None
    parts = [PurePosixPath(path).parent.parts for path in paths]
    shared = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return "/".join(shared) or "."
