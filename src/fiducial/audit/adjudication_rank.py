"""Which studies should be read again, and in which order: what speaks against each label, weighed."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.confidences import sureness_of

Floats = NDArray[np.float64]

NEAR = 0.6  # a call less sure than this lies near the threshold, on a scale from 0.5 at it to 1
SURE = 0.9
UNCERTAIN = 0.5  # a label of less certainty


class Reason(StrEnum):
    """Why a study is read again, most urgent first."""

    REFERENCES = "references_differ"
    ALL = "all_against_reference"
    READERS = "readers_against_reference"
    SPLIT_NEAR = "split_near_threshold"
    SPLIT = "readers_split"
    UNCERTAIN = "uncertain_label"
    MODEL = "model_against_reference"


@dataclass(frozen=True, slots=True, eq=False)
class Voices:
    """What speaks of ``study`` (n,): ``ratings`` (n, readers), and (n,) of each of the others; NaN where nothing does.

    ``reference``: the label that stands. ``recorded``: what the cohort's own label says, where there are both.
    ``score``: of the model, called at ``threshold``.
    """

    study: NDArray[np.str_]
    ratings: Floats
    reference: Floats
    recorded: Floats
    certainty: Floats
    significance: Floats
    score: Floats
    threshold: float

    @property
    def readers(self) -> NDArray[np.int64]:
        """How many have said something, (n,)."""
        return np.asarray((~np.isnan(self.ratings)).sum(axis=1), dtype=np.int64)

    @property
    def called(self) -> Floats:
        """1 or 0 by the model, NaN where it gave no score, (n,)."""
        return np.where(np.isnan(self.score), np.nan, self.score >= self.threshold)

    @property
    def largest(self) -> NDArray[np.int64]:
        """How many readers gave the label that most of them gave, (n,)."""
        counts = [(self.ratings == one).sum(axis=1) for one in np.unique(self.ratings[~np.isnan(self.ratings)])]
        return np.asarray(np.max(counts, axis=0) if counts else np.zeros(self.study.size), dtype=np.int64)

    @property
    def against(self) -> NDArray[np.int64]:
        """How many readers contradict the reference, (n,); 0 where there is none."""
        apart = (self.ratings != self.reference[:, np.newaxis]) & ~np.isnan(self.ratings)
        return np.where(np.isnan(self.reference), 0, apart.sum(axis=1)).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Rows of the voices that are read again, each with its reason and its priority (doubt times significance)."""

    rows: NDArray[np.int64]
    reason: tuple[Reason, ...]
    priority: Floats


def ranked(voices: Voices) -> Ranked:
    """Every study that something speaks against, with the most urgent of its reasons."""
    reasons = np.full(voices.study.size, len(Reason))
    for place, mask in reversed(list(enumerate(_masks(voices)))):
        reasons[mask] = place
    priority = doubt(voices) * np.where(np.isnan(voices.significance), 1.0, voices.significance)
    rows = np.flatnonzero(reasons < len(Reason))
    kinds = tuple(Reason)
    return Ranked(rows, tuple(kinds[reasons[row]] for row in rows), priority[rows])


def doubt(voices: Voices) -> Floats:
    """The mean of what speaks against each label, 0 to 1, over readers, model and certainty, as far as each is there.

    Readers: the share that contradicts the reference, or, without one, that is not of the majority. Model: how sure it
    is of a call that contradicts the reference, or how unsure of one that does not. Certainty: 1 minus it.
    """
    known = ~np.isnan(voices.reference)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.where(known, voices.against, voices.readers - voices.largest) / voices.readers
        sure = sureness_of(voices.score, voices.threshold)
    of_model = np.where(known & (voices.called != voices.reference), sure, 1 - sure)
    of_readers = np.where(voices.readers > 0, apart, np.nan)
    parts = np.stack([of_readers, np.where(np.isnan(voices.score), np.nan, of_model), 1 - voices.certainty])
    told = ~np.isnan(parts)
    return np.asarray(np.nansum(parts, axis=0) / np.maximum(1, told.sum(axis=0)))


def _masks(voices: Voices) -> tuple[NDArray[np.bool_], ...]:
    """One a reason, in their order: who it is true of, (n,)."""
    known, read, against = ~np.isnan(voices.reference), voices.readers, voices.against
    scored = ~np.isnan(voices.score)
    sure = np.where(scored, sureness_of(np.nan_to_num(voices.score), voices.threshold), np.nan)
    contradicts = known & scored & (voices.called != voices.reference)
    split = (read >= 2) & (voices.largest < read)
    with np.errstate(invalid="ignore"):
        return (
            known & ~np.isnan(voices.recorded) & (voices.recorded != voices.reference),
            contradicts & (read >= 1) & (against == read),
            known & (2 * against > read),
            split & (sure < NEAR),
            split,
            voices.certainty < UNCERTAIN,
            contradicts & (sure >= SURE),
        )
