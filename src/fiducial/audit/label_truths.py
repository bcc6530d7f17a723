"""The audit again under other truths: every reader's, the consensus's, and of labels that are more or less certain."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.accuracy import measure_all
from fiducial.audit.case import Case, Decisions
from fiducial.audit.label_consensus import Fitted
from fiducial.audit.label_votes import Votes
from fiducial.claims.evidence import Figure

BANDS = ((0.0, 0.5, "certainty below 0.5"), (0.5, 0.8, "certainty 0.5 to 0.8"), (0.8, np.inf, "certainty 0.8 or more"))


def by_truth(case: Case, votes: Votes, consensus: Fitted | None) -> Iterator[Figure]:
    """AUROC, sensitivity and specificity of the answered decisions, one truth after the other.

    A reader's truth is about the decisions that the reader has labelled; the consensus's leaves ties out.
    """
    every = np.ones(len(votes), dtype=bool)
    yield from _measured(case, votes.decisions, votes.decisions.truth, every, "truth=reference")
    for place, reader in enumerate(votes.readers):
        said = votes.codes[:, place]
        yield from _measured(case, votes.decisions, said == 1, said >= 0, f"truth={reader}")
    if len(votes.readers) < 2:
        return
    most = votes.majority
    yield from _measured(case, votes.decisions, most == 1, most >= 0, "truth=majority")
    if consensus:
        ill = consensus.model.posterior[:, 1]
        yield from _measured(case, votes.decisions, ill > 0.5, (votes.voices > 0) & (ill != 0.5), "truth=dawid-skene")


def by_certainty(case: Case, votes: Votes) -> Iterator[Figure]:
    """The same against the judged truth, in bands of the labels' certainty, and where readers are at one or split."""
    for low, high, words in BANDS:
        with np.errstate(invalid="ignore"):
            inside = (votes.certainty >= low) & (votes.certainty < high)
        yield from _measured(case, votes.decisions, votes.decisions.truth, inside, words)
    unity = votes.unity
    for rows, words in ((unity == 1, "readers at one"), (unity < 1, "readers split")):
        yield from _measured(case, votes.decisions, votes.decisions.truth, rows, words)


def _measured(
    case: Case, decisions: Decisions, truth: NDArray[np.bool_], rows: NDArray[np.bool_], words: str
) -> Iterator[Figure]:
    chosen = replace(decisions, truth=truth).where(rows).only_answered()
    if len(chosen):
        figures, _ = measure_all(chosen, case.confidence, words)
        yield from figures.values()
