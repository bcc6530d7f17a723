"""How many of the labels are wrong, by the readers' witness, and how far the claimed metrics could move by that."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, hypot

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.audit.effects import share
from fiducial.audit.label_consensus import Fitted, fitted, widened
from fiducial.audit.label_votes import Votes
from fiducial.audit.metrics import FLOOR_METRICS, measure
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.intervals import Interval
from fiducial.stats.label_error import (
    best_labels,
    best_ranking,
    corrected_auroc,
    corrected_shares,
    worst_labels,
    worst_ranking,
)

LATENT, WITNESS = "dawid-skene", "disagreement"


@dataclass(frozen=True, slots=True, eq=False)
class LabelError:
    """The shares of the labels that are thought wrong: of all, of the ill, of the healthy; ``how`` they were measured.

    ``how`` is "dawid-skene" (the reference is one voice among the readers, and has errors of its own) or
    "disagreement" (too few voices for that: whatever most readers contradict is counted as wrong).
    """

    of_all: Figure
    of_ill: Figure | None
    of_healthy: Figure | None
    how: str
    notes: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those that could be measured."""
        return tuple(one for one in (self.of_all, self.of_ill, self.of_healthy) if one)

    def most(self, ill: int, healthy: int) -> tuple[int, int]:
        """How many labels of each kind may be wrong: the upper ends of the shares, times the numbers of patients."""
        return _most(self.of_ill, ill), _most(self.of_healthy, healthy)


def label_error(case: Case, votes: Votes) -> LabelError | str:
    """The measured error of the judged truth, or why it cannot be measured."""
    votes = votes.telling
    said = votes.voices > 0
    if not said.any():
        return "every reader gave all judged studies one label, which is a witness of nothing"
    told = votes.where(said)
    codes = np.column_stack([told.decisions.truth.astype(np.int64), told.codes])
    both = told.decisions.truth.any() and not told.decisions.truth.all()
    one_class = "the reference calls every study the same, so that its own errors cannot be told from the readers'"
    model = fitted(case, codes, told.decisions.patient, "label-error") if both else one_class
    unread = int((~said).sum())
    told_unread = (
        f"{unread} of {len(votes)} judged studies have no reader; their labels are taken to be as often wrong as those "
        "that were read of the same label."
    )
    extra = (told_unread,) if unread else ()
    if isinstance(model, str):
        found = _by_disagreement(case, told, (f"{model}; every contradiction counts as a wrong label.", *extra))
    else:
        found = _by_model(case, told.decisions, model, extra)
    if isinstance(found, str) or found.of_all.n == len(votes):
        return found
    return _as_judged(found, votes.decisions.truth)


def _as_judged(found: LabelError, truth: NDArray[np.bool_]) -> LabelError:
    """The share of all labels, ``truth`` (n,), where only some were read: by class, as the classes stand among all.

    Who was read is seldom drawn by lot: often all that are called ill, and few others. Of a class that nobody has read
    any label may be wrong. The interval is square-and-add over both classes (Newcombe 1998, Stat Med 17:873-890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I).
    """
    weight = {"ill": float(truth.mean()), "healthy": float(1 - truth.mean())}
    read = {"ill": found.of_ill, "healthy": found.of_healthy}
    parts = [(weight[kind], one, one.interval) for kind, one in read.items() if one and one.interval]
    told = sum(share for share, _, _ in parts)
    value = sum(share * one.value for share, one, _ in parts) / told
    below = hypot(*(share * (one.value - ends.low) for share, one, ends in parts))
    above = hypot(*(share * (ends.high - one.value) for share, one, ends in parts))
    ends = Interval(max(0.0, value * told - below), min(1.0, value * told + above + (1 - told)))
    nobody = tuple(
        f"Nobody can tell of any study labelled {kind} whether that is right: all {round(weight[kind] * truth.size)} "
        "may be wrong, and the share of all labels allows for it."
        for kind, one in read.items()
        if one is None and weight[kind]
    )
    return replace(found, of_all=replace(found.of_all, value=value, interval=ends), notes=(*found.notes, *nobody))


def _by_model(case: Case, decisions: Decisions, model: Fitted, notes: tuple[str, ...]) -> LabelError:
    """The reference is voice 0: the chance that it is wrong, by Bayes' rule from its own confusion matrix."""
    value = _wrong(model.model.prevalence[np.newaxis], model.model.confusion[np.newaxis, 0])
    drawn = _wrong(model.draws.prevalence, model.draws.confusion[:, 0])

    def figure(name: str, kind: str, rows: NDArray[np.bool_]) -> Figure:
        found, resampled = float(value[kind][0]), drawn[kind][~np.isnan(drawn[kind])]
        people = float(np.unique(decisions.patient[rows]).size)
        interval = widened(found, resampled if resampled.size else value[kind], people, case.confidence)
        return Figure(name, found, interval, int(rows.sum()))

    every, ill = np.ones(len(decisions), dtype=bool), decisions.truth
    return LabelError(
        figure("label_error", "all", every),
        figure("label_error_ill", "ill", ill) if ill.any() else None,
        figure("label_error_healthy", "healthy", ~ill) if not ill.all() else None,
        LATENT,
        notes,
    )


def _wrong(prevalence: NDArray[np.float64], confusion: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """``prevalence``: (fits, 2). ``confusion``: (fits, truth, label) of the reference."""
    joint = prevalence[:, :, np.newaxis] * confusion
    with np.errstate(invalid="ignore", divide="ignore"):
        ill = joint[:, 0, 1] / joint[:, :, 1].sum(axis=1)
        healthy = joint[:, 1, 0] / joint[:, :, 0].sum(axis=1)
    return {"all": joint[:, 0, 1] + joint[:, 1, 0], "ill": ill, "healthy": healthy}


def _by_disagreement(case: Case, votes: Votes, notes: tuple[str, ...]) -> LabelError | str:
    consensus, truth, patient = votes.majority, votes.decisions.truth, votes.decisions.patient
    known, wrong = consensus >= 0, consensus != truth
    if not known.any():
        return "the readers tie in every judged study"

    def figure(name: str, rows: NDArray[np.bool_]) -> Figure:
        return share(name, wrong[rows], patient[rows], case.confidence)

    ill, healthy = known & truth, known & ~truth
    return LabelError(
        figure("label_error", known),
        figure("label_error_ill", ill) if ill.any() else None,
        figure("label_error_healthy", healthy) if healthy.any() else None,
        WITNESS,
        notes,
    )


def moved(case: Case, decisions: Decisions, error: LabelError) -> Iterator[Figure]:
    """Every claimed metric of the answered ``decisions`` if labels are wrong at the measured rate.

    ``*_if_labels_wrong``: as observed, with an interval from the lower end at the labels that are worst for the model
    to the upper end at those that are best. ``*_at_worst_labels``, ``*_at_best_labels``: with the intervals of their
    own. ``*_corrected``: errors at random within each label, at the measured shares themselves.
    """
    ill = int(decisions.truth.sum())
    most = error.most(ill, len(decisions) - ill)
    observed = {}
    for metric in FLOOR_METRICS:
        try:
            observed[metric] = measure(metric, decisions, case.confidence)
        except CannotJudge:
            continue
        worst, best = (_at(metric, decisions, labels, case) for labels in _extremes(metric, decisions, most))
        low = worst.interval.low if worst and worst.interval else 0.0
        high = best.interval.high if best and best.interval else 1.0
        value = observed[metric].value
        yield replace(
            observed[metric], name=f"{metric}_if_labels_wrong", interval=Interval(min(low, value), max(high, value))
        )
        for where, found in (("worst", worst), ("best", best)):
            if found:
                yield replace(found, name=f"{metric}_at_{where}_labels")
    yield from _corrected(observed, error)


def _extremes(metric: str, decisions: Decisions, most: tuple[int, int]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    truth, score = decisions.truth, decisions.score
    if metric == "auroc":
        return worst_ranking(truth, score, most), best_ranking(truth, score, most)
    return worst_labels(truth, score, decisions.called, most), best_labels(truth, score, decisions.called, most)


def _at(metric: str, decisions: Decisions, truth: NDArray[np.bool_], case: Case) -> Figure | None:
    try:
        return measure(metric, replace(decisions, truth=truth), case.confidence)
    except CannotJudge:
        return None


def _corrected(observed: dict[str, Figure], error: LabelError) -> Iterator[Figure]:
    """Without an interval, and absent where a corrected share would leave 0 to 1: errors do not fall at random then."""
    if error.of_ill is None or error.of_healthy is None or len(observed) < len(FLOOR_METRICS):
        return
    of_ill, of_healthy = error.of_ill.value, error.of_healthy.value
    hit, cleared = corrected_shares(observed["sensitivity"].value, observed["specificity"].value, of_ill, of_healthy)
    values = {
        "auroc": corrected_auroc(observed["auroc"].value, of_ill, of_healthy),
        "sensitivity": hit,
        "specificity": cleared,
    }
    for metric, value in values.items():
        if 0 <= value <= 1:
            yield Figure(f"{metric}_corrected", value, None, observed[metric].n)


def _most(share: Figure | None, n: int) -> int:
    """Where nobody has read a patient of that kind, any label of it may be wrong."""
    if share is None or share.interval is None:
        return n
    return min(n, ceil(share.interval.high * n - 1e-9))
