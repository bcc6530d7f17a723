"""Decisions that changed from the first arm to the second: towards the truth, or away from it."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.readers.parts import Part, told
from fiducial.audit.readers.study import ReaderStudy
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.two_way import wilson_two_way

Bools = NDArray[np.bool_]


def changes_in(study: ReaderStudy, confidence: float) -> Part:
    """Shares of the paired decisions that turned right, and that turned wrong; by class, and counted by reader.

    Raises:
        CannotJudge: no case has a decision of the same reader in both arms.
    """
    both: Bools = np.asarray(np.isfinite(study.decision).all(axis=0))
    if not both.any():
        raise CannotJudge("no reader decided on the same case in both arms")
    right = study.decision == study.truth
    moved = {"towards_truth": ~right[0] & right[1], "away_from_truth": right[0] & ~right[1]}
    share = partial(share_of_readings, patient=study.patient, confidence=confidence)
    whole = [share(name, turned, both) for name, turned in moved.items()]
    classes = [
        share(name, turned, both & kind, subgroup=subgroup)
        for subgroup, kind in (("ill", study.truth), ("healthy", ~study.truth))
        for name, turned in moved.items()
        if (both & kind).any()
    ]
    counts = tuple(_counts(study, moved, both))
    sentence = (
        f"Of {int(both.sum())} decisions taken twice, {told(whole[0])} turned towards the truth and {told(whole[1])} "
        "away from it."
    )
    return Part("decisions", whole[0], (*whole, *classes, *counts), sentence)


def share_of_readings(  # noqa: PLR0913  (what is shared, of which readings, and how sure)
    name: str, success: Bools, asked: Bools, patient: NDArray[np.int64], *, subgroup: str = "all", confidence: float
) -> Figure:
    """The share of some readings; ``success``, ``asked``: (readers, cases); ``patient``: (cases,)."""
    reader, case = np.nonzero(asked)
    outcome = success[asked]
    interval = wilson_two_way(outcome, reader.astype(np.int64), patient[case], confidence)
    return Figure(name, float(outcome.mean()), interval, int(outcome.size), subgroup=subgroup)


def _counts(study: ReaderStudy, moved: dict[str, Bools], both: Bools) -> Iterator[Figure]:
    for row, reader in enumerate(study.readers):
        n = int(both[row].sum())
        for name, turned in moved.items():
            if n:
                yield Figure(name, int((turned[row] & both[row]).sum()), None, n, "decisions", reader)
