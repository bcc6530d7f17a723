"""What public radiographs say of themselves beside their labels; shared by the examples that audit them."""

from pathlib import Path

import polars as pl


def with_facts_of_fracatlas(data: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """Hardware and body part beside the labels; near-duplicates count as one patient, as the table names none."""
    parts = ("hand", "leg", "hip", "shoulder")
    of_part = pl.coalesce(pl.when(pl.col(part) == 1).then(pl.lit(part)) for part in parts)
    facts = pl.read_csv(data / "metadata.csv").select(
        file=pl.col("path"),
        hardware=pl.when(pl.col("hardware") == 1).then(pl.lit("yes")).otherwise(pl.lit("no")),
        body_part=pl.when(pl.col("mixed") == 1).then(pl.lit("mixed")).otherwise(of_part),
        patient="group-" + pl.col("near_dup_group").cast(pl.String),
    )
    named = rows.with_columns(file=pl.col("path").str.split("/").list.last())
    return named.join(facts, "file", "left", maintain_order="left").drop("file")
