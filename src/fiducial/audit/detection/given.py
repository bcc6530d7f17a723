"""The tables that a detector is judged by without a claim, and the images in them that are judged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl

from fiducial.audit.detection.boxes import Boxes, regions_beside
from fiducial.audit.detection.images import Images, images_of
from fiducial.audit.detection.options import DetectionOptions
from fiducial.audit.needs import PATIENT_REMEDY
from fiducial.claims.claim import ALL_ROWS
from fiducial.cohort.regions import TRUTH
from fiducial.cohort.table import LABEL_PREFIX, Cohort, CohortSource, read_cohort
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.files.hashes import hash_file
from fiducial.files.tables import TableSource, hash_table, read_table
from fiducial.predictions.table import CLEAN, read_predictions

UNTOLD = (
    "No predictions stand beside the boxes: the model is taken to have looked at every image, and to have marked "
    "nothing where it has no box."
)
NAMELESS = ""  # the finding of predictions that have no such column


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """``answered``: the clean predictions, or None where nobody knows what the model looked at. ``inputs``: hashes."""

    cohort: Cohort
    regions: TableSource
    answered: pl.DataFrame | None
    inputs: dict[str, str]

    @classmethod
    def read(cls, boxes: TableSource, cohort: CohortSource) -> Self:
        regions, predictions = _places(boxes)
        read = read_cohort(cohort)
        inputs = {"regions": _hash(regions), "cohort": _hash(read.rows if isinstance(cohort, Cohort) else cohort)}
        if read.regions is not None:
            inputs["reference boxes"] = hash_table(read.regions.filter(pl.col("model") == TRUTH))
        answered = None
        if predictions is not None:
            inputs["predictions"] = _hash(predictions)
            answered = read_predictions(predictions, finding=NAMELESS).filter(pl.col("condition") == CLEAN)
        return cls(read, regions, answered, inputs)


def images_in(tables: Given, finding: str, boxes: Boxes, options: DetectionOptions) -> tuple[Images, list[str]]:
    """The images that have a label of the finding and an answer of the model, and what must be said of the others.

    Raises:
        CannotJudge: there are none, nobody drew a box, or labels and boxes contradict each other.
        UnusableInput: a row without a patient.
        WrongUsage: no row is of the split.
    """
    if boxes.drawn is None:
        raise CannotJudge(f"nobody drew a box of {finding}: <cohort>.regions.parquet holds none of the model 'truth'")
    column = LABEL_PREFIX + finding
    rows = _judged(tables.cohort, options.split)
    labelled = rows.filter(pl.col(column).is_not_null())
    answered, notes = _answered(tables, finding, labelled)
    if left := rows.height - labelled.height:
        drawn = rows.filter(pl.col(column).is_null()).join(boxes.drawn, on="study", how="semi").height
        notes.append(
            f"{left} images have no label of {finding} and are not judged ({drawn} of them have a reference box): an "
            "image on which nobody drew is healthy only where its label says so."
        )
    if answered.is_empty():
        raise CannotJudge(f"no judged image has a label of {finding} and an answer")
    patient = answered["patient"].rank("dense").to_numpy().astype(np.int64)
    study, ill = answered["study"].to_numpy().astype(str), answered[column].to_numpy().astype(bool)
    return images_of(study, patient, ill, boxes.drawn, options.undrawn), notes


def _answered(tables: Given, finding: str, labelled: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The rows that the model gave a score, and did not abstain on."""
    if tables.answered is None:
        return labelled, [UNTOLD]
    said = tables.answered.filter(pl.col("finding").is_in([finding, NAMELESS]) & pl.col("score").is_not_null())
    left = labelled.join(said.filter(~pl.col("abstained")), on="study", how="semi", maintain_order="left")
    gone = labelled.height - left.height
    told = f"{gone} of {labelled.height} images were not answered (no score, or abstained) and are left out."
    return left, [told] if gone else []


def _judged(cohort: Cohort, split: str | None) -> pl.DataFrame:
    """The rows of the split; patients are needed, for every interval goes by them.

    Raises:
        UnusableInput: a row without a patient.
        WrongUsage: no row is of that split.
    """
    rows = cohort.rows
    asked = ("test" if "split" in rows.columns else ALL_ROWS) if split is None else split
    if asked != ALL_ROWS:
        if "split" not in rows.columns:
            raise WrongUsage(f"--split {asked}: the cohort has no column 'split'. Leave it out to judge every row.")
        rows = rows.filter(pl.col("split") == asked)
        if rows.is_empty():
            known = ", ".join(cohort.rows["split"].drop_nulls().unique().sort())
            raise WrongUsage(f"no row is of the split {asked!r}; there are {known or 'none'}. Say --split, or all.")
    if "patient" not in rows.columns or rows["patient"].null_count():
        raise UnusableInput(f"{cohort.name}: a row has no patient, by whom intervals go ({PATIENT_REMEDY}).")
    return rows


def findings_in(tables: Given) -> list[str]:
    """Findings with labels, and a box of anybody."""
    frame = read_table(tables.regions).frame
    marked = set(frame["finding"].to_list()) if "finding" in frame.columns else set()
    found = [one for one in tables.cohort.findings if one in marked]
    if not found:
        raise UnusableInput(
            "no finding has both boxes and labels: the boxes are of "
            f"{', '.join(sorted(map(str, marked))) or 'nothing'}, "
            f"the labels of {', '.join(tables.cohort.findings) or 'nothing'}."
        )
    return found


def _places(boxes: TableSource) -> tuple[TableSource, TableSource | None]:
    """Where the boxes are, and the predictions beside them, whichever of the two was named."""
    if not isinstance(boxes, str | Path):
        return boxes, None
    if beside := regions_beside(boxes):
        return beside, boxes
    path = Path(boxes)
    name = path.stem.removesuffix(".regions")
    if name == path.stem:
        return path, None
    places = (path.with_name(name + ending) for ending in (".parquet", ".csv"))
    return path, next((place for place in places if place.is_file()), None)


def _hash(source: Any) -> str:  # noqa: ANN401  (a path or a frame)
    return hash_file(Path(source)) if isinstance(source, str | Path) else hash_table(source)
