"""From a source (folder or file) to a validated cohort with its files table."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from fiducial import plugins
from fiducial.cohort.layouts.contract import Layout, Source
from fiducial.cohort.regions import validate_regions
from fiducial.cohort.table import LABEL_PREFIX, NAMED_COLUMNS, TAG_PREFIX, Cohort, validate_rows
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table

# The narrower form first; layouts of other packages come before all of these, by name.
PREFERENCE = (
    "nih14", "rsna-ich", "rsna-pneumonia", "chexpert", "mimic-cxr", "vindr-cxr", "coco", "yolo", "nifti",
    "dicom-folder", "image-folder", "table",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Built:
    """A cohort, what was skipped or assumed on the way, and the name of the layout that read it."""

    cohort: Cohort
    notes: tuple[str, ...]
    layout: str


def build_cohort(source: Source, *, layout: str | None = None, told: Callable[[int, int], None] | None = None) -> Built:
    """Read a source in the named layout, or in the first that recognises it; ``told(done, total)`` after every file.

    The order is: layouts of other packages by name, then those of ``PREFERENCE``.

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
    regions = None if listing.regions is None else validate_regions(Table(listing.regions, "its boxes", 0))
    table = listing.rows
    cohort = Cohort(rows.select(_ordered(rows)), listing.files, listing.folder, table.name, table.first_row, regions)
    return Built(cohort, listing.notes, reader.name)


def list_layouts() -> dict[str, str]:
    """What every layout says of itself, by name, in the order in which a source is tried."""
    return {name: plugins.load("layouts", name).says for name in _order()}  # type: ignore[attr-defined]  # the contract


def _order() -> list[str]:
    names = plugins.names("layouts")
    return [*(name for name in names if name not in PREFERENCE), *(name for name in PREFERENCE if name in names)]


def _ordered(rows: pl.DataFrame) -> list[str]:
    """Named columns first, then labels, strata and tags, each as the source has them."""
    named = [name for name in NAMED_COLUMNS if name in rows.columns]
    others = [name for name in rows.columns if name not in named]
    return named + sorted(others, key=lambda name: (name.startswith(TAG_PREFIX), not name.startswith(LABEL_PREFIX)))


def _recognised(source: Source) -> Layout:
    looked_for = []
    for name in _order():
        reader: Layout = plugins.load("layouts", name)()
        if reader.recognises(source):
            return reader
        looked_for.append(f"  {name}: {reader.says}")
    raise UnusableInput(f"{source.path}: is none of what was looked for:\n" + "\n".join(looked_for))
