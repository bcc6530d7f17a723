"""The verb: tables of several models in, the tables of their ensemble out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fiducial.cohort.regions import validate_regions
from fiducial.cohort.table import LABEL_PREFIX, CohortSource, read_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_file
from fiducial.files.names import refuse_other_endings
from fiducial.files.tables import read_table, write_table
from fiducial.files.toml import read_toml
from fiducial.predictions.fusion.answers import members_of
from fiducial.predictions.fusion.document import FUSION_SCHEMA, FusionDocument, read_fusion, remembered
from fiducial.predictions.fusion.fuse import fuse_scores
from fiducial.predictions.fusion.recipe import FusionRecipe
from fiducial.predictions.fusion.regions import fuse_regions
from fiducial.predictions.fusion.worth import Worth, member_worth
from fiducial.predictions.table import KEY, read_predictions

UNNAMED = "model"  # what read_predictions calls the model of a table that names none


@dataclass(frozen=True, slots=True, eq=False)
class Ensembled:
    """``rows``: the ensemble's predictions. ``failed``: how many of them have no score. ``written``: every file.

    ``worth``: what each member buys, one a finding, where it was asked for.
    """

    rows: pl.DataFrame
    members: tuple[str, ...]
    failed: int
    written: tuple[Path, ...]
    worth: tuple[Worth, ...] = ()

    @property
    def exit_code(self) -> int:
        """5 where some studies have no score, else 0."""
        return 5 if self.failed else 0


def fuse_predictions(  # noqa: PLR0913  (each is an option of the verb)
    sources: Sequence[str | Path],
    recipe: str | Path,
    out: str | Path,
    *,
    cohort: CohortSource | None = None,
    finding: str | None = None,
    worth: str | None = None,
) -> Ensembled:
    """Fuse predictions tables, and the regions tables beside them, into those of an ensemble.

    ``recipe``: a ``fusion.toml``, or the ``.fusion.json`` of an earlier run, whose fits are then applied as they are.
    ``cohort``: labels and splits, where the recipe fits. ``finding``: of tables that have no such column. ``worth``: a
    split on which every member is weighed. Beside ``out`` stand ``<out>.regions`` where the members drew boxes,
    ``<out>.members.csv`` where they were weighed, and ``<out>.fusion.json``: recipe, hashes, fits.

    Raises:
        UnusableInput: a table or the recipe cannot be used; naming file, row or key and the remedy.
        WrongUsage: recipe and tables do not go together, or ``out`` ends in neither .parquet nor .csv.
    """
    out, paths = Path(out), [Path(one) for one in sources]
    refuse_other_endings(out)
    plan, fitted = _plan(Path(recipe))
    predictions = _together(paths, finding)
    members = members_of(predictions, plan.ensemble)
    regions = _regions(paths)
    boxes = None if regions is None else fuse_regions(regions, predictions, members, plan.ensemble, plan.boxes)
    best = None if boxes is None else boxes.group_by("study", "finding", "condition").agg(pl.col("score").max())
    rows = read_cohort(cohort).rows if cohort is not None else None
    found = fuse_scores(predictions, plan, cohort=rows, best_boxes=best, fitted=fitted.as_fitted() if fitted else None)
    kept = fitted.fitted if fitted else {name: remembered(one) for name, one in found.fitted.items()}
    inputs = {path.name: hash_file(path) for path in (*paths, *_beside(paths))}
    written = [out, out.with_suffix(".fusion.json")]
    FusionDocument(schema=FUSION_SCHEMA, recipe=plan, members=members, inputs=inputs, fitted=kept).write(written[1])
    write_table(found.rows, out)
    if boxes is not None:
        written.append(out.with_name(f"{out.stem}.regions{out.suffix}"))
        write_table(boxes, written[-1])
    weighed = () if worth is None else _weighed(predictions, plan, rows, worth, best)
    if weighed:
        written.append(out.with_name(f"{out.stem}.members.csv"))
        write_table(pl.concat([one.table() for one in weighed]), written[-1])
    return Ensembled(found.rows, members, found.rows["score"].null_count(), tuple(written), weighed)


def _weighed(
    predictions: pl.DataFrame, plan: FusionRecipe, cohort: pl.DataFrame | None, split: str, boxes: pl.DataFrame | None
) -> tuple[Worth, ...]:
    if cohort is None:
        raise WrongUsage("what members buy is weighed against labels; hand the cohort in as well.")
    if boxes is not None and any(plan.rule(name).rule == "boxes" for name in predictions["finding"].unique()):
        raise WrongUsage("members are weighed by their scores; the rule 'boxes' has none of its own.")
    known = [
        name for name in predictions["finding"].unique(maintain_order=True) if LABEL_PREFIX + name in cohort.columns
    ]
    return tuple(member_worth(predictions, plan, cohort, name, split=split) for name in known)


def _plan(path: Path) -> tuple[FusionRecipe, FusionDocument | None]:
    if path.suffix != ".json":
        return read_toml(path, FusionRecipe), None
    earlier = read_fusion(path)
    return earlier.recipe.model_copy(
        update={"ensemble": earlier.recipe.ensemble.model_copy(update={"members": earlier.members})}
    ), earlier


def _together(paths: Sequence[Path], finding: str | None) -> pl.DataFrame:
    if not paths:
        raise WrongUsage("an ensemble needs at least one predictions table.")
    tables = []
    for path in paths:
        table = read_predictions(path, finding=finding)
        if len(paths) > 1 and set(table["model"]) == {UNNAMED}:
            table = table.with_columns(model=pl.lit(path.stem))
        tables.append(table)
    every = pl.concat(tables, how="diagonal")
    key = [name for name in KEY if name in every.columns]
    again = every.filter(pl.struct(key).is_duplicated())
    if again.height:
        first = again.row(0, named=True)
        raise UnusableInput(
            f"{', '.join(path.name for path in paths)}: {again.height} rows repeat, first study {first['study']!r} of "
            f"the model {first['model']!r}. Name each model once, in the column 'model'."
        )
    return every


def _beside(paths: Sequence[Path]) -> list[Path]:
    """The regions tables that stand beside predictions, as ``fiducial predict`` names them."""
    own = [path.with_name(f"{path.stem}.regions{path.suffix}") for path in paths]
    return [place for place in own if place.is_file()]


def _regions(paths: Sequence[Path]) -> pl.DataFrame | None:
    tables = [validate_regions(read_table(place)) for place in _beside(paths)]
    return pl.concat(tables, how="diagonal_relaxed") if tables else None
