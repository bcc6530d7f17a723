"""What probes write beside predictions, and what readers drew that probes ask about."""

from pathlib import Path

import polars as pl

from fiducial.cohort.regions import TRUTH
from fiducial.cohort.table import Cohort
from fiducial.predictions.masks import read_masks

SIMILARITY = "saliency-similarity-randomised"  # the measurement, for all methods; ":cam" behind it for one
Corners = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels

ATTRIBUTIONS_SCHEMA: dict[str, type[pl.DataType]] = {
    "study": pl.String,
    "finding": pl.String,
    "model": pl.String,
    "condition": pl.String,
    "region": pl.String,
    "method": pl.String,
    "energy": pl.Float64,
    "area": pl.Float64,
}


def files_of_masks(path: Path) -> dict[str, dict[str, Path]]:
    """The files of a masks table, by study and region.

    Raises:
        UnusableInput: the table cannot be used.
    """
    found: dict[str, dict[str, Path]] = {}
    for study, region, file in read_masks(path).iter_rows():
        found.setdefault(study, {})[region] = path.parent / file
    return found


def boxes_of_readers(cohort: Cohort, finding: str) -> dict[str, tuple[Corners, ...]]:
    """The boxes that readers drew for a finding, by study."""
    if cohort.regions is None:
        return {}
    drawn = cohort.regions.filter((pl.col("model") == TRUTH) & (pl.col("finding") == finding))
    found: dict[str, list[Corners]] = {}
    for study, x0, y0, x1, y1 in drawn.select("study", "x0", "y0", "x1", "y1").iter_rows():
        found.setdefault(study, []).append((x0, y0, x1, y1))
    return {study: tuple(boxes) for study, boxes in found.items()}
