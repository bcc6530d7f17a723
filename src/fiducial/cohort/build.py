"""From a source (folder or file) to a validated cohort with its files table."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from fiducial import plugins
from fiducial.cohort.layouts.contract import Layout, Source
from fiducial.cohort.table import LABEL_PREFIX, NAMED_COLUMNS, TAG_PREFIX, Cohort, validate_rows
from fiducial.errors import UnusableInput

# The narrower form first; layouts of other packages come before all of these, by name.
PREFERENCE = ("nih14", "dicom-folder", "image-folder", "table")


@dataclass(frozen=True, slots=True)
class Built:
    """A cohort, what was skipped or assumed on the way, and the name of the layout that read it."""

    cohort: Cohort
    notes: tuple[str, ...]
    layout: str


def build_cohort(source: Source, *, layout: str | None = None, told: Callable[[int, int], None] | None = None) -> Built:
    """Read a source in the named layout, or in the first that recognises it; ``told(done, total)`` after every file.

    The order is: layouts of other packages by name, then nih14, dicom-folder, image-folder, table.

    Raises:
        UnusableInput: nothing is there, no layout recognises it, or a value cannot be used.
        WrongUsage: no layout bears the name.
    """
    if not source.path.exists():
        raise UnusableInput(f"{source.path}: there is no such file or folder.")
    reader = plugins.load("layouts", layout)() if layout else _recognised(source)
    try:
        listing = reader.list(replace(source, told=told or source.told))
    except OSError as refused:
        raise UnusableInput(f"{refused.filename or source.path}: cannot be read ({refused.strerror}).") from refused
    rows = validate_rows(listing.rows)
    return Built(
        Cohort(rows.select(_ordered(rows)), listing.files, listing.folder, listing.rows.name, listing.rows.first_row),
        listing.notes,
        reader.name,
    )


def _ordered(rows: pl.DataFrame) -> list[str]:
    """Named columns first, then labels, strata and tags, each as the source has them."""
    named = [name for name in NAMED_COLUMNS if name in rows.columns]
    others = [name for name in rows.columns if name not in named]
    return named + sorted(others, key=lambda name: (name.startswith(TAG_PREFIX), not name.startswith(LABEL_PREFIX)))


def _recognised(source: Source) -> Layout:
    names = plugins.names("layouts")
    order = [*(name for name in names if name not in PREFERENCE), *(name for name in PREFERENCE if name in names)]
    looked_for = []
    for name in order:
        reader: Layout = plugins.load("layouts", name)()
        if reader.recognises(source):
            return reader
        looked_for.append(f"  {name}: {reader.says}")
    raise UnusableInput(f"{source.path}: is none of what was looked for:\n" + "\n".join(looked_for))
