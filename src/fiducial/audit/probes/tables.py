"""What probes write beside predictions, and what readers drew that probes ask about."""

import polars as pl

from fiducial.cohort.regions import TRUTH
from fiducial.cohort.table import Cohort

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


def boxes_of_readers(cohort: Cohort, finding: str) -> dict[str, tuple[Corners, ...]]:
    """The boxes that readers drew for a finding, by study."""
    if cohort.regions is None:
        return {}
    drawn = cohort.regions.filter((pl.col("model") == TRUTH) & (pl.col("finding") == finding))
    found: dict[str, list[Corners]] = {}
    for study, x0, y0, x1, y1 in drawn.select("study", "x0", "y0", "x1", "y1").iter_rows():
        found.setdefault(study, []).append((x0, y0, x1, y1))
    return {study: tuple(boxes) for study, boxes in found.items()}
