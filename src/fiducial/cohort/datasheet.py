"""What a datasheet asks of a cohort and can be counted: who is in, by split and group, what is missing, what files say.

The questions are those of Gebru et al. 2021, "Datasheets for Datasets", doi 10.1145/3458723.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from fiducial.claims.strata import parse_stratum
from fiducial.cohort.table import LABEL_PREFIX, NAMED_COLUMNS, SPLITS, TAG_PREFIX, Cohort
from fiducial.files.hashes import hash_bytes

AGES = "age:0-18-40-60-80-120"  # where the claim names no bands
GROUPS = 12  # of one column; the rarer ones are counted together
NO_VALUE = "no value"
_COUNTED = ("site", "scanner", "sex")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that share a value. ``patients`` is None where the cohort names none; ``positive`` of ``labelled`` rows."""

    value: str
    rows: int
    patients: int | None
    labelled: int
    positive: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """What the files table says of the images. ``shapes``: smallest and largest rows x columns, in pixels."""

    files: int
    unreadable: int
    formats: tuple[tuple[str, int], ...]
    shapes: tuple[str, str] | None
    with_text: int  # files with letters or markers in the pixels
    dicom: int  # files whose header was asked for elements that identify
    identifying: int  # of those, files in which one is filled
    hash: str  # SHA-256 of the sorted hashes of all pixels


@dataclass(frozen=True, slots=True)
class Dataset:
    """A cohort in numbers; no study, patient or path is named."""

    finding: str
    rows: int
    patients: int | None
    labels: tuple[tuple[str, int, int], ...]  # finding, labelled rows, positive rows
    splits: tuple[Group, ...]
    groups: tuple[tuple[str, tuple[Group, ...]], ...]  # column, its values
    missing: tuple[tuple[str, int], ...]  # column, rows without a value
    dates: tuple[str, str] | None
    split_recipes: tuple[str, ...]
    deidentified: tuple[tuple[str, int], ...]  # what headers say of their de-identification, rows that say so
    pictures: Pictures | None

    def by(self, column: str) -> tuple[Group, ...]:
        """The groups of a column; none where the cohort does not have it."""
        return dict(self.groups).get(column, ())


def dataset_of(cohort: Cohort, finding: str, strata: Sequence[str] = ()) -> Dataset:
    """Count a cohort. ``strata``: what the claim calls its subgroups, ``sex`` or ``age:0-40-60-120``."""
    rows = cohort.rows
    recipes = rows["split_recipe"].drop_nulls().unique().sort() if "split_recipe" in rows.columns else ()
    return Dataset(
        finding,
        rows.height,
        _patients(rows),
        tuple(_label(rows, name) for name in cohort.findings),
        _groups(rows, rows["split"], finding, order=SPLITS) if "split" in rows.columns else (),
        tuple(_breakdowns(cohort, finding, strata)),
        tuple((name, _absent(rows[name])) for name in rows.columns if not name.startswith(TAG_PREFIX)),
        _dates(rows),
        tuple(recipes),
        _deidentified(rows),
        None if cohort.files is None else _pictures(cohort.files),
    )


def _patients(rows: pl.DataFrame) -> int | None:
    return rows["patient"].drop_nulls().n_unique() if "patient" in rows.columns else None


def _label(rows: pl.DataFrame, finding: str) -> tuple[str, int, int]:
    label = rows[LABEL_PREFIX + finding]
    return finding, label.len() - label.null_count(), int(label.sum() or 0)


def _absent(values: pl.Series) -> int:
    return values.null_count() + (int(values.is_nan().sum()) if values.dtype.is_float() else 0)


def _breakdowns(cohort: Cohort, finding: str, strata: Sequence[str]) -> Iterator[tuple[str, tuple[Group, ...]]]:
    rows = cohort.rows
    asked = [parse_stratum(text) for text in (*strata, AGES)]
    bands = next(one for one in asked if one.column == "age" and one.edges)
    if "age" in rows.columns:
        yield "age", _groups(rows, bands.labels(rows["age"]).str.strip_prefix("age="), finding)
    columns = dict.fromkeys((*_COUNTED, *(one.column for one in asked if one.column not in NAMED_COLUMNS)))
    for one in [parse_stratum(next((t for t in strata if parse_stratum(t).column == name), name)) for name in columns]:
        if one.column in rows.columns:
            yield one.column, _groups(rows, one.labels(rows[one.column]).str.strip_prefix(f"{one.column}="), finding)


def _groups(rows: pl.DataFrame, values: pl.Series, finding: str, *, order: Sequence[str] = ()) -> tuple[Group, ...]:
    """The largest groups in the given order, or by number and name; what is rarer, and what has no value, come last."""
    label = LABEL_PREFIX + finding
    named = rows.select(
        value=values.cast(pl.String),
        patient=pl.col("patient") if "patient" in rows.columns else pl.lit(None, dtype=pl.String),
        label=pl.col(label) if label in rows.columns else pl.lit(None, dtype=pl.Int8),
    )
    sizes = named.drop_nulls("value").group_by("value").len().sort(["len", "value"], descending=[True, False])
    kept = sizes["value"].to_list()[:GROUPS]
    rest = f"{sizes.height - GROUPS} other values"
    shown = named.with_columns(
        value=pl.when(pl.col("value").is_null())
        .then(pl.lit(NO_VALUE))
        .when(pl.col("value").is_in(kept))
        .then("value")
        .otherwise(pl.lit(rest))
    )
    first = [name for name in order if name in kept] or sorted(kept, key=_by_number)
    counted = shown.group_by("value").agg(
        rows=pl.len(),
        patients=pl.col("patient").drop_nulls().n_unique(),
        labelled=pl.col("label").count(),
        positive=pl.col("label").sum(),
    )
    found = {row["value"]: row for row in counted.iter_rows(named=True)}
    if "patient" not in rows.columns:
        found = {name: row | {"patients": None} for name, row in found.items()}
    return tuple(Group(**found[name]) for name in (*first, rest, NO_VALUE) if name in found)


def _by_number(value: str) -> tuple[int, float, str]:
    head = value.partition("-")[0]
    return (0, float(head), value) if head.replace(".", "", 1).isdigit() else (1, 0.0, value)


def _deidentified(rows: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    """The method where headers name one, else whether the identity was removed (DICOM PS3.3 C.7.1.1)."""
    for keyword in ("DeidentificationMethod", "PatientIdentityRemoved"):
        if TAG_PREFIX + keyword in rows.columns:
            said = rows.select(value=TAG_PREFIX + keyword).drop_nulls().group_by("value").len()
            if said.height:
                found = said.sort(["len", "value"], descending=[True, False]).head(GROUPS)
                return tuple((f"{keyword}: {value}", number) for value, number in found.iter_rows())
    return ()


def _dates(rows: pl.DataFrame) -> tuple[str, str] | None:
    known = rows["acquired"].drop_nulls() if "acquired" in rows.columns else pl.Series([], dtype=pl.Date)
    return None if known.is_empty() else (str(known.min()), str(known.max()))


def _pictures(files: pl.DataFrame) -> Pictures:
    def column(name: str) -> pl.Series:
        return files[name] if name in files.columns else pl.Series(name, [None] * files.height, dtype=pl.String)

    formats = files.select(format=column("format")).drop_nulls().group_by("format").len().sort("len", descending=True)
    boxes = column("overlay_boxes").cast(pl.Int64).fill_null(0)
    headers = column("identifying").drop_nulls()
    hashes = "\n".join(column("pixel_hash").drop_nulls().sort())
    return Pictures(
        files.height,
        files.height - column("reason").null_count(),
        tuple(formats.sort(["len", "format"], descending=[True, False]).iter_rows()),
        _shapes(column("rows"), column("columns")),
        int((boxes > 0).sum()),
        headers.len(),
        int((headers != "").sum()),
        hash_bytes(hashes.encode()),
    )


def _shapes(rows: pl.Series, columns: pl.Series) -> tuple[str, str] | None:
    sizes = pl.DataFrame({"rows": rows.cast(pl.Int64), "columns": columns.cast(pl.Int64)}).drop_nulls()
    if sizes.is_empty():
        return None
    ordered = sizes.sort(pl.col("rows") * pl.col("columns"), "rows")
    return tuple(f"{one[0]} x {one[1]}" for one in (ordered.row(0), ordered.row(-1)))  # type: ignore[return-value]
