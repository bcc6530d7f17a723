"""The boxes of one finding: what readers drew (model ``truth``) and what a model marked, checked against each other."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.cohort.regions import CLEAN, CORNERS, TRUTH, regions_path, validate_regions
from fiducial.cohort.table import Cohort
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.tables import TableSource, read_table
from fiducial.predictions.fusion.regions import refuse_fractions, refuse_unscored

FLAT = CORNERS
DEEP = ("x0", "y0", "z0", "x1", "y1", "z1")


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """``drawn``: the reference of one finding, or None where nobody drew any. ``marked``: the model's, with scores.

    Both count their corners in pixels of the same upright images; ``model`` names whose boxes ``marked`` holds.
    ``silent``: the studies that the model did not answer, as far as anybody knows.
    """

    drawn: pl.DataFrame | None
    marked: pl.DataFrame
    model: str
    silent: frozenset[str] = frozenset()

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the corners: of images, or of volumes."""
        return DEEP if _deep(self.marked) or _deep(self.drawn) else FLAT

    def without(self, studies: NDArray[np.str_]) -> "Boxes":
        """Without what the model marked in some studies."""
        return replace(self, marked=self.marked.filter(~pl.col("study").is_in(studies.tolist())))

    def with_worst_marks(self, studies: NDArray[np.str_]) -> "Boxes":
        """With a mark of score 1 on nothing in each of some healthy studies: the worst that it could have said."""
        corners = {name: [0.0 if name.endswith("0") else 1.0] * studies.size for name in self.axes}
        worst = pl.DataFrame(
            {"study": studies, "box": np.arange(studies.size), **corners, "score": np.ones(studies.size)}
        )
        return replace(self, marked=pl.concat([self.marked, worst], how="diagonal_relaxed"))


def regions_beside(predictions: TableSource | None) -> Path | None:
    """``predictions.regions.parquet`` beside ``predictions.parquet``, where it is there."""
    if not isinstance(predictions, str | Path):
        return None
    beside = regions_path(Path(predictions))
    return beside if beside.is_file() else None


def read_boxes(source: TableSource, cohort: Cohort, *, finding: str, model: str | None) -> Boxes:
    """The clean boxes of a finding; the reference stands beside the cohort or, as model ``truth``, in the table itself.

    ``model``: whose boxes, where the table holds several.

    Raises:
        UnusableInput: a box is wrong, of a stranger or without a score; the model is not there or not named; both
            tables hold references, several readers drew on one image, or images and volumes are mixed.
    """
    table = read_table(source)
    where = table.name
    rows = validate_regions(table).filter((pl.col("condition") == CLEAN) & (pl.col("finding") == finding))
    _refuse_strangers(rows, cohort, where)
    marked, own = rows.filter(pl.col("model") != TRUTH), rows.filter(pl.col("model") == TRUTH)
    name = _model(marked, model, where)
    marked = marked.filter(pl.col("model") == name)
    refuse_unscored(marked)
    refuse_fractions(marked)
    found = Boxes(_drawn(cohort, own, finding, where), marked, name)
    if found.drawn is not None:
        _refuse_several_readers(found.drawn)
        _refuse_other_frames(found)
    return found


def _drawn(cohort: Cohort, own: pl.DataFrame, finding: str, where: str) -> pl.DataFrame | None:
    beside = None
    if cohort.regions is not None:
        of_readers = (pl.col("model") == TRUTH) & (pl.col("finding") == finding)
        beside = cohort.regions.filter(of_readers & (pl.col("condition") == CLEAN))
    if beside is not None and beside.height and own.height:
        raise UnusableInput(
            f"{where}: holds boxes of the model 'truth' for {finding}, and so does the table beside the cohort. "
            "Keep the reference in one of the two."
        )
    drawn = own if beside is None or own.height else beside
    return drawn if drawn.height else None


def _model(marked: pl.DataFrame, asked: str | None, where: str) -> str:
    known = marked["model"].unique().sort().to_list()
    if asked is None and len(known) > 1:
        raise UnusableInput(f"{where}: holds the boxes of several models ({', '.join(known)}). Name the one to judge.")
    if asked is not None and known and asked not in known:
        raise UnusableInput(
            f"{where}: holds no box of the model {asked!r}.{did_you_mean(asked, known)} It holds: {', '.join(known)}."
        )
    return asked or (known[0] if known else "model")


def _refuse_strangers(rows: pl.DataFrame, cohort: Cohort, where: str) -> None:
    strangers = rows.join(cohort.rows, on="study", how="anti")["study"].to_list()
    if strangers:
        raise UnusableInput(
            f"{where}: {len(strangers)} boxes are of studies that the cohort does not hold, first {strangers[0]!r}. "
            "Judge with the cohort that was predicted, or remove these rows."
        )


def _refuse_several_readers(drawn: pl.DataFrame) -> None:
    """Two readers' boxes of one lesion would be two lesions."""
    voices = drawn.group_by("study", maintain_order=True).agg(pl.col("reader").unique().drop_nulls().sort())
    several = voices.filter(pl.col("reader").list.len() > 1)
    if several.height:
        first = several.row(0, named=True)
        raise UnusableInput(
            f"the reference boxes of {several.height} studies are of several readers, first {first['study']!r} "
            f"({', '.join(first['reader'])}): one lesion drawn twice would count as two. Keep one reader's boxes, or "
            "one box for each lesion that they agreed on."
        )


def _refuse_other_frames(found: Boxes) -> None:
    if found.drawn is None or not found.marked.height:
        return
    if _deep(found.drawn) != _deep(found.marked):
        flat, deep = ("reference", "model's") if _deep(found.marked) else ("model's", "reference")
        raise UnusableInput(
            f"the {flat} boxes are of images and the {deep} of volumes (z0, z1). Give both the same corners."
        )
    sizes = [
        name for name in ("rows", "columns", "slices") if {name} <= set(found.drawn.columns) & set(found.marked.columns)
    ]
    both = (
        found.marked.select("study", *sizes)
        .unique(maintain_order=True)
        .join(
            found.drawn.select("study", *sizes).unique(maintain_order=True),
            on="study",
            suffix="_drawn",
            maintain_order="left",
        )
    )
    apart = both.filter(pl.any_horizontal(pl.col(name) != pl.col(f"{name}_drawn") for name in sizes))
    if apart.height:
        row = apart.row(0, named=True)
        told = [" x ".join(str(row[f"{name}{end}"]) for name in sizes) for end in ("", "_drawn")]
        raise UnusableInput(
            f"the model and the readers count the pixels of {apart.height} studies in images of different sizes, first "
            f"{row['study']!r} ({told[0]} against {told[1]}). Write every box in pixels of the same upright image."
        )


def _deep(boxes: pl.DataFrame | None) -> bool:
    return boxes is not None and "z0" in boxes.columns and boxes["z0"].null_count() < boxes.height
