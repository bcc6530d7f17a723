"""The verb: tables of several models in, the tables of their ensemble out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fiducial.cohort.regions import TRUTH, validate_regions
from fiducial.cohort.table import LABEL_PREFIX, CohortSource, read_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_file
from fiducial.files.names import refuse_other_endings
from fiducial.files.tables import read_table, write_table
from fiducial.files.toml import read_toml
from fiducial.predictions.fusion.answers import members_of
from fiducial.predictions.fusion.document import FUSION_SCHEMA, FusionDocument, MaskEstimate, read_fusion, remembered
from fiducial.predictions.fusion.fuse import fuse_scores
from fiducial.predictions.fusion.masks import FusedMasks, fuse_masks, masks_of
from fiducial.predictions.fusion.recipe import FusionRecipe
from fiducial.predictions.fusion.regions import best_boxes, fuse_regions
from fiducial.predictions.fusion.worth import Worth, member_worth
from fiducial.predictions.table import KEY, read_predictions

UNNAMED = "model"  # what read_predictions calls the model of a table that names none


@dataclass(frozen=True, slots=True, eq=False)
class Ensembled:
    """``rows``: the ensemble's predictions. ``failed``: how many of them have no score. ``written``: every file.

    ``worth``: what each member buys, one a finding, where it was asked for. ``masks``: where the members drew some.
    """

    rows: pl.DataFrame
    members: tuple[str, ...]
    failed: int
    written: tuple[Path, ...]
    worth: tuple[Worth, ...] = ()
    masks: FusedMasks | None = None

    @property
    def exit_code(self) -> int:
        """5 where some studies have no score, or some regions no mask, else 0."""
        return 5 if self.failed or (self.masks and self.masks.failed) else 0


def fuse_predictions(  # noqa: PLR0913  (each is an option of the verb)
    sources: Sequence[str | Path],
    recipe: str | Path,
    out: str | Path,
    *,
    cohort: CohortSource | None = None,
    finding: str | None = None,
    worth: str | None = None,
) -> Ensembled:
    """Fuse predictions tables, and the tables of regions and masks beside them, into those of an ensemble.

    ``recipe``: a ``fusion.toml``, or the ``.fusion.json`` of an earlier run, whose fits are then applied as they are.
    ``cohort``: labels and splits, where the recipe fits. ``finding``: of tables that have no such column. ``worth``: a
    split on which every member is weighed. Beside ``out`` stand ``<out>.regions`` and ``<out>.masks`` where the members
    drew boxes or masks, ``<out>.members.csv`` where they were weighed, and ``<out>.fusion.json``: recipe, hashes, fits.

    Raises:
        UnusableInput: a table or the recipe cannot be used; naming file, row or key and the remedy.
        WrongUsage: recipe and tables do not go together, or ``out`` ends in neither .parquet nor .csv.
    """
    out, paths = Path(out), [Path(one) for one in sources]
    refuse_other_endings(out)
    plan, fitted = _plan(Path(recipe))
    tables = _read(paths, finding)
    predictions = _together(tables)
    members = members_of(predictions, plan.ensemble)
    regions = _regions(paths)
    boxes = None if regions is None else fuse_regions(regions, predictions, members, plan.ensemble, plan.boxes)
    best = None if boxes is None else best_boxes(boxes)
    rows = read_cohort(cohort).rows if cohort is not None else None
    found = fuse_scores(predictions, plan, cohort=rows, best_boxes=best, fitted=fitted.as_fitted() if fitted else None)
    masks = _masks(tables, members, plan, out)
    kept = fitted.fitted if fitted else {name: remembered(one) for name, one in found.fitted.items()}
    inputs = {path.name: hash_file(path) for path in (*paths, *_beside(paths, "regions"), *_beside(paths, "masks"))}
    written = [out, out.with_suffix(".fusion.json")]
    FusionDocument(
        schema=FUSION_SCHEMA, recipe=plan, members=members, inputs=inputs, fitted=kept, masks=_estimates(masks)
    ).write(written[1])
    write_table(found.rows, out)
    for name, table in (("regions", boxes), ("masks", None if masks is None else masks.table)):
        if table is not None:
            written.append(out.with_name(f"{out.stem}.{name}{out.suffix}"))
            write_table(table, written[-1])
    weighed = () if worth is None else _weighed(predictions, plan, rows, worth, regions)
    if weighed:
        written.append(out.with_name(f"{out.stem}.members.csv"))
        write_table(pl.concat([one.table() for one in weighed]), written[-1])
    return Ensembled(found.rows, members, found.rows["score"].null_count(), tuple(written), weighed, masks)


def _weighed(
    predictions: pl.DataFrame, plan: FusionRecipe, cohort: pl.DataFrame | None, split: str, regions: pl.DataFrame | None
) -> tuple[Worth, ...]:
    if cohort is None:
        raise WrongUsage("what members buy is weighed against labels; hand the cohort in as well.")
    known = [
        name for name in predictions["finding"].unique(maintain_order=True) if LABEL_PREFIX + name in cohort.columns
    ]
    return tuple(member_worth(predictions, plan, cohort, name, split=split, regions=regions) for name in known)


def _plan(path: Path) -> tuple[FusionRecipe, FusionDocument | None]:
    if path.suffix != ".json":
        return read_toml(path, FusionRecipe), None
    earlier = read_fusion(path)
    return earlier.recipe.model_copy(
        update={"ensemble": earlier.recipe.ensemble.model_copy(update={"members": earlier.members})}
    ), earlier


def _read(paths: Sequence[Path], finding: str | None) -> dict[Path, pl.DataFrame]:
    """Every predictions table; one that names no model is named by its file, where there are several."""
    if not paths:
        raise WrongUsage("an ensemble needs at least one predictions table.")
    tables = {path: read_predictions(path, finding=finding) for path in paths}
    if len(tables) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise WrongUsage(f"{twice} is named twice; give a member a weight instead.")
    return {
        path: table.with_columns(model=pl.lit(path.stem))
        if len(paths) > 1 and set(table["model"]) == {UNNAMED}
        else table
        for path, table in tables.items()
    }


def _together(tables: Mapping[Path, pl.DataFrame]) -> pl.DataFrame:
    every = pl.concat(tables.values(), how="diagonal")
    key = [name for name in KEY if name in every.columns]
    again = every.filter(pl.struct(key).is_duplicated())
    if again.height:
        first = again.row(0, named=True)
        raise UnusableInput(
            f"{', '.join(path.name for path in tables)}: {again.height} rows repeat, first study {first['study']!r} of "
            f"the model {first['model']!r}. Name each model once, in the column 'model'."
        )
    return every


def _beside(paths: Sequence[Path], name: str) -> list[Path]:
    """The tables of regions or masks that stand beside predictions, as ``fiducial predict`` names them."""
    own = [path.with_name(f"{path.stem}.{name}{path.suffix}") for path in paths]
    return [place for place in own if place.is_file()]


def _masks(
    tables: Mapping[Path, pl.DataFrame], members: tuple[str, ...], plan: FusionRecipe, out: Path
) -> FusedMasks | None:
    """Every member's masks, fused; a masks table names no model, so it belongs to the one of the predictions."""
    masks = []
    for path, table in tables.items():
        models = table["model"].unique().sort().to_list()
        for place in _beside([path], "masks"):
            if len(models) > 1:
                raise UnusableInput(
                    f"{place}: stands beside predictions of several models ({', '.join(models)}), and a masks table "
                    "names none. Keep each model's predictions and masks in tables of their own."
                )
            masks.append(masks_of(place, models[0]))
    if not masks:
        return None
    return fuse_masks(pl.concat(masks), members, plan.ensemble, plan.masks, out.with_name(f"{out.stem}.masks"))


def _estimates(masks: FusedMasks | None) -> dict[str, dict[str, MaskEstimate]]:
    return {
        region: {name: MaskEstimate(sensitivity=se, specificity=sp) for name, (se, sp) in of.items()}
        for region, of in (masks.estimated() if masks else {}).items()
    }


def _regions(paths: Sequence[Path]) -> pl.DataFrame | None:
    tables = [_boxes_of(place) for place in _beside(paths, "regions")]
    return pl.concat(tables, how="diagonal_relaxed") if tables else None


def _boxes_of(place: Path) -> pl.DataFrame:
    table = read_table(place)
    boxes = validate_regions(table)
    tiny = (pl.max_horizontal("x1", "y1") <= 1) & (pl.max_horizontal("rows", "columns") > 1)
    wrong = boxes.select((tiny & (pl.col("model") != TRUTH)).fill_null(value=False)).to_series()
    if wrong.any():
        raise UnusableInput(
            f"{table.row(int(wrong.arg_max() or 0))}: the box ends within the first pixel of its image, so its corners "
            f"are fractions ({int(wrong.sum())} boxes are). Multiply x by the columns and y by the rows."
        )
    return boxes
