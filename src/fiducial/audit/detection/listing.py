"""Every missed lesion and every mark on nothing, worst first, and the images that show the worst of them."""

from collections.abc import Iterator

import polars as pl

from fiducial.audit.detection.boxes import FLAT
from fiducial.audit.detection.matching import FALSE, FOUND, Matched
from fiducial.claims.detection_evidence import Corners, MarkedImage

SHOWN = 6  # images of each kind


def missed(found: Matched, threshold: float) -> pl.DataFrame:
    """Lesions that no mark at the threshold found: nothing near them first, then by the score of what found them."""
    gone = found.lesions.filter(pl.col("score").fill_null(-1.0) < threshold)
    return gone.sort("score", "nearest", "study", "box", nulls_last=False).drop("image")


def false_positives(found: Matched, threshold: float, *, repeats: bool) -> pl.DataFrame:
    """Marks at the threshold that found no lesion, the surest first; ``repeats``: those on found lesions, too."""
    wrong = pl.col("outcome") != FOUND if repeats else pl.col("outcome") == FALSE
    return found.marks.filter(wrong & (pl.col("score") >= threshold)).drop("image")


def shown(found: Matched, threshold: float, paths: dict[str, str | None], *, repeats: bool) -> tuple[MarkedImage, ...]:
    """The images of the worst misses, then of the surest marks on nothing; none of volumes."""
    if "z0" in found.marks.columns:
        return ()
    kinds = (
        (missed(found, threshold), "missed"),
        (false_positives(found, threshold, repeats=repeats), "marked in vain"),
    )
    return tuple(
        MarkedImage(study, why, paths.get(study), _size(found, study), *_boxes(found, study, threshold))
        for table, why in kinds
        for study in table["study"].unique(maintain_order=True)[:SHOWN]
    )


def _boxes(
    found: Matched, study: str, threshold: float
) -> tuple[tuple[tuple[Corners, bool], ...], tuple[tuple[Corners, float, bool], ...]]:
    lesions, marks = (table.filter(pl.col("study") == study) for table in (found.lesions, found.marks))
    drawn = tuple((_corners(row), (row["score"] or -1.0) >= threshold) for row in lesions.to_dicts())
    called = marks.filter(pl.col("score") >= threshold).to_dicts()
    return drawn, tuple((_corners(row), row["score"], row["outcome"] == FOUND) for row in called)


def _corners(row: dict[str, float]) -> Corners:
    x0, y0, x1, y1 = (row[name] for name in FLAT)
    return x0, y0, x1, y1


def _size(found: Matched, study: str) -> tuple[int, int] | None:
    return next(_sizes(found, study), None)


def _sizes(found: Matched, study: str) -> Iterator[tuple[int, int]]:
    for table in (found.lesions, found.marks):
        if {"rows", "columns"} <= set(table.columns):
            for rows, columns in table.filter(pl.col("study") == study).select("rows", "columns").iter_rows():
                if rows and columns:
                    yield rows, columns
