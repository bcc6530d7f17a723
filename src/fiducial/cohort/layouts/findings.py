"""Findings as published tables write them: their names, and labels that may be uncertain."""

import re

import polars as pl

from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import UnusableInput
from fiducial.files.columns import as_number, require_columns
from fiducial.files.tables import Table

# Irvin et al., CheXpert, AAAI 2019, doi 10.1609/aaai.v33i01.3301590, table 1.
CHEXPERT = (
    "No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema", "Consolidation",
    "Pneumonia", "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture", "Support Devices",
)  # fmt: skip


def finding_name(text: str) -> str:
    """``Nodule/Mass`` as ``nodule_mass``: small letters and digits, anything else being one underscore."""
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_") or "finding"


def with_chexpert_labels(table: Table) -> tuple[Table, tuple[str, ...]]:
    """The fourteen columns 1, 0, -1 or blank as labels 1, 0, null and null.

    A blank is not mentioned in the report and -1 is uncertain: neither is a no. The findings that are uncertain stand
    in ``uncertain``, joined by ``|``.

    Raises:
        UnusableInput: one of the fourteen columns is absent, or another value stands in one.
    """
    require_columns(table, CHEXPERT)
    values = {finding: as_number(table, finding) for finding in CHEXPERT}
    for finding, column in values.items():
        strange = column.is_not_null() & ~column.is_in([-1.0, 0.0, 1.0])
        if strange.any():
            index = int(strange.arg_max() or 0)
            raise UnusableInput(
                f"{table.row(index)}: {finding} must be 1, 0, -1 (uncertain) or empty; got {column[index]:g}. "
                "Correct it."
            )
    numbers = pl.DataFrame(list(values.values()))
    named = {finding: finding_name(finding) for finding in CHEXPERT}
    labels = numbers.select(
        pl.when(pl.col(finding) >= 0).then(pl.col(finding)).cast(pl.Int8).alias(f"{LABEL_PREFIX}{name}")
        for finding, name in named.items()
    )
    unsure = [pl.when(pl.col(finding) == -1).then(pl.lit(name)) for finding, name in named.items()]
    joined = numbers.select(uncertain=pl.concat_str(unsure, separator="|", ignore_nulls=True))
    frame = pl.concat(
        [table.frame.drop(CHEXPERT), labels, joined.select(pl.col("uncertain").replace({"": None}))], how="horizontal"
    )
    count = int(numbers.select(pl.sum_horizontal((pl.col(name) == -1).sum() for name in CHEXPERT)).item())
    note = f"{count} labels are uncertain (-1): left empty, and named in the column 'uncertain'"
    return table.replace(frame), ((note,) if count else ())
