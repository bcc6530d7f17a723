"""What each member of an ensemble buys: alone, left out, added one by one; what it costs; who errs together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.claims.evidence import Figure
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.predictions.fusion.answers import Answers, answers_about, members_of
from fiducial.predictions.fusion.fuse import fuse_scores
from fiducial.predictions.fusion.recipe import Ensemble, FusionRecipe
from fiducial.predictions.fusion.regions import best_boxes, fuse_regions
from fiducial.predictions.table import CLEAN
from fiducial.stats.resampling import Summed, patient_bootstrap
from fiducial.stats.roc import compare_models, delong

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SEED = 20261127  # of the resamples behind intervals


@dataclass(frozen=True, slots=True)
class Member:
    """``alone``: its AUROC. ``gain``: AUROC of all minus that of all but it, on rows that both scored; None where the
    rest is no ensemble. ``answered``: share of the rows. ``seconds``: mean a row. ``errors``: rows that it calls wrong;
    ``only_right``, ``only_wrong``: rows that it alone calls right, or wrong.
    """

    name: str
    alone: Figure
    gain: Figure | None
    answered: float
    seconds: float | None
    errors: int
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
class Pair:
    """Two members on the rows that both answered: how many both call wrong, and how many they would if an error of one
    said nothing of the other. ``correlation``: of their errors, -1 to 1; None where one of them makes none.
    """

    first: str
    second: str
    together: int
    expected: float
    correlation: Figure | None


@dataclass(frozen=True, slots=True)
class Worth:
    """``whole``: the ensemble's AUROC. ``pairs``: every two members and their errors. ``steps`` are empty where no
    tuning split could order the members.
    """

    finding: str
    split: str
    whole: Figure
    members: tuple[Member, ...]
    pairs: tuple[Pair, ...]
    rows: int
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "finding": self.finding,
            "split": self.split,
            "rows": self.rows,
            "auroc": self.whole.document(),
            "members": [
                {
                    "name": one.name,
                    "alone": one.alone.document(),
                    "gain": one.gain.document() if one.gain else None,
                    "answered": one.answered,
                    "seconds": one.seconds,
                    "errors": one.errors,
                    "only_right": one.only_right,
                    "only_wrong": one.only_wrong,
                }
                for one in self.members
            ],
            "pairs": [
                {
                    "first": one.first,
                    "second": one.second,
                    "together": one.together,
                    "expected": one.expected,
                    "correlation": one.correlation.document() if one.correlation else None,
                }
                for one in self.pairs
            ],
            "steps": [
                {
                    "added": one.added,
                    "auroc": one.auroc.document(),
                    "gain": one.gain.document() if one.gain else None,
                    "seconds": one.seconds,
                }
                for one in self.steps
            ],
            "notes": list(self.notes),
        }

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
                    "errors": one.errors,
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
    regions: pl.DataFrame | None = None,
) -> Worth:
    """Weigh the members on one split. ``thresholds``: of each member's calls, 0.5 where nothing is said. ``regions``:
    their boxes, where the rule is ``boxes``; they are fused again without each member.

    The order in which members are added is found on ``tune``; what each step brings is told on ``split``.

    Raises:
        WrongUsage: ``split`` is ``tune``, or the cohort has no such column.
        UnusableInput: the split has no row with a label.
        CannotJudge: it has one class only.
    """
    if split == "tune":
        raise WrongUsage("members are weighed on a split that nothing was tuned on; 'tune' orders and fits them.")
    members = members_of(predictions, recipe.ensemble)
    fused = _Fused(predictions, recipe, cohort, finding, members, regions)
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
            int(wrong[inside, number].sum()),
            int((right[:, number] & (right.sum(axis=1) == 1))[inside].sum()),
            int((wrong[:, number] & (wrong.sum(axis=1) == 1))[inside].sum()),
        )
        for number, name in enumerate(members)
    )
    steps, notes = _steps(judged, fused, inside, confidence)
    pairs = tuple(
        _pair(judged, wrong, inside, (first, second), confidence)
        for first, second in combinations(range(len(members)), 2)
    )
    return Worth(
        finding,
        split,
        _auroc(judged, whole, inside, confidence, recipe.ensemble.name),
        found,
        pairs,
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
    regions: pl.DataFrame | None = None

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
        plan = self.recipe.model_copy(update={"ensemble": smaller})
        best = None
        if self.regions is not None and plan.rule(self.finding).rule == "boxes":
            best = best_boxes(fuse_regions(self.regions, own, tuple(some), smaller, plan.boxes))
        rows = fuse_scores(own, plan, cohort=self.cohort, best_boxes=best).rows
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


def _pair(judged: _Judged, wrong: Mask, inside: Mask, of: tuple[int, int], confidence: float) -> Pair:
    names = judged.answers.members[of[0]], judged.answers.members[of[1]]
    rows = inside & judged.answers.answered[:, of].all(axis=1)
    first, second = wrong[rows][:, of].T.astype(float)
    together, expected = int((first * second).sum()), float(first.sum() * second.sum() / max(first.size, 1))
    if not 0 < first.sum() < first.size or not 0 < second.sum() < second.size:
        return Pair(*names, together, expected, None)
    statistic = Summed(np.stack([np.ones(first.size), first, second, first * second], axis=1), _phi)
    rng = np.random.default_rng(_SEED)
    try:
        interval = patient_bootstrap(statistic, judged.patient[rows], rng, confidence=confidence)
    except ValueError:  # too few errors to say how sure it is
        interval = None
    value = float(_phi(statistic.terms.sum(axis=0)))
    return Pair(*names, together, expected, Figure("correlation", value, interval, first.size))


def _phi(sums: Scores) -> Scores:
    """Pearson's correlation of two columns of 0 and 1, from n and the sums of both and of their product."""
    n, first, second, both = np.moveaxis(sums, -1, 0)
    spread = first * (n - first) * second * (n - second)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(spread > 0, (n * both - first * second) / np.sqrt(spread), np.nan))


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
