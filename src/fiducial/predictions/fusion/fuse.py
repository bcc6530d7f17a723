"""One predictions table of an ensemble out of those of its members."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.errors import WrongUsage
from fiducial.predictions.calibrators import Calibrator
from fiducial.predictions.fusion.answers import Answers, answers_about, members_of
from fiducial.predictions.fusion.fitting import UNFITTED, Fitted, tuning_of
from fiducial.predictions.fusion.recipe import FusionRecipe, ScoreRule
from fiducial.predictions.fusion.scores import AtLeast, GeometricMean, Highest, LogitMean, Mean, ScoreFuser

_PLAIN: dict[str, ScoreFuser] = {
    one.name: one for one in (Mean(), GeometricMean(), LogitMean(), Highest())
}  # those without parameters


@dataclass(frozen=True, slots=True, eq=False)
class FusedScores:
    """``rows``: a predictions table of the ensemble. ``fitted``: finding -> what was fitted, where anything was."""

    rows: pl.DataFrame
    members: tuple[str, ...]
    fitted: Mapping[str, Fitted]


def fuse_scores(
    predictions: pl.DataFrame,
    recipe: FusionRecipe,
    *,
    cohort: pl.DataFrame | None = None,
    best_boxes: pl.DataFrame | None = None,
    fitted: Mapping[str, Fitted] | None = None,
) -> FusedScores:
    """Fuse every finding of a checked predictions table by the recipe.

    ``cohort``: rows with ``study``, ``split`` and labels, which stacking and calibration are fitted on (``tune``
    alone). ``best_boxes``: ``study, finding, condition, score`` of the best fused box, for the rule ``boxes``.
    ``fitted``: of an earlier run; applied as they are, and nothing is fitted.

    Raises:
        WrongUsage: the recipe and the tables do not go together.
        UnusableInput: the tuning split is too small for what is to be fitted.
    """
    members = members_of(predictions, recipe.ensemble)
    weights = np.array([recipe.ensemble.weights.get(name, 1.0) for name in members])
    if not weights.any():
        raise WrongUsage("every member has the weight 0, so nobody would be heard; give one of them a weight.")
    parts, fits = [], {}
    for finding in predictions["finding"].unique(maintain_order=True):
        answers, rule = answers_about(finding, predictions, members), recipe.rule(finding)
        tuning = None if fitted is not None else tuning_of(finding, answers, rule, cohort)
        known = UNFITTED if fitted is None else _earlier(fitted, finding, rule)
        stack = tuning.stack(answers.scores) if tuning and rule.rule == "stacking" else known.stack
        if rule.rule == "boxes":
            raw = _of_boxes(answers, finding, best_boxes)
        else:
            raw = (stack or _fuser(rule, members, int((weights > 0).sum()))).fuse(answers.scores, weights)
        raw = np.where(_heard(answers, weights) >= _quorum(recipe, weights), raw, np.nan)
        calibrator = tuning.calibrator(rule.calibrate, raw) if tuning and rule.calibrate else known.calibrator
        if tuning:
            fits[finding] = tuning.fitted(stack, calibrator)
        raw = raw if calibrator is None else _calibrated(raw, calibrator)
        parts.append(_rows(answers, raw, weights).with_columns(finding=pl.lit(finding)))
    rows = pl.concat(parts, how="diagonal").with_columns(model=pl.lit(recipe.ensemble.name))
    return FusedScores(rows, members, fits)


def _earlier(fitted: Mapping[str, Fitted], finding: str, rule: ScoreRule) -> Fitted:
    known = fitted.get(finding, UNFITTED)
    if (rule.rule == "stacking" and not known.stack) or (rule.calibrate and not known.calibrator):
        raise WrongUsage(
            f"the earlier run fitted nothing for {finding!r} (it did for: {', '.join(fitted) or 'nothing'}). Fuse with "
            "the recipe itself and a cohort, or leave these rows out."
        )
    return known


def _fuser(rule: ScoreRule, members: tuple[str, ...], asked: int) -> ScoreFuser:
    if rule.rule != "k-of-n":
        return _PLAIN[rule.rule]
    absent = [name for name in members if name not in rule.thresholds]
    if absent:
        raise WrongUsage(f"k-of-n needs a threshold for every member; none is given for {', '.join(absent)}.")
    if rule.k is None or rule.k > asked:
        raise WrongUsage(f"{rule.k} of {asked} members can never be positive; lower k.")
    return AtLeast(rule.k, tuple(rule.thresholds[name] for name in members))


def _of_boxes(answers: Answers, finding: str, best_boxes: pl.DataFrame | None) -> NDArray[np.float64]:
    """The score of each study's best box; 0 where every member that answered saw nothing."""
    if best_boxes is None:
        raise WrongUsage("the rule 'boxes' takes the score of the best fused box; hand the regions table in as well.")
    own = best_boxes.filter(pl.col("finding") == finding).select("study", "condition", "score")
    joined = answers.units.join(own, on=["study", "condition"], how="left", maintain_order="left")
    return joined["score"].fill_null(0.0).to_numpy().astype(np.float64)


def _heard(answers: Answers, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray((answers.answered & (weights > 0)).sum(axis=1))


def _quorum(recipe: FusionRecipe, weights: NDArray[np.float64]) -> int:
    return recipe.ensemble.quorum or int((weights > 0).sum())


def _calibrated(raw: NDArray[np.float64], calibrator: Calibrator) -> NDArray[np.float64]:
    return np.where(np.isnan(raw), np.nan, calibrator.apply(np.nan_to_num(raw)))


def _rows(answers: Answers, score: NDArray[np.float64], weights: NDArray[np.float64]) -> pl.DataFrame:
    heard, asked = pl.Series(_heard(answers, weights)), pl.lit(int((weights > 0).sum()))
    reason = pl.format("{} of {} members answered ({})", heard, asked, answers.why.replace("", "the rest has no row"))
    return answers.units.with_columns(
        score=pl.Series(np.clip(score, 0.0, 1.0), nan_to_null=True),
        abstained=pl.lit(value=False),
        reason=pl.when(pl.Series(np.isnan(score))).then(reason),
        seconds=pl.Series(answers.seconds, nan_to_null=True),
    )
