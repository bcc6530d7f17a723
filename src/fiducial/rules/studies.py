"""The facts of many studies out of the tables: predictions, regions, measurements, masks and the cohort."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from fiducial.cohort.regions import REGIONS_SCHEMA, validate_regions
from fiducial.cohort.table import TAG_PREFIX, CohortSource, read_cohort
from fiducial.errors import FiducialError, UnusableInput
from fiducial.files.tables import TableSource, read_table
from fiducial.predictions.masks import read_masks
from fiducial.predictions.measurements import read_measurements
from fiducial.predictions.table import CLEAN, only_clean, read_predictions
from fiducial.rules.declared import Metadatum
from fiducial.rules.facts import Box, Facts, Found, Given, Marked, Plain
from fiducial.rules.file import Rules
from fiducial.rules.tree import Kind
from fiducial.scans.read import read_scan

_TRUTHS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


@dataclass(frozen=True, slots=True)
class DecisionSources:
    """Where the facts come from; what is not given is unknown. ``finding``: of predictions without that column."""

    predictions: TableSource
    regions: TableSource | None = None
    measurements: TableSource | None = None
    masks: Path | None = None
    cohort: CohortSource | None = None
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class Studies:
    """The facts by study, in the order of the cohort or else of the predictions; and what is unknown throughout."""

    facts: Mapping[str, Facts]
    notes: tuple[str, ...]


def read_studies(rules: Rules, sources: DecisionSources) -> Studies:
    """Read what the rules read; a score that is abstained from is unknown, and so is every gap.

    Raises:
        UnusableInput: a table cannot be used, several models answer where one is meant, or a unit is another one.
    """
    predictions = only_clean(read_predictions(sources.predictions, finding=sources.finding), where="predictions")
    if "image" in predictions.columns:
        raise UnusableInput("predictions: have a row an image; rules decide studies. Aggregate them to studies first.")
    cohort = None if sources.cohort is None else read_cohort(sources.cohort).rows
    scores = {name: _scores(predictions, name) for name in rules.inputs.scores}
    measurements = _measurements(rules, sources.measurements)
    regions = _regions(rules, sources.regions, predictions)
    masks = {} if sources.masks is None else _masks(rules, sources.masks)
    metadata = (
        {} if cohort is None else {name: _metadata(cohort, name, kind) for name, kind in rules.inputs.metadata.items()}
    )
    studies = (
        predictions["study"].unique(maintain_order=True).to_list() if cohort is None else cohort["study"].to_list()
    )
    facts = {
        study: Facts(
            study,
            _of(study, scores),
            {name: one for name, found in regions.items() if (one := found.get(study))},
            {name: _marked(path) for name, path in masks.get(study, {}).items()},
            _of(study, measurements),
            _of(study, metadata),
        )
        for study in studies
    }
    return Studies(facts, tuple(_notes(scores, measurements, metadata)))


def wide(rules: Rules, facts: Mapping[str, Facts]) -> pl.DataFrame:
    """One row a study and a column for each declared input: ``score.<name>``, ``measurement.<name>``, ..."""
    kinds: dict[str, pl.DataType] = {
        **{f"score.{name}": pl.Float64() for name in rules.inputs.scores},
        **{f"measurement.{name}": pl.Float64() for name in rules.inputs.measurements},
        **{f"metadata.{name}": _TYPES[one.kind] for name, one in rules.inputs.metadata.items()},
    }
    columns = {name: [_value(one, name) for one in facts.values()] for name in kinds}
    return pl.DataFrame({"study": list(facts), **columns}, schema={"study": pl.String(), **kinds}, strict=False)


_TYPES: Mapping[Kind, pl.DataType] = {"number": pl.Float64(), "text": pl.String(), "truth": pl.Boolean()}


def _value(facts: Facts, column: str) -> Plain | None:
    home, _, name = column.partition(".")
    given = {"score": facts.scores, "measurement": facts.measurements, "metadata": facts.metadata}[home].get(name)
    return given.value if given else None


def _of(study: str, columns: Mapping[str, Mapping[str, Given]]) -> dict[str, Given]:
    return {name: found[study] for name, found in columns.items() if study in found}


def _notes(*kinds: Mapping[str, Mapping[str, Given]]) -> Iterator[str]:
    for what, columns in zip(("score", "measurement", "metadata"), kinds, strict=True):
        for name, found in columns.items():
            if not found:
                yield f"no table has {what}({name}); it is unknown throughout"


def _of_name(frame: pl.DataFrame, name: str, column: str, what: str) -> pl.DataFrame:
    """The rows of ``finding``, or of ``finding@model``; one model at most."""
    named, _, model = name.partition("@")
    rows = frame.filter(pl.col(column) == named)
    if model:
        return rows.filter(pl.col("model") == model)
    models = rows["model"].unique().sort().to_list()
    if len(models) > 1:
        raise UnusableInput(
            f"{what}: {', '.join(models)} all answer {named!r}. Declare '{named}@{models[0]}' in the decision file, or "
            "fuse them first."
        )
    return rows


def _scores(predictions: pl.DataFrame, name: str) -> dict[str, Given]:
    rows = _of_name(predictions, name, "finding", "predictions").select(
        "study", "score", "abstained", "reason", "model"
    )
    return {
        study: Given(None if abstained else score, _silence(reason, abstained=bool(abstained)), model)
        for study, score, abstained, reason, model in rows.iter_rows()
    }


def _silence(reason: str | None, *, abstained: bool) -> str | None:
    """Why a model did not answer, or not in full; None where it did."""
    return reason if not abstained else f"abstained: {reason}" if reason else "abstained"


def _measurements(rules: Rules, source: TableSource | None) -> dict[str, dict[str, Given]]:
    if source is None:
        return {}
    table, found = read_measurements(source), {}
    for name, unit in rules.inputs.measurements.items():
        rows = _of_name(table, name, "name", "measurements")
        others = rows.filter(pl.col("unit") != unit)["unit"].unique().to_list()
        if others:
            raise UnusableInput(f"measurements: {name} is in {others[0]!r}; the decision file reads it in {unit!r}.")
        found[name] = {
            study: Given(value, None, model) for study, value, model in rows["study", "value", "model"].iter_rows()
        }
    return found


def _metadata(cohort: pl.DataFrame, name: str, kind: Metadatum) -> dict[str, Given]:
    column = next((one for one in (name, TAG_PREFIX + name) if one in cohort.columns), None)
    if column is None:
        return {}
    pairs = zip(cohort["study"], cohort[column], strict=True)
    return {study: Given(_as(kind, value), _why(name, kind, value)) for study, value in pairs if value is not None}


def _as(kind: Metadatum, value: object) -> Plain | None:
    if kind.kind == "text":
        return str(value)
    if kind.kind == "truth":
        return _TRUTHS.get(str(value).lower())
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _why(name: str, kind: Metadatum, value: object) -> str | None:
    return f"{name} is {value!r}, which is no {kind.kind}" if _as(kind, value) is None else None


def _regions(rules: Rules, source: TableSource | None, predictions: pl.DataFrame) -> dict[str, dict[str, Found]]:
    """A study without boxes has none where its model answered; where it failed or abstained, there may be more."""
    empty = pl.DataFrame(schema=REGIONS_SCHEMA)
    table = empty if source is None else validate_regions(read_table(source)).filter(pl.col("condition") == CLEAN)
    found: dict[str, dict[str, Found]] = {}
    for name in rules.inputs.regions:
        answers = {
            study: Found((), _silence(reason, abstained=bool(abstained)), model)
            for study, reason, abstained, model in _of_name(predictions, name, "finding", "predictions")
            .select("study", "reason", "abstained", "model")
            .iter_rows()
        }
        boxes: dict[str, list[Box]] = {}
        models: dict[str, str] = {}
        for row in _of_name(table, name, "finding", "regions").iter_rows(named=True):
            boxes.setdefault(row["study"], []).append(_box(row))
            models[row["study"]] = row["model"]
        found[name] = {} if source is None else answers
        for study, own in boxes.items():
            reason = answers[study].reason if study in answers else None
            found[name][study] = Found(tuple(own), reason, models[study])
    return found


def _box(row: Mapping[str, float | None]) -> Box:
    rows, columns, slices = (
        None if row.get(one) is None else int(row[one] or 0) for one in ("rows", "columns", "slices")
    )
    x0, y0, x1, y1 = (float(row[one] or 0.0) for one in ("x0", "y0", "x1", "y1"))
    return Box(x0, y0, x1, y1, row["score"], rows, columns, row.get("z0"), row.get("z1"), slices)


def _masks(rules: Rules, source: Path) -> dict[str, dict[str, Path]]:
    found: dict[str, dict[str, Path]] = {}
    for study, region, file in read_masks(source).iter_rows():
        if region in rules.inputs.masks:
            found.setdefault(study, {})[region] = source.parent / file
    return found


def _marked(path: Path) -> Marked:
    try:
        array = read_scan(path).array != 0
    except FiducialError as unreadable:
        return Marked(None, f"{path.name} {unreadable}")
    flat = array.any(axis=-1) if array.ndim > 3 else array
    return Marked(flat[0] if flat.shape[0] == 1 else flat)
