"""Is the model surer than its labels are? How sure it is of each call beside how much of the readers agree on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case
from fiducial.audit.confidences import sureness
from fiducial.audit.effects import mean, share
from fiducial.audit.label_votes import Votes
from fiducial.claims.charts import Curves, Series
from fiducial.claims.evidence import Figure
from fiducial.stats.intervals import Interval

SURE = 0.9  # of a call; on a scale from 0.5 at the threshold to 1


@dataclass(frozen=True, slots=True, eq=False)
class Certainties:
    """Figures, the chart, and the same in words; all empty where no answered study has two readers."""

    figures: tuple[Figure, ...] = ()
    charts: tuple[Curves, ...] = ()
    notes: tuple[str, ...] = ()


def certainties(case: Case, votes: Votes) -> Certainties:
    """Compare case by case, where the model answered and two readers or more have labelled."""
    both = votes.decisions.answered & (votes.voices >= 2)
    if not both.any():
        return Certainties()
    told = votes.where(both)
    model, readers, patient = sureness(told.decisions), told.unity, told.decisions.patient
    excess = mean("excess_certainty", model - readers, patient, case.confidence)
    figures = [
        mean("certainty_of_model", model, patient, case.confidence),
        mean("certainty_of_readers", readers, patient, case.confidence),
        excess,
    ]
    split = readers < 1
    for rows, words in ((~split, "readers at one"), (split, "readers split")):
        if rows.any():
            figures.append(share("sure_calls", model[rows] >= SURE, patient[rows], case.confidence, words))
    return Certainties(tuple(figures), tuple(_chart(case, model, readers, patient)), tuple(_told(figures)))


def _told(figures: list[Figure]) -> Iterator[str]:
    excess = next(one for one in figures if one.name == "excess_certainty")
    if excess.interval and excess.interval.low > 0:
        told = [one for one in figures if one.name == "sure_calls" and one.subgroup == "readers split"]
        yield (
            f"The model is surer of its calls than its readers are at one: by {excess.value:.2f} "
            f"({excess.interval.low:.2f} to {excess.interval.high:.2f}) on a scale from 0.5 to 1"
            + (f"; of 100 calls on which the readers split, it is sure ({SURE:g} or more) of" if told else "")
            + (f" {100 * told[0].value:.0f}." if told else ".")
        )


def _chart(
    case: Case, model: NDArray[np.float64], readers: NDArray[np.float64], patient: NDArray[np.int64]
) -> Iterator[Curves]:
    """The model's mean certainty at every share of the readers that occurs; on the diagonal both are as sure."""
    levels = np.unique(np.round(readers, 3))
    if levels.size < 2:
        return
    found = []
    for level in levels:
        rows = np.round(readers, 3) == level
        found.append((float(level), mean("", model[rows], patient[rows], case.confidence)))
    ends = [one.interval or Interval(0.5, 1.0) for _, one in found]
    series = Series(
        "model",
        tuple(level for level, _ in found),
        tuple(one.value for _, one in found),
        tuple(max(0.0, one.low) for one in ends),
        tuple(min(1.0, one.high) for one in ends),
    )
    yield Curves(
        "certainty",
        "Is the model surer than its labels?",
        "share of the readers who agree",
        "how sure the model is of its call",
        (series,),
    )
