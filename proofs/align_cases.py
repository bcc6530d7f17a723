"""Pairs whose truth is known, run through the alignment: what each was, what became of it and why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fiducial.align.gates import Gate, PairVerdict
from fiducial.align.pair import Alignment, align_pair
from fiducial.phantoms.pairs import FALSE, TRUE, draw_pair
from proofs.real_pairs import RealPair, impostors, true_pairs

RUNS = 30  # of each kind


@dataclass(frozen=True, slots=True)
class Outcome:
    """``is_true`` says whether it is a pair; ``error`` is mm along z, None where there is no truth or no place."""

    kind: str
    is_real: bool
    is_true: bool
    verdict: PairVerdict
    reasons: tuple[str, ...]
    gates: tuple[Gate, ...]
    error: float | None
    slice_mm: float = 1.0

    @property
    def is_verified(self) -> bool:
        """Whether it was let through."""
        return self.verdict is PairVerdict.VERIFIED


def phantom_outcomes(runs: int = RUNS, told: Callable[[str], None] = print) -> Iterator[Outcome]:
    """Every kind of ``fiducial.phantoms.pairs``, ``runs`` seeded cases of each."""
    for number, kind in enumerate(TRUE | FALSE):
        told(kind)
        for run in range(runs):
            pair = draw_pair(kind, np.random.default_rng([17, number, run]))
            yield _outcome(kind, align_pair(pair.moving, pair.fixed), pair.shift)


def real_outcomes(data: Path) -> Iterator[Outcome]:
    """Every real pair and impostor but the single layers."""
    for pair in (*true_pairs(data), *impostors(data)):
        yield real_outcome(pair)


def real_outcome(pair: RealPair) -> Outcome:
    """One of them."""
    found = align_pair(pair.moving, pair.fixed)
    return _outcome(pair.name, found, pair.shift, is_real=True, slice_mm=pair.slice_mm)


def _outcome(
    kind: str, found: Alignment, shift: float | None, *, is_real: bool = False, slice_mm: float = 1.0
) -> Outcome:
    error = None if shift is None or found.shift is None else found.shift[2] - shift
    return Outcome(kind, is_real, shift is not None, found.verdict, found.reasons, found.gates, error, slice_mm)
