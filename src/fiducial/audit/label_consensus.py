"""What the readers hold to be true together, and how good each of them is at it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case
from fiducial.audit.effects import share
from fiducial.audit.label_votes import Votes
from fiducial.claims.evidence import Figure
from fiducial.stats.intervals import Interval, wilson_clustered
from fiducial.stats.latent_truth import (
    FEWEST_VOICES,
    ITERATIONS,
    LatentTruth,
    Resampled,
    dawid_skene,
    resampled_dawid_skene,
)

RESAMPLES = 400  # of the model; its ends need no more digits
FEWEST_CASES = 20  # with three voices or more, before anybody's errors are told
SHARES = ("sensitivity", "specificity")


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Dawid and Skene's model of some voices, and of its resamples; ``notes`` say what to doubt."""

    model: LatentTruth
    draws: Resampled
    notes: tuple[str, ...] = ()


def fitted(case: Case, codes: NDArray[np.int64], patient: NDArray[np.int64], name: str) -> Fitted | str:
    """The model, or why there is none. ``codes``: (n, voices), -1 where there is none; ``patient``: (n,)."""
    told_thrice = int(((codes >= 0).sum(axis=1) >= FEWEST_VOICES).sum())
    if told_thrice < FEWEST_CASES:
        return (
            f"{told_thrice} studies have {FEWEST_VOICES} voices, and {FEWEST_CASES} are needed to tell who errs "
            "(Dawid and Skene)"
        )
    model = dawid_skene(codes)
    if not model.converged:
        return f"Dawid and Skene's model had not come to rest after {ITERATIONS} rounds"
    resamples = min(case.resamples, RESAMPLES)
    return Fitted(model, resampled_dawid_skene(codes, patient, case.rng(name), resamples=resamples))


def readers_against_reference(case: Case, votes: Votes) -> Iterator[Figure]:
    """Every reader's sensitivity and specificity against the judged truth."""
    truth, patient = votes.decisions.truth, votes.decisions.patient
    for place, reader in enumerate(votes.readers):
        said = votes.codes[:, place]
        for name, label, asked in (("reader_sensitivity", 1, truth), ("reader_specificity", 0, ~truth)):
            rows = asked & (said >= 0)
            if rows.any():
                yield share(name, said[rows] == label, patient[rows], case.confidence, f"reader={reader}")


def readers_by_model(case: Case, votes: Votes, found: Fitted) -> Iterator[Figure]:
    """The same as the model has it, which knows no reference; the interval from the bootstrap of patients.

    It is never narrower than if the truth of every study had been seen.
    """
    patient = votes.decisions.patient
    for place, reader in enumerate(votes.readers):
        rated = votes.codes[:, place] >= 0
        for state, name in ((1, "sensitivity"), (0, "specificity")):
            value = float(found.model.confusion[place, state, state])
            weight = float(found.model.posterior[rated, state].sum())
            if np.isnan(value) or weight < 1:
                continue
            drawn = found.draws.confusion[:, place, state, state]
            people = min(weight, float(np.unique(patient[rated]).size))
            interval = widened(value, drawn, people, case.confidence)
            yield Figure(f"reader_{name}_latent", value, interval, int(rated.sum()), subgroup=f"reader={reader}")


def widened(value: float, drawn: NDArray[np.float64], people: float, confidence: float) -> Interval:
    """The percentile interval of a resampled share, at least as wide as Wilson's for as many ``people``."""
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    trials = max(1, round(people))
    hits = np.zeros(trials, dtype=bool)
    hits[: round(min(1.0, max(0.0, value)) * trials)] = True
    seen = wilson_clustered(hits, np.arange(trials), confidence)
    return Interval(min(value, float(low), seen.low), max(value, float(high), seen.high))
