"""One regions table of an ensemble out of those of its detectors."""

import numpy as np
import polars as pl

from fiducial import plugins
from fiducial.cohort.regions import TRUTH
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.predictions.fusion.boxes import Boxes
from fiducial.predictions.fusion.contract import BoxFuser
from fiducial.predictions.fusion.recipe import BoxRule, Ensemble

UNIT = ["study", "finding", "condition"]
FLAT = ("x0", "y0", "x1", "y1")
DEEP = ("x0", "y0", "z0", "x1", "y1", "z1")


def fuse_regions(
    regions: pl.DataFrame, predictions: pl.DataFrame, members: tuple[str, ...], ensemble: Ensemble, rule: BoxRule
) -> pl.DataFrame:
    """Fuse the boxes of every study, finding and condition; boxes of the reference are left alone.

    ``predictions`` says who answered: a member without a score there is no vote against a box. ``models`` counts the
    members behind each box.

    Raises:
        UnusableInput: members count their pixels in images of different sizes, or a box has no score.
        WrongUsage: no fuser bears the name, or it knows no such option.
    """
    rows = regions.filter(pl.col("model").is_in(members) & (pl.col("model") != TRUTH))
    refuse_unscored(rows)
    refuse_fractions(rows)
    sizes = _sizes(rows)
    answered = predictions.filter(pl.col("score").is_not_null() & ~pl.col("abstained") & pl.col("model").is_in(members))
    units = answered.select(UNIT).unique(maintain_order=True).with_row_index("group")
    rows = rows.join(units, on=UNIT, how="inner", maintain_order="left", nulls_equal=True)
    weights = np.zeros((units.height, len(members)))
    place = {name: number for number, name in enumerate(members)}
    voices = answered.join(units, on=UNIT, how="inner")
    numbers = voices["model"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    weights[voices["group"].to_numpy(), numbers] = [ensemble.weights.get(name, 1.0) for name in voices["model"]]
    names = DEEP if set(DEEP) <= set(rows.columns) and rows["z0"].null_count() < rows.height else FLAT
    boxes = Boxes(
        rows.select(names).to_numpy().astype(np.float64).reshape(-1, len(names)),
        rows["score"].to_numpy().astype(np.float64),
        rows["model"].replace_strict(place, return_dtype=pl.Int64).to_numpy(),
        rows["group"].to_numpy().astype(np.int64),
        weights,
    )
    found = fuser_of(rule).fuse(boxes)
    fused = pl.DataFrame(
        {
            "group": pl.Series(found.group, dtype=pl.UInt32),
            **{name: found.corners[:, number] for number, name in enumerate(names)},
            "score": found.score,
            "models": found.models,
        }
    )
    within = pl.int_range(pl.len()).over("group")
    return (
        fused.join(units, on="group", how="left", maintain_order="left")
        .with_columns(box=within, model=pl.lit(ensemble.name))
        .join(sizes, on="study", how="left", maintain_order="left")
        .select("study", "finding", "model", "condition", "box", *names, *sizes.columns[1:], "score", "models")
    )


def best_boxes(fused: pl.DataFrame) -> pl.DataFrame:
    """The score of the best box of each study, finding and condition."""
    return fused.group_by("study", "finding", "condition").agg(pl.col("score").max())


def fuser_of(rule: BoxRule) -> BoxFuser:
    """The fuser that a recipe means.

    Raises:
        WrongUsage: no fuser bears the name, or it knows no such option.
    """
    made = plugins.load("fusers", rule.fuser)
    try:
        fuser: BoxFuser = made(**rule.options)
    except TypeError as unknown:
        raise WrongUsage(f"boxes: the fuser {rule.fuser} does not take these options ({unknown}).") from unknown
    return fuser


def refuse_unscored(rows: pl.DataFrame) -> None:
    """Raises UnusableInput where a detector's box has no score."""
    unscored = rows.filter(pl.col("score").is_null())
    if unscored.height:
        first = unscored.row(0, named=True)
        raise UnusableInput(
            f"regions: {unscored.height} boxes have no score, first of {first['model']} in study {first['study']!r}. "
            "A detector's box needs one; a reader's belongs to the model 'truth'."
        )


def refuse_fractions(rows: pl.DataFrame) -> None:
    """Raises UnusableInput where all boxes of a model fit into the first pixel: these are fractions of an image."""
    farthest = pl.max_horizontal("x1", "y1").max()
    for model, reach, size in (
        rows.group_by("model", maintain_order=True)
        .agg(farthest, pl.max_horizontal("rows", "columns").max().alias("size"))
        .iter_rows()
    ):
        if reach <= 1 and (size or 0) > 1:
            raise UnusableInput(
                f"regions: every box of {model} ends at 1 or before, in images of up to {size} pixels: these are "
                "fractions. Multiply x by the columns and y by the rows."
            )


def _sizes(rows: pl.DataFrame) -> pl.DataFrame:
    """The size of each study's image, which all members must share."""
    told = [name for name in ("rows", "columns", "slices") if name in rows.columns]
    sizes = rows.select("study", *told).unique(maintain_order=True)
    doubled = sizes.filter(pl.col("study").is_duplicated())
    if doubled.height:
        study = doubled["study"][0]
        seen = rows.filter(pl.col("study") == study).select("model", *told).unique(maintain_order=True)
        each = ", ".join(f"{row['model']}: {' x '.join(str(row[name]) for name in told)}" for row in seen.to_dicts())
        raise UnusableInput(
            f"regions: the members count the pixels of study {study!r} in images of different sizes ({each}). "
            "Write every box in pixels of the same upright image."
        )
    return sizes
