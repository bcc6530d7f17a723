"""Small cohorts for the tests of the checks, from columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.table import FILES_SCHEMA, Cohort, validate_rows
from fiducial.files.tables import read_table


def cohort_of(columns: Mapping[str, Sequence[Any]], files: Mapping[str, Sequence[Any]] | None = None) -> Cohort:
    """A validated cohort; ``study`` is s0, s1, ... where it is not given, and so are absent columns of the files."""
    n = len(next(iter(columns.values())))
    rows = pl.DataFrame({"study": [f"s{i}" for i in range(n)], **columns})
    return Cohort(validate_rows(read_table(rows)), None if files is None else files_of(files), Path())


def files_of(columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """A files table; columns that are not given are null, ``flat`` is false."""
    n = len(next(iter(columns.values())))
    whole = {name: columns.get(name, [None] * n) for name in FILES_SCHEMA}
    return pl.DataFrame(whole | {"flat": columns.get("flat", [False] * n)}, schema=FILES_SCHEMA)


def severities(findings: Sequence[Finding]) -> list[Severity]:
    """The severities, in order."""
    return [finding.severity for finding in findings]


def studies(finding: Finding) -> list[str | None]:
    """The studies that a finding lists."""
    return [one.study for one in finding.files]


def paths(finding: Finding) -> list[str | None]:
    """The paths that a finding lists."""
    return [one.path for one in finding.files]


def nih14(table: Path) -> Cohort:
    """The NIH ChestX-ray14 table as a cohort, without images."""
    raw = pl.read_csv(table)
    names = {name for cell in raw["Finding Labels"].unique() for name in cell.split("|")} - {"No Finding"}
    told = pl.col("Finding Labels").str.split("|")
    return Cohort(
        raw.select(
            pl.col("Image Index").alias("study"),
            pl.col("Patient ID").cast(pl.String).alias("patient"),
            pl.col("Patient Age").cast(pl.Float64).alias("age"),
            pl.col("Patient Gender").alias("sex"),
            pl.col("Follow-up #").alias("follow_up"),
            pl.col("View Position").alias("view"),
            pl.col("OriginalImage[Width").alias("width"),
            pl.col("Height]").alias("height"),
            pl.col("OriginalImagePixelSpacing[x").alias("spacing"),
            *(told.list.contains(name).cast(pl.Int8).alias(f"label.{name}") for name in sorted(names)),
        ),
        None,
        table.parent,
    )
