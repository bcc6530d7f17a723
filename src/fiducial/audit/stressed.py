"""The figures of one condition: metrics, the drop from clean, flips, sureness, and what abstention saves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.accuracy import SHOWN, measure_all, shown_case
from fiducial.audit.case import Decisions
from fiducial.audit.confidences import sureness
from fiducial.audit.metrics import FLOOR_METRICS, between
from fiducial.audit.stresses import Stressor, Tried
from fiducial.claims.evidence import Figure, ShownCase
from fiducial.stats.intervals import difference_paired, mean_clustered, wilson_clustered
from fiducial.stats.roc import compare_models, delong

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
    figures = [
        *_metrics(one.under.only_answered(), *one.pairs(), confidence),
        share("coverage", one.under.answered, one.under.patient, confidence),
        *_sureness(one, confidence),
        *_flips(*one.pairs(), confidence),
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
        _broken(one),
    )


def sure(decisions: Decisions, confidence: float) -> Iterator[Figure]:
    """Accuracy of answered decisions and how sure the model is of them, of all and of the wrong ones."""
    if not len(decisions):
        return
    right, how_sure = decisions.called == decisions.truth, sureness(decisions)
    yield share("accuracy", right, decisions.patient, confidence)
    yield _mean("confidence", how_sure, decisions.patient, confidence)
    if not right.all():
        yield _mean("confidence_when_wrong", how_sure[~right], decisions.patient[~right], confidence)


def share(
    name: str, bears: NDArray[np.bool_], patient: NDArray[np.int64], confidence: float, subgroup: str = "all"
) -> Figure:
    """A share of some decisions, its interval by patient."""
    interval = wilson_clustered(bears, patient, confidence)
    return Figure(name, float(bears.mean()), interval, int(bears.size), subgroup=subgroup)


def _metrics(answered: Decisions, clean: Decisions, under: Decisions, confidence: float) -> Iterator[Figure]:
    if len(answered):
        yield from measure_all(answered, confidence, "all")[0].values()
    ill = under.truth
    if ill.any() and not ill.all():
        yield _drop_in_auroc(clean, under, confidence)
    for metric, asked, positive in (("sensitivity", ill, True), ("specificity", ~ill, False)):
        if asked.any():
            before, after = (side.called[asked] == positive for side in (clean, under))
            yield _fall(f"{metric}_drop", before, after, under.patient[asked], confidence)


def _with_errors(one: Tried, confidence: float) -> Iterator[Figure]:
    filled, known = one.under.unanswered_as_errors(), one.clean.answered
    yield from _metrics(filled, one.clean.where(known), filled.where(known), confidence)


def _sureness(one: Tried, confidence: float) -> Iterator[Figure]:
    yield from sure(one.under.only_answered(), confidence)
    clean, under = one.pairs()
    if len(under):
        yield _mean("confidence_drop", sureness(clean) - sureness(under), under.patient, confidence)
        before, after = (side.called == side.truth for side in (clean, under))
        yield _fall("accuracy_drop", before, after, under.patient, confidence)


def _flips(clean: Decisions, under: Decisions, confidence: float) -> Iterator[Figure]:
    towards_ill, towards_healthy = under.called & ~clean.called, ~under.called & clean.called
    for name, flipped in zip(FLIPS, (towards_ill | towards_healthy, towards_ill, towards_healthy), strict=True):
        if len(under):
            yield share(name, flipped, under.patient, confidence)


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


def _drop_in_auroc(clean: Decisions, under: Decisions, confidence: float) -> Figure:
    both = delong(under.truth, np.stack([clean.score, under.score]), under.patient)
    apart, n = float(both.areas[0] - both.areas[1]), len(under)
    if min(both.covariance[0, 0], both.covariance[1, 1]) > 0:
        return Figure("auroc_drop", apart, compare_models(both, confidence).interval, n)
    # A side without a variance of its own: square-and-add from Newcombe's, as if the two were independent.
    before, after = (Figure("auroc", float(both.areas[i]), both.logit_interval(i, confidence), n) for i in (0, 1))
    return Figure("auroc_drop", apart, between(before, after), n)


def _fall(
    name: str, before: NDArray[np.bool_], after: NDArray[np.bool_], patient: NDArray[np.int64], confidence: float
) -> Figure:
    interval = difference_paired(before, after, patient, confidence)
    return Figure(name, float(before.mean() - after.mean()), interval, int(before.size))


def _mean(name: str, values: NDArray[np.float64], patient: NDArray[np.int64], confidence: float) -> Figure:
    return Figure(name, float(values.mean()), mean_clustered(values, patient, confidence), int(values.size))


def _broken(one: Tried) -> tuple[ShownCase, ...]:
    """The decisions that turned wrong, those first whose score moved farthest."""
    clean, under = one.pairs()
    lost = np.flatnonzero((clean.called == clean.truth) & (under.called != under.truth))
    moved = np.abs(clean.score - under.score)[lost]
    condition = one.stressor.condition
    return tuple(
        shown_case(clean, int(index), f"right when clean, wrong at {under.score[index]:.2f} under {condition}")
        for index in lost[np.argsort(-moved, kind="stable")][:SHOWN]
    )


def _value(figure: Figure) -> float:
    return figure.value
