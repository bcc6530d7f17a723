"""Boxes as a data set wrote them down, brought into pixels of the upright image: scaled, turned, clipped, numbered."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from fiducial.cohort.layouts.contract import Listing
from fiducial.cohort.layouts.joining import counted
from fiducial.cohort.regions import CLEAN, CORNERS, REGIONS_SCHEMA, TRUTH
from fiducial.errors import FiducialError
from fiducial.scans.frame import frame_of
from fiducial.scans.orientation import Frame, turn_box

DRAFT: dict[str, type[pl.DataType]] = {
    "study": pl.String,
    "finding": pl.String,
    "x0": pl.Float64,
    "y0": pl.Float64,
    "x1": pl.Float64,
    "y1": pl.Float64,
    "rows": pl.Int64,  # of the image that the box was drawn on; null: of the image as it is stored
    "columns": pl.Int64,
    "reader": pl.String,
    "where": pl.String,  # how a message calls the box: "boxes.csv: row 7"
}
_SAME_ASPECT = 0.02  # a resized copy rounds its sides; anything more is another crop
# EXIF turns the image, and the box was drawn before it was turned.
_LYING = pl.col("_orientation").is_between(2, 8) & (pl.col("_fit") == "stored")
_FRAMES = {"study": pl.String, "_rows": pl.Int64, "_columns": pl.Int64, "_orientation": pl.Int64}


def with_regions(listing: Listing, draft: pl.DataFrame, frames: Mapping[str, Frame] | None = None) -> Listing:
    """The listing with the boxes of its rows (columns ``DRAFT``), and what had to be done to them in its notes."""
    known = frames_of(listing, draft["study"]) if frames is None else frames
    there = draft.join(listing.rows.frame, on="study", how="semi", maintain_order="left")
    regions, notes = regions_of(there, known)
    lost = draft.height - there.height
    if lost:
        notes = (f"{lost} boxes of images without a row, left out", *notes)
    return replace(listing, regions=regions, notes=(*listing.notes, *notes))


def frames_of(listing: Listing, studies: pl.Series) -> dict[str, Frame]:
    """The frame of the image of every study that is asked for and could be read."""
    if listing.files is None:
        return {}
    asked = listing.files.filter(pl.col("reason").is_null() & pl.col("study").is_in(studies.unique().to_list()))
    found = {}
    for study, path in asked.select("study", "path").iter_rows():
        try:
            found[study] = frame_of(listing.folder / path)
        except FiducialError:
            continue  # pixels without a size in the header: the box stays as it was drawn
    return found


def regions_of(draft: pl.DataFrame, frames: Mapping[str, Frame]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The regions table of a draft of boxes (columns ``DRAFT``), and notes on what was turned, clipped or left out.

    A box drawn on a copy of another size is scaled to the image that is there. Where EXIF turns the image the box is
    turned with it, unless it was drawn on an image whose sides are those of the upright one.
    """
    known = pl.DataFrame(
        [(study, one.rows, one.columns, one.orientation) for study, one in frames.items()], schema=_FRAMES, orient="row"
    )
    framed = draft.join(known, on="study", how="left", maintain_order="left").with_columns(_fit())
    turned = framed.filter(_LYING)
    upright = _turned(framed.with_columns(_scaled()))
    clipped = upright.with_columns(_clipped())
    cut = pl.any_horizontal((pl.col(name) - pl.col(f"_{name}")).abs() > _SAME_ASPECT for name in CORNERS)
    hollow = (pl.col("x0") >= pl.col("x1")) | (pl.col("y0") >= pl.col("y1"))
    kept = clipped.filter(~hollow)
    notes = (
        _said(turned, "turned upright with its image, as EXIF says", "turned upright with their images, as EXIF says"),
        _said(
            framed.filter(pl.col("_fit") == "neither"),
            "drawn on an image of another shape than the file, left as it is",
            "drawn on images of another shape than the files, left as they are",
        ),
        _said(kept.filter(cut), "crossing the border of its image, clipped", "crossing a border, clipped"),
        _said(clipped.filter(hollow), "without an area inside its image, left out", "without an area inside, left out"),
    )
    return _numbered(kept), tuple(note for note in notes if note)


def _fit() -> pl.Expr:
    """Which image a box was drawn on, by its shape: as stored, as shown upright, or neither; unknown without a file."""
    rows, columns = pl.coalesce("rows", "_rows"), pl.coalesce("columns", "_columns")
    stored = ((rows * pl.col("_columns")) / (columns * pl.col("_rows")) - 1).abs() < _SAME_ASPECT
    upright = ((rows * pl.col("_rows")) / (columns * pl.col("_columns")) - 1).abs() < _SAME_ASPECT
    return (
        pl.when(pl.col("_rows").is_null())
        .then(pl.lit("unknown"))
        .when(stored | ((rows == 1) & (columns == 1)))  # fractions of the sides fit any shape
        .then(pl.lit("stored"))
        .when(upright & (pl.col("_orientation") >= 5))
        .then(pl.lit("upright"))
        .otherwise(pl.lit("neither"))
        .alias("_fit")
    )


def _scaled() -> list[pl.Expr]:
    """Corners in pixels of the file, as stored or upright as they were drawn."""
    fit = pl.col("_fit")
    high = pl.when(fit == "stored").then("_rows").when(fit == "upright").then("_columns")
    wide = pl.when(fit == "stored").then("_columns").when(fit == "upright").then("_rows")
    across = (wide / pl.coalesce("columns", wide)).fill_null(1.0)
    down = (high / pl.coalesce("rows", high)).fill_null(1.0)
    corners = [(pl.col(name) * (across if name.startswith("x") else down)).alias(name) for name in CORNERS]
    return [*corners, pl.coalesce(high, "rows").alias("rows"), pl.coalesce(wide, "columns").alias("columns")]


def _turned(framed: pl.DataFrame) -> pl.DataFrame:
    if not framed.select(_LYING.any()).item():
        return framed
    rows = framed.with_columns(_lies=_LYING).to_dicts()
    for row in rows:
        if row.pop("_lies"):
            frame = Frame(row["_rows"], row["_columns"], row["_orientation"])
            box = turn_box((row["x0"], row["y0"], row["x1"], row["y1"]), frame)
            row.update(zip(CORNERS, box, strict=True), rows=frame.upright[0], columns=frame.upright[1])
    return pl.DataFrame(rows, schema=framed.schema)


def _clipped() -> list[pl.Expr]:
    """Corners inside the image; what they were before stands in ``_x0`` and so on."""
    size = {"x": "columns", "y": "rows"}
    inside = [
        pl.col(name).clip(0.0, pl.coalesce(pl.col(size[name[0]]).cast(pl.Float64), pl.lit(float("inf")))).alias(name)
        for name in CORNERS
    ]
    return [*inside, *(pl.col(name).alias(f"_{name}") for name in CORNERS)]


def _numbered(boxes: pl.DataFrame) -> pl.DataFrame:
    count = pl.int_range(pl.len()).over("study", "finding")
    full = boxes.with_columns(
        model=pl.lit(TRUTH), condition=pl.lit(CLEAN), box=count, score=pl.lit(None, dtype=pl.Float64)
    )
    return full.select(pl.col(name).cast(kind) for name, kind in REGIONS_SCHEMA.items())


def _said(boxes: pl.DataFrame, one: str, several: str) -> str | None:
    if boxes.is_empty():
        return None
    what = counted(boxes.height, "box") if boxes.height == 1 else f"{boxes.height} boxes"
    return f"{what} {one if boxes.height == 1 else several} (first: {boxes['where'][0]})"
