"""What each member of an ensemble buys: alone, left out, added one by one; what it costs; who errs together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.claims.evidence import Figure
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.predictions.fusion.answers import Answers, answers_about, members_of
from fiducial.predictions.fusion.fuse import fuse_scores
from fiducial.predictions.fusion.recipe import Ensemble, FusionRecipe
from fiducial.predictions.table import CLEAN
from fiducial.stats.roc import compare_models, delong

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Member:
    """``alone``: its AUROC. ``gain``: AUROC of all minus that of all but it, on rows that both scored; None where the
    rest is no ensemble. ``answered``: share of the rows. ``seconds``: mean a row. ``only_right``, ``only_wrong``: rows
    that it alone called right, or wrong.
    """

    name: str
    alone: Figure
    gain: Figure | None
    answered: float
    seconds: float | None
    only_right: int
    only_wrong: int


@dataclass(frozen=True, slots=True)
class Step:
    """The ensemble of the first members of the order in which each helps most on the tuning split."""

    added: str
    auroc: Figure
    gain: Figure | None  # over the step before, paired; None of the first
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Worth:
    """``whole``: the ensemble's AUROC. ``errors``: (members, members) rows that both call wrong; its diagonal is each
    member's own. ``steps`` are empty where no tuning split could order the members.
    """

    finding: str
    whole: Figure
    members: tuple[Member, ...]
    errors: NDArray[np.int64]
    rows: int
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def table(self) -> pl.DataFrame:
        """One row a member."""
        return pl.DataFrame(
            [
                {
                    "finding": self.finding,
                    "member": one.name,
                    "auroc": one.alone.value,
                    "gain": one.gain.value if one.gain else None,
                    "gain_low": one.gain.interval.low if one.gain and one.gain.interval else None,
                    "gain_high": one.gain.interval.high if one.gain and one.gain.interval else None,
                    "answered": one.answered,
                    "seconds": one.seconds,
                    "only_right": one.only_right,
                    "only_wrong": one.only_wrong,
                }
                for one in self.members
            ],
            schema_overrides=dict.fromkeys(("gain", "gain_low", "gain_high", "seconds"), pl.Float64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Rows of one split, as arrays of one length."""

    answers: Answers
    truth: Mask
    patient: NDArray[np.int64]
    split: NDArray[np.str_]


def member_worth(  # noqa: PLR0913  (each is a choice of who asks)
    predictions: pl.DataFrame,
    recipe: FusionRecipe,
    cohort: pl.DataFrame,
    finding: str,
    *,
    split: str = "test",
    thresholds: dict[str, float] | None = None,
    confidence: float = 0.95,
) -> Worth:
    """Weigh the members on one split. ``thresholds``: of each member's calls, 0.5 where nothing is said.

    The order in which members are added is found on ``tune``; what each step brings is told on ``split``.

    Raises:
        WrongUsage: ``split`` is ``tune``, or the cohort has no such column.
        UnusableInput: the split has no row with a label.
        CannotJudge: it has one class only.
    """
    if split == "tune":
        raise WrongUsage("members are weighed on a split that nothing was tuned on; 'tune' orders and fits them.")
    members = members_of(predictions, recipe.ensemble)
    fused = _Fused(predictions, recipe, cohort, finding, members)
    judged = _judged(predictions, cohort, finding, members)
    inside = judged.split == split
    _refuse_unjudgeable(judged.truth[inside], finding, split)
    whole = fused.of(members)
    calls = _calls(judged.answers, thresholds or {})
    wrong = (calls != judged.truth[:, np.newaxis]) & judged.answers.answered
    right = ~wrong & judged.answers.answered
    found = tuple(
        Member(
            name,
            _auroc(judged, judged.answers.scores[:, number], inside, confidence, name),
            _gain(judged, whole, fused.without(name), inside, confidence, name),
            float(judged.answers.answered[inside, number].mean()),
            fused.seconds((name,)),
            int((right[:, number] & (right.sum(axis=1) == 1))[inside].sum()),
            int((wrong[:, number] & (wrong.sum(axis=1) == 1))[inside].sum()),
        )
        for number, name in enumerate(members)
    )
    steps, notes = _steps(judged, fused, inside, confidence)
    errors = wrong[inside].astype(np.int64)
    return Worth(
        finding,
        _auroc(judged, whole, inside, confidence, recipe.ensemble.name),
        found,
        errors.T @ errors,
        int(inside.sum()),
        steps,
        notes,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Fused:
    """The ensemble of any of its members, row by row of the same answers."""

    predictions: pl.DataFrame
    recipe: FusionRecipe
    cohort: pl.DataFrame
    finding: str
    members: tuple[str, ...]

    def of(self, some: Sequence[str]) -> Scores:
        """Fused scores, NaN where there is none.

        Raises:
            UnusableInput: what the recipe fits cannot be fitted.
            WrongUsage: the rule needs more members than these.
        """
        ensemble = self.recipe.ensemble
        quorum = None if ensemble.quorum is None else min(ensemble.quorum, len(some))
        weights = {name: weight for name, weight in ensemble.weights.items() if name in some}
        smaller = Ensemble(name=ensemble.name, members=tuple(some), weights=weights, quorum=quorum)
        own = self.predictions.filter((pl.col("finding") == self.finding) & (pl.col("condition") == CLEAN))
        rows = fuse_scores(own, self.recipe.model_copy(update={"ensemble": smaller}), cohort=self.cohort).rows
        units = answers_about(self.finding, own, self.members).units
        key = units.columns
        joined = units.join(rows.select(*key, "score"), on=key, how="left", maintain_order="left", nulls_equal=True)
        return joined["score"].to_numpy().astype(np.float64)

    def without(self, name: str) -> Scores | None:
        """All but one; None where the rest makes no ensemble of this recipe."""
        rest = [one for one in self.members if one != name]
        try:
            return self.of(rest) if rest else None
        except (WrongUsage, UnusableInput):
            return None

    def seconds(self, some: Sequence[str]) -> float | None:
        """What some members take for a study together, one after the other."""
        timed = self.predictions.filter(pl.col("model").is_in(some) & (pl.col("finding") == self.finding))
        means = timed.group_by("model").agg(pl.col("seconds").mean())["seconds"]
        return None if means.null_count() or means.is_empty() else float(means.sum())


def _judged(predictions: pl.DataFrame, cohort: pl.DataFrame, finding: str, members: tuple[str, ...]) -> _Judged:
    label = LABEL_PREFIX + finding
    if not {"split", label} <= set(cohort.columns):
        raise WrongUsage(f"members are weighed against labels: the cohort needs the columns 'split' and {label!r}.")
    answers = answers_about(finding, predictions.filter(pl.col("condition") == CLEAN), members)
    patient = "patient" if "patient" in cohort.columns else "study"
    about = cohort.select("study", "split", label=label, who=pl.col(patient).fill_null(pl.col("study")))
    rows = answers.units.join(about, on="study", how="left", maintain_order="left")
    split = rows.select(pl.when(pl.col("label").is_not_null()).then("split").fill_null("none"))
    return _Judged(
        answers,
        (rows["label"] == 1).fill_null(value=False).to_numpy(),
        rows["who"].fill_null("").rank("dense").to_numpy().astype(np.int64),
        split.to_series().to_numpy().astype(str),
    )


def _refuse_unjudgeable(truth: Mask, finding: str, split: str) -> None:
    if not truth.size:
        raise UnusableInput(f"no scored row of split {split!r} has a label for {finding!r}. Name another split.")
    if truth.all() or not truth.any():
        raise CannotJudge(f"the split {split!r} holds one class of {finding!r} only, so no member can be weighed")


def _calls(answers: Answers, thresholds: dict[str, float]) -> Mask:
    return np.asarray(answers.scores >= np.array([thresholds.get(name, 0.5) for name in answers.members]))


def _auroc(judged: _Judged, score: Scores, inside: Mask, confidence: float, name: str) -> Figure:
    rows = inside & ~np.isnan(score)
    found = delong(judged.truth[rows], score[rows], judged.patient[rows])
    return Figure("auroc", float(found.areas[0]), found.logit_interval(0, confidence), int(rows.sum()), subgroup=name)


def _gain(  # noqa: PLR0913, PLR0917  (one question about two scores)
    judged: _Judged, whole: Scores, other: Scores | None, inside: Mask, confidence: float, name: str
) -> Figure | None:
    """``whole`` minus ``other``, paired, on rows that both scored."""
    if other is None:
        return None
    rows = inside & ~np.isnan(whole) & ~np.isnan(other)
    both = delong(judged.truth[rows], np.stack([whole[rows], other[rows]]), judged.patient[rows])
    found = compare_models(both, confidence)
    return Figure("gain", float(both.areas[0] - both.areas[1]), found.interval, int(rows.sum()), subgroup=name)


def _steps(judged: _Judged, fused: _Fused, inside: Mask, confidence: float) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    tune = judged.split == "tune"
    ill = judged.truth[tune]
    if not ill.size or ill.all() or not ill.any():
        return (), ("Without a tuning split that holds both classes, nothing orders the members.",)
    order: list[str] = []
    steps: list[Step] = []
    before: Scores | None = None
    while len(order) < len(fused.members):
        left = [name for name in fused.members if name not in order]
        tried = {name: score for name in left if (score := _tried(fused, [*order, name])) is not None}
        if not tried:
            return tuple(steps), (f"Fewer members than all make no ensemble of the rule {fused.recipe.scores.rule}.",)
        best = max(tried, key=lambda name: _auroc(judged, tried[name], tune, confidence, name).value)
        order.append(best)
        score = tried[best]
        gain = None if before is None else _gain(judged, score, before, inside, confidence, best)
        steps.append(Step(best, _auroc(judged, score, inside, confidence, best), gain, fused.seconds(order)))
        before = score
    return tuple(steps), ()


def _tried(fused: _Fused, some: list[str]) -> Scores | None:
    try:
        return fused.of(some)
    except (WrongUsage, UnusableInput):
        return None
