"""What a condition does to the decisions that were taken both clean and under it: flips, scores and the AUROC."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.claims.evidence import Figure
from fiducial.stats.intervals import difference, mean_clustered, wilson_clustered
from fiducial.stats.roc import compare_models, delong


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """The same decisions ``before`` and ``after``, all scored both times. ``unanswered``: those that were not."""

    condition: str
    before: Decisions
    after: Decisions
    unanswered: int = 0

    def __len__(self) -> int:
        """The number of decisions."""
        return len(self.before)

    @property
    def change(self) -> NDArray[np.float64]:
        """Score after minus score before, (n,)."""
        return self.after.score - self.before.score

    @property
    def flipped(self) -> NDArray[np.bool_]:
        """Which decisions turned, either way, (n,)."""
        return np.asarray(self.before.called != self.after.called)

    @property
    def fallen(self) -> NDArray[np.bool_]:
        """Which positive calls fell, (n,)."""
        return self.before.called & ~self.after.called

    @property
    def risen(self) -> NDArray[np.bool_]:
        """Which negative calls rose, (n,)."""
        return ~self.before.called & self.after.called

    def where(self, mask: NDArray[np.bool_]) -> "Effect":
        """The decisions of a mask (n,)."""
        return Effect(self.condition, self.before.where(mask), self.after.where(mask), self.unanswered)

    def share(self, name: str, turned: NDArray[np.bool_], confidence: float, subgroup: str = "all") -> Figure:
        """The share of decisions that ``turned`` (n,), with Wilson's interval by patient."""
        figure = share(name, turned, self.before.patient, confidence, subgroup)
        return replace(figure, condition=self.condition)

    def score_change(self, confidence: float, subgroup: str = "all") -> Figure:
        """The mean change in score, by patient."""
        figure = mean("score_change", self.change, self.before.patient, confidence)
        return replace(figure, subgroup=subgroup, condition=self.condition)

    def auroc_drop(self, confidence: float) -> Figure | None:
        """AUROC before minus after, paired (DeLong, by patient); None of one class only."""
        truth = self.before.truth
        if truth.all() or not truth.any():
            return None
        both = delong(truth, np.stack([self.before.score, self.after.score]), self.before.patient)
        before, after = (float(area) for area in both.areas)
        if min(both.covariance[0, 0], both.covariance[1, 1]) > 0:
            interval = compare_models(both, confidence).interval
        else:  # perfect separation has no variance of its own: square-and-add, as if the two were independent
            ends = (both.logit_interval(model, confidence) for model in (0, 1))
            interval = difference(before, next(ends), after, next(ends))
        return Figure("auroc_drop", before - after, interval, len(self), condition=self.condition)


def share(
    name: str, bears: NDArray[np.bool_], patient: NDArray[np.int64], confidence: float, subgroup: str = "all"
) -> Figure:
    """A share of some decisions, its interval by patient."""
    interval = wilson_clustered(bears, patient, confidence)
    return Figure(name, float(bears.mean()), interval, int(bears.size), subgroup=subgroup)


def mean(name: str, values: NDArray[np.float64], patient: NDArray[np.int64], confidence: float) -> Figure:
    """The mean over some decisions, its interval by patient."""
    return Figure(name, float(values.mean()), mean_clustered(values, patient, confidence), int(values.size))


def effects(case: Case, decisions: Decisions, names: Iterable[str]) -> tuple[list[Effect], tuple[str, ...]]:
    """One effect for every severity of the named conditions that was tried, and the names that were not."""
    found, untried = [], []
    for name in dict.fromkeys(names):
        severities = [one for one in case.probed.conditions if one.partition(":")[0] == name]
        tried = [_scored(case, decisions, one) for one in severities]
        given = [one for one in tried if len(one)]
        found += given
        if not given:
            untried.append(name)
    return found, tuple(untried)


def unanswered(tried: Iterable[Effect]) -> Iterable[str]:
    """A note for every condition under which some decisions were not answered."""
    for effect in tried:
        if effect.unanswered:
            yield (
                f"Under {effect.condition} {effect.unanswered} of {len(effect) + effect.unanswered} decisions were not "
                "answered, clean or masked; they are not in its figures."
            )


def effect_of(condition: str, before: Decisions, after: Decisions) -> Effect:
    """The decisions that were taken both times, of the same rows ``before`` and ``after``."""
    return _both(condition, before, after, before.answered & after.answered)


def _scored(case: Case, decisions: Decisions, condition: str) -> Effect:
    before, after = case.under(condition, decisions)
    # A score behind an abstention counts: asked is what the network reads, not what it would have said.
    return _both(condition, before, after, ~(np.isnan(before.score) | np.isnan(after.score)))


def _both(condition: str, before: Decisions, after: Decisions, both: NDArray[np.bool_]) -> Effect:
    return Effect(condition, before.where(both), after.where(both), int((~both).sum()))
