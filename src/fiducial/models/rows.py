"""Answers as rows of tables: predictions, regions, features, measurements; maps go into files of their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import SimpleITK as sitk  # noqa: N813  (as its own documentation does)

from fiducial.files.hashes import hash_bytes
from fiducial.files.writing import replacing
from fiducial.models.contract import Answer, Shown

PREDICTIONS_SCHEMA: dict[str, type[pl.DataType]] = {
    "study": pl.String,
    "finding": pl.String,
    "model": pl.String,
    "condition": pl.String,
    "score": pl.Float64,
    "abstained": pl.Boolean,
    "reason": pl.String,
    "seconds": pl.Float64,
}
MEASUREMENTS_SCHEMA: dict[str, type[pl.DataType]] = {
    "study": pl.String,
    "name": pl.String,
    "model": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
}
MASKS_SCHEMA: dict[str, type[pl.DataType]] = {"study": pl.String, "region": pl.String, "path": pl.String}


@dataclass(frozen=True, slots=True)
class Rows:
    """What one study adds to each table; plain values, so that a journal can keep them."""

    predictions: list[dict[str, Any]]
    regions: list[dict[str, Any]] = field(default_factory=list)
    features: list[float] | None = None
    measurements: list[dict[str, Any]] = field(default_factory=list)
    masks: list[dict[str, Any]] = field(default_factory=list)
    attributions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row says beside the answer: which model, under which condition, and where maps are written, if at all."""

    model: str
    findings: tuple[str, ...]
    condition: str = "clean"
    maps: Path | None = None


def rows_of(shown: Shown, answer: Answer, asked: Asked, seconds: float) -> Rows:
    """The rows of one study. A study without an answer keeps a null score and its reason for every finding.

    A model without findings scores nothing: it has a row, named after itself, only where there is a reason to tell.
    """
    study = shown.study.study
    key = {"study": study, "model": asked.model, "condition": asked.condition}
    predictions = [
        {
            **key,
            "finding": finding,
            "score": answer.scores.get(finding),
            "abstained": answer.abstained or (finding in answer.doubts and finding in answer.scores),
            "reason": answer.reason or answer.doubts.get(finding),
            "seconds": seconds,
        }
        for finding in asked.findings or ((asked.model,) if answer.reason else ())
    ]
    features = None if answer.features is None else answer.features.astype(float).tolist()
    measurements = [
        {"study": study, "model": asked.model, "name": name, "value": value, "unit": unit}
        for name, (value, unit) in answer.measurements.items()
    ]
    return Rows(predictions, _regions(shown, answer, key), features, measurements, _maps(shown, answer, asked))


def frame(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Rows as a table of this schema; columns that a row lacks are null."""
    listed: Sequence[list[Any]] = [[row.get(name) for name in schema] for row in rows]
    return pl.DataFrame(listed, schema=dict(schema), orient="row")


def features_frame(rows: Iterable[tuple[str, str, str, list[float]]]) -> pl.DataFrame:
    """``study``, ``model``, ``condition`` and f0, f1, ... of those studies that have features."""
    listed = list(rows)
    width = len(listed[0][3]) if listed else 0
    keys: dict[str, type[pl.DataType]] = {"study": pl.String, "model": pl.String, "condition": pl.String}
    schema = keys | {f"f{index}": pl.Float64 for index in range(width)}
    return pl.DataFrame([[*row[:3], *row[3]] for row in listed], schema=schema, orient="row")


def _regions(shown: Shown, answer: Answer, key: Mapping[str, str]) -> list[dict[str, Any]]:
    if not answer.boxes:
        return []
    rows, columns = shown.scan.array.shape[1:3]
    numbered: dict[str, int] = {}
    found = []
    for box in answer.boxes:
        number = numbered[box.finding] = numbered.get(box.finding, -1) + 1
        corners = {"x0": box.x0, "y0": box.y0, "x1": box.x1, "y1": box.y1}
        place = {"finding": box.finding, "box": number, "rows": rows, "columns": columns, "score": box.score}
        found.append({**key, **corners, **place})
    return found


def _maps(shown: Shown, answer: Answer, asked: Asked) -> list[dict[str, Any]]:
    if asked.maps is None:
        return []
    return [
        {
            "study": shown.study.study,
            "region": name,
            "path": _written(values, name, shown, asked.maps),
            "model": asked.model,
        }
        for name, values in answer.maps.items()
    ]


def _written(values: np.ndarray[Any, np.dtype[np.float32]], name: str, shown: Shown, folder: Path) -> str:
    """A NIfTI named by its content's study; a study's own name may hold what no file name may."""
    key = hash_bytes(shown.study.study.encode()).removeprefix("sha256:")[:16]
    path = folder / f"{key}.{name}.nii.gz"
    image = sitk.GetImageFromArray(values)
    if shown.scan.spacing is not None:
        z, y, x = shown.scan.spacing
        image.SetSpacing((x, y, 1.0 if np.isnan(z) else z))
    with replacing(path) as temporary:
        sitk.WriteImage(image, str(temporary), useCompression=True)
    return f"{folder.name}/{path.name}"
