"""Rung: are the labels good enough to carry the claim?

Agreement of the readers, what they hold to be true together, the claim under every other truth, and how far it could
fall if labels are wrong as often as the readers show them to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.audit.accuracy import shown_case, span
from fiducial.audit.case import Case
from fiducial.audit.label_agreement import ALPHA, agreed
from fiducial.audit.label_certainty import Certainties, certainties
from fiducial.audit.label_consensus import Fitted, fitted, readers_against_reference, readers_by_model
from fiducial.audit.label_error import LATENT, LabelError, label_error, moved
from fiducial.audit.label_findings import LabelFindings, label_charts
from fiducial.audit.label_truths import by_certainty, by_truth
from fiducial.audit.label_votes import Votes, votes_of
from fiducial.audit.metrics import FLOOR_METRICS
from fiducial.claims.evidence import Figure, RungResult, ShownCase, Verdict, weigh, worst
from fiducial.errors import CannotJudge

FLOORS = ("reader_agreement", "label_error", *FLOOR_METRICS)
POOR = 0.4  # "fair" agreement at most: Landis and Koch 1977, Biometrics 33:159-174, doi:10.2307/2529310
SHOWN = 12
GALLERY = "Labels that the model and every reader contradict: read these again first"


@dataclass(frozen=True, slots=True)
class Labels:
    """Agreement, consensus, label error and what it does to the claim."""

    name: ClassVar[str] = "labels"
    asks: ClassVar[str] = "Are the labels good enough to carry the claim?"
    needs: ClassVar[tuple[str, ...]] = (
        "predictions.score",
        "cohort.label",
        "cohort.patient",
        "split.internal",
        "labels.label",
    )

    def judge(self, case: Case) -> RungResult:
        """Weigh ``reader_agreement``, ``label_error``, and the accuracy floors at the labels that are worst for it.

        Raises:
            CannotJudge: nobody but the reference has labelled a study of the internal split.
        """
        votes, judged = _votes(case)
        found = _graded(case, votes, judged) if votes.graded else _binary(case, votes, judged)
        verdicts = {name: _weighed(case, found, name) for name in FLOORS if case.claim.floor(name)}
        return RungResult(
            self.name,
            worst(verdicts.values()),
            found.figures,
            _sentence(found, demanded=bool(verdicts)),
            tuple(label_charts(case, found)),
            tuple(_contradicted(votes)) if not votes.graded else (),
            notes=(
                *_unmet(case, found, verdicts),
                *found.notes,
                *found.certainty.notes,
                *found.agreement.notes,
            ),
            alarms=tuple(_alarms(votes, found)),
            gallery=GALLERY,
        )


def _votes(case: Case) -> tuple[Votes, Votes]:
    """What readers said of the internal split, and of all judged rows."""
    assert case.labels is not None  # noqa: S101  (the ladder asks for the table first; this is for the type)
    internal = votes_of(case.labels, case.internal)
    if not internal.readers:
        raise CannotJudge("the labels table holds the reference alone; name what each reader said as well")
    if not internal.voices.any():
        raise CannotJudge("no reader has labelled a study of the internal split")
    rows = case.rows_of(case.claim.evidence.internal) | case.rows_of("external")
    return internal, votes_of(case.labels, case.decisions.where(rows))


def _graded(case: Case, votes: Votes, judged: Votes) -> LabelFindings:
    note = (
        "The labels are grades, not 0 and 1: agreement is told, but a grade says not whether the finding is there, so "
        "neither consensus nor label error is. State the labels as 0 and 1 for those."
    )
    return LabelFindings(agreed(case, votes, judged), "the labels are grades", (), (), (), Certainties(), (note,))


def _binary(case: Case, votes: Votes, judged: Votes) -> LabelFindings:
    patient = votes.decisions.patient
    telling = votes.telling
    model = fitted(case, telling.codes, patient, "consensus")
    consensus = None if isinstance(model, str) else model
    error = label_error(case, votes)
    answered = votes.decisions.only_answered()
    readers = [*readers_against_reference(case, votes)]
    if consensus:
        readers += readers_by_model(case, telling, consensus)
    return LabelFindings(
        agreed(case, votes, judged),
        error,
        () if isinstance(error, str) or not len(answered) else tuple(moved(case, answered, error)),
        tuple(readers),
        (*by_truth(case, votes, consensus), *by_certainty(case, votes)),
        certainties(case, votes),
        tuple(_notes(votes, model, error)),
    )


def _notes(votes: Votes, model: Fitted | str, error: LabelError | str) -> Iterator[str]:
    if isinstance(error, str):
        yield f"How often the labels are wrong cannot be measured: {error}."
    else:
        yield from error.notes
        if error.how == LATENT:
            yield (
                "The labels' errors are told by Dawid and Skene's model, in which readers and reference err "
                "independently: where all misread the same hard cases, there are more errors than it says."
            )
    if isinstance(model, str):
        yield f"No consensus by weighted votes: {model}."
    if ties := int(((votes.majority < 0) & (votes.voices >= 2)).sum()):
        yield f"The readers tie in {ties} studies; the majority says nothing of those."
    voices = votes.voices[votes.voices > 0]
    if voices.min() != voices.max():
        yield (
            f"Studies were labelled by {voices.min()} to {voices.max()} readers. Krippendorff's alpha, Gwet's "
            "coefficients and Dawid and Skene's model hold for such designs; Fleiss' kappa and ICC do not."
        )


def _weighed(case: Case, found: LabelFindings, name: str) -> Verdict:
    floor, figure = case.claim.floor(name), found.figure(name)
    if floor is None or figure is None:
        return Verdict.NOT_SHOWN
    if figure.interval is None:
        return Verdict.UNDECIDED
    found_to_be = weigh(figure.interval, floor)
    # Where nobody can tell whose error a contradiction is, the readers may be the ones who err.
    blamed = name == "label_error" and not isinstance(found.error, str) and found.error.how != LATENT
    return Verdict.UNDECIDED if blamed and found_to_be is Verdict.FAILS else found_to_be


def _unmet(case: Case, found: LabelFindings, verdicts: dict[str, Verdict]) -> Iterator[str]:
    for name, verdict in verdicts.items():
        figure, floor = found.figure(name), case.claim.floor(name)
        if verdict is Verdict.NOT_SHOWN:
            yield f"The floor {floor} has nothing to be weighed on here."
        elif verdict is not Verdict.HOLDS and figure is not None:
            word = "misses" if verdict is Verdict.FAILS else "does not clear"
            reach = "no interval" if figure.interval is None else span(figure, 1)
            yield f"{figure.name} {figure.value:.3f} ({reach}) {word} the floor: {floor}."


def _sentence(found: LabelFindings, *, demanded: bool) -> str:
    told = []
    if alike := found.agreement.figure("same_label"):
        told.append(f"two readers say the same of {100 * alike.value:.0f} in 100 studies")
    if alpha := found.agreement.figure(ALPHA):
        told.append(f"beyond chance that is an agreement of {alpha.value:.2f} (alpha, {span(alpha, 1)})")
    if not isinstance(found.error, str):
        wrong = found.error.of_all
        told.append(f"{100 * wrong.value:.1f} ({_tenths(wrong)}) in 100 labels are thought wrong")
    told += _fall(found.moved)
    said = "; ".join(told) or "the readers' agreement could not be measured"
    tail = "" if demanded else " The claim demands nothing of its labels, so nothing is shown."
    return f"{said[0].upper()}{said[1:]}.{tail}"


def _tenths(share: Figure) -> str:
    """The interval in per cent, with a digit after the point: few labels are wrong."""
    if share.interval is None:
        return "no interval"
    return f"{100 * share.interval.low:.1f}-{100 * share.interval.high:.1f}"


def _fall(moved_figures: tuple[Figure, ...]) -> Iterator[str]:
    """The sensitivity or specificity that could fall furthest, in words."""
    values = {one.name: one.value for one in moved_figures}
    falls = {
        metric: values[f"{metric}_if_labels_wrong"] - values[f"{metric}_at_worst_labels"]
        for metric in FLOOR_METRICS
        if f"{metric}_at_worst_labels" in values
    }
    if falls:
        metric = max(falls, key=lambda one: falls[one])
        at, now = values[f"{metric}_at_worst_labels"], values[f"{metric}_if_labels_wrong"]
        yield f"if those fall where they hurt most, {metric} is {at:.2f} instead of {now:.2f}"


def _alarms(votes: Votes, found: LabelFindings) -> Iterator[str]:
    known = ~np.isnan(votes.reference)
    against = known & (votes.reference != votes.decisions.truth)
    if not votes.graded and against.any() and np.isin(votes.reference[known], (0.0, 1.0)).all():
        yield (
            f"The reference of the labels table contradicts the cohort's label in {int(against.sum())} of "
            f"{int(known.sum())} judged studies, {min(votes.decisions.study[against].tolist())} among them: one of the "
            "two tables is out of date."
        )
    alpha = found.agreement.figure(ALPHA)
    if alpha and alpha.interval and alpha.interval.high < POOR:
        yield (
            f"The readers hardly agree beyond chance (alpha {alpha.value:.2f}, {span(alpha, 1)}): whatever is measured "
            "against such labels says little about patients."
        )


def _contradicted(votes: Votes) -> Iterator[ShownCase]:
    """Model and every reader, two at least, against the reference; the surest model first."""
    decisions = votes.decisions
    against = (votes.codes != decisions.truth[:, np.newaxis]) | (votes.codes < 0)
    rows = decisions.answered & (decisions.called != decisions.truth) & against.all(axis=1) & (votes.voices >= 2)
    chosen = np.flatnonzero(rows).tolist()
    chosen.sort(key=lambda row: (-abs(decisions.score[row] - decisions.threshold), str(decisions.study[row])))
    for row in chosen[:SHOWN]:
        state, other = ("ill", "healthy") if decisions.truth[row] else ("healthy", "ill")
        yield shown_case(decisions, row, f"labelled {state}; the model and all {votes.voices[row]} readers say {other}")
