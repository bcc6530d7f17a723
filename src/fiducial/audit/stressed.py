"""The figures of one condition: metrics, the drop from clean, flips, sureness, and what abstention saves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.accuracy import SHOWN, measure_all, shown_case
from fiducial.audit.case import Decisions
from fiducial.audit.confidences import sureness
from fiducial.audit.effects import Effect, effect_of, mean, share
from fiducial.audit.metrics import FLOOR_METRICS
from fiducial.audit.stresses import Stressor, Tried
from fiducial.claims.evidence import Figure, ShownCase
from fiducial.stats.intervals import difference_paired

DROPS = tuple(f"{metric}_drop" for metric in FLOOR_METRICS)
FLIPS = ("flips", "flips_towards_ill", "flips_towards_healthy")
WITHOUT = "_without_abstention"  # ends the name of a figure that counts the scores behind abstentions as answers


@dataclass(frozen=True, slots=True)
class Stressed:
    """What was measured under one condition; figures by name.

    ``filled``: metrics and drops with every unanswered decision counted as an error; empty where all were answered.
    ``tried``, ``untried``, ``unanswered``: decisions. ``broken``: right when clean, wrong under the condition.
    """

    stressor: Stressor
    figures: dict[str, Figure]
    filled: dict[str, Figure]
    tried: int
    untried: int
    unanswered: int
    broken: tuple[ShownCase, ...]

    @property
    def largest_drop(self) -> Figure | None:
        """The largest fall of a floor metric, or None where none could be measured."""
        drops = [self.figures[name] for name in DROPS if name in self.figures]
        return max(drops, key=_value, default=None)

    def told(self) -> Iterator[Figure]:
        """All figures, each with its condition."""
        for figure in self.figures.values():
            yield replace(figure, condition=self.stressor.condition)


def measure_stressed(one: Tried, confidence: float) -> Stressed:
    """Every figure that has a meaning under a condition; shares and areas by patient."""
    effect = one.effect
    figures = [
        *_metrics(one.under.only_answered(), effect, confidence),
        share("coverage", one.under.answered, one.under.patient, confidence),
        *sure(one.under.only_answered(), confidence),
        *_less_sure(effect, confidence),
        *_flips(effect, confidence),
        *_had_it_answered(one, confidence),
    ]
    unanswered = int(np.sum(~one.under.answered))
    filled = list(_with_errors(one, confidence)) if unanswered else []
    return Stressed(
        one.stressor,
        {figure.name: figure for figure in figures},
        {figure.name: figure for figure in filled},
        len(one.under),
        one.untried,
        unanswered,
        _broken(effect),
    )


def sure(decisions: Decisions, confidence: float) -> Iterator[Figure]:
    """Accuracy of answered decisions and how sure the model is of them, of all and of the wrong ones."""
    if not len(decisions):
        return
    right, how_sure = decisions.called == decisions.truth, sureness(decisions)
    yield share("accuracy", right, decisions.patient, confidence)
    yield mean("confidence", how_sure, decisions.patient, confidence)
    if not right.all():
        yield mean("confidence_when_wrong", how_sure[~right], decisions.patient[~right], confidence)


def _metrics(answered: Decisions, effect: Effect, confidence: float) -> Iterator[Figure]:
    if len(answered):
        yield from measure_all(answered, confidence, "all")[0].values()
    if drop := effect.auroc_drop(confidence):
        yield drop
    ill = effect.after.truth
    for metric, asked, positive in (("sensitivity", ill, True), ("specificity", ~ill, False)):
        if asked.any():
            before, after = (side.called[asked] == positive for side in (effect.before, effect.after))
            yield _fall(f"{metric}_drop", before, after, effect.after.patient[asked], confidence)


def _with_errors(one: Tried, confidence: float) -> Iterator[Figure]:
    filled = one.under.unanswered_as_errors()
    yield from _metrics(filled, effect_of(one.stressor.condition, one.clean, filled), confidence)


def _less_sure(effect: Effect, confidence: float) -> Iterator[Figure]:
    clean, under = effect.before, effect.after
    if len(effect):
        yield mean("confidence_drop", sureness(clean) - sureness(under), under.patient, confidence)
        before, after = (side.called == side.truth for side in (clean, under))
        yield _fall("accuracy_drop", before, after, under.patient, confidence)


def _flips(effect: Effect, confidence: float) -> Iterator[Figure]:
    for name, turned in zip(FLIPS, (effect.flipped, effect.risen, effect.fallen), strict=True):
        if len(effect):
            yield effect.share(name, turned, confidence)


def _had_it_answered(one: Tried, confidence: float) -> Iterator[Figure]:
    """Accuracy and flips had the model not abstained; only where it gave a score with an abstention."""
    scored = ~np.isnan(one.under.score)
    if not (scored & ~one.under.answered).any():
        return
    every, both = one.under.where(scored), scored & ~np.isnan(one.clean.score)
    yield share(f"accuracy{WITHOUT}", every.called == every.truth, every.patient, confidence)
    if both.any():
        flipped = one.under.called[both] != one.clean.called[both]
        yield share(f"flips{WITHOUT}", flipped, one.under.patient[both], confidence)


def _fall(
    name: str, before: NDArray[np.bool_], after: NDArray[np.bool_], patient: NDArray[np.int64], confidence: float
) -> Figure:
    interval = difference_paired(before, after, patient, confidence)
    return Figure(name, float(before.mean() - after.mean()), interval, int(before.size))


def _broken(effect: Effect) -> tuple[ShownCase, ...]:
    """The decisions that turned wrong, those first whose score moved farthest."""
    clean, under = effect.before, effect.after
    lost = np.flatnonzero((clean.called == clean.truth) & (under.called != under.truth))
    moved = np.abs(effect.change)[lost]
    return tuple(
        shown_case(clean, int(index), f"right when clean, wrong at {under.score[index]:.2f} under {effect.condition}")
        for index in lost[np.argsort(-moved, kind="stable")][:SHOWN]
    )


def _value(figure: Figure) -> float:
    return figure.value
