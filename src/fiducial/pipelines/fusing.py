"""The members' rows of one study become those of the ensembles, by the same fusion that tables go through."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fiducial.cohort.regions import REGIONS_SCHEMA
from fiducial.errors import FiducialError, UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.models.rows import PREDICTIONS_SCHEMA, frame
from fiducial.pipelines.members import Member
from fiducial.pipelines.recipe import FusionLine
from fiducial.predictions.fusion.document import FusionDocument, read_fusion
from fiducial.predictions.fusion.fitting import Fitted
from fiducial.predictions.fusion.fuse import fuse_scores
from fiducial.predictions.fusion.recipe import FusionRecipe
from fiducial.predictions.fusion.regions import fuse_regions
from fiducial.predictions.table import CLEAN


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One ensemble: its recipe with all its members named, what was fitted for it, and the findings that it gives."""

    recipe: FusionRecipe
    findings: tuple[str, ...]
    fitted: Mapping[str, Fitted] | None
    boxes: tuple[str, ...]  # those of the findings that its members draw boxes of

    @property
    def name(self) -> str:
        """As its rows call their model."""
        return self.recipe.ensemble.name

    def fuse(self, predictions: pl.DataFrame, regions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """The rows of one study: scores, and boxes where its members draw any.

        Raises:
            UnusableInput: the members' boxes cannot be laid over each other.
        """
        members, about = self.recipe.ensemble.members, pl.col("finding").is_in(self.findings)
        own, boxes, best = predictions.filter(about), None, None
        if self.boxes:
            boxes = fuse_regions(regions.filter(about), own, members, self.recipe.ensemble, self.recipe.boxes)
            best = boxes.group_by("study", "finding", "condition").agg(pl.col("score").max())
        found = fuse_scores(own, self.recipe, best_boxes=best, fitted=self.fitted)
        return found.rows.select(list(PREDICTIONS_SCHEMA)), boxes


def open_group(line: FusionLine, members: tuple[Member, ...], folder: Path, where: str) -> Group:
    """A group whose members are known to give its findings.

    Raises:
        UnusableInput: a member, a finding or a fuser that there is not, a fit that is of another recipe, or a recipe
            that lacks something.
    """
    name = line.ensemble.name
    giving = {one.name: one for one in members if set(line.findings) & set(one.findings)}
    known = sorted({finding for one in members for finding in one.findings})
    for finding in line.findings:
        if finding not in known:
            raise UnusableInput(
                f"{where}: fusion {name}: no model gives {finding!r}.{did_you_mean(finding, known)} "
                f"They give: {', '.join(known)}."
            )
    for member in (*line.ensemble.members, *line.ensemble.weights):
        if member not in giving:
            raise UnusableInput(
                f"{where}: fusion {name}: no model {member!r} gives any of {', '.join(line.findings)}."
                f"{did_you_mean(member, giving)} These do: {', '.join(giving)}."
            )
    earlier = None if line.fitted is None else read_fusion(folder / line.fitted)
    own = tuple(sorted(line.ensemble.members or giving))  # sorted, so that the order of [[models]] says nothing
    for member in own:
        absent = [finding for finding in line.findings if finding not in giving[member].findings]
        if absent:
            raise UnusableInput(
                f"{where}: fusion {name}: the member {member} does not give {absent[0]!r}. Name the members, or make "
                "groups whose members all give every finding."
            )
    if earlier is not None:
        own = _as_fitted(earlier, own, f"{where}: fusion {name}: {line.fitted}")
    drawn = {finding for member in own if giving[member].draws_boxes for finding in giving[member].findings}
    boxes = tuple(finding for finding in line.findings if finding in drawn)
    for finding in line.findings:
        if line.rule(finding).rule == "boxes" and finding not in boxes:
            raise UnusableInput(f"{where}: fusion {name}: the rule 'boxes' for {finding!r}, and no member draws boxes.")
    ensemble = line.ensemble.model_copy(update={"members": own})
    recipe = FusionRecipe(ensemble=ensemble, scores=line.scores, finding=line.finding, boxes=line.boxes)
    return _tried(Group(recipe, line.findings, earlier.as_fitted() if earlier else None, boxes), where)


def _as_fitted(earlier: FusionDocument, members: tuple[str, ...], where: str) -> tuple[str, ...]:
    """The members in the order in which their slopes were written down."""
    if sorted(earlier.members) != list(members):
        raise UnusableInput(
            f"{where}: was fitted for {', '.join(sorted(earlier.members))}; here the members are "
            f"{', '.join(members)}. Fuse again with these."
        )
    return earlier.members


def _tried(group: Group, where: str) -> Group:
    """The group, after it fused an invented study: what its recipe lacks is told now, and not study by study.

    What a fuser compiles (fiducial[fast]) is compiled now as well, so that the first study does not wait for it.
    """
    key = {"study": "tried", "condition": CLEAN, "score": 0.5}
    members = group.recipe.ensemble.members
    named = [{**key, "model": one, "finding": finding} for one in members for finding in group.findings]
    corners = {"x0": 0.0, "y0": 0.0, "x1": 2.0, "y1": 2.0, "rows": 4, "columns": 4}
    boxes = [{**row, **corners, "box": number} for row in named for number in (0, 1) if row["finding"] in group.boxes]
    predictions = [{**row, "abstained": False} for row in named]
    try:
        group.fuse(frame(predictions, PREDICTIONS_SCHEMA), frame(boxes, REGIONS_SCHEMA))
    except FiducialError as lacking:
        raise UnusableInput(f"{where}: fusion {group.name}: {lacking}") from lacking
    return group
