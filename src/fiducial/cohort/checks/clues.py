"""Clues: what can be said of every row beside its image, and how well each alone tells a label."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.cohort.checks.loudness import Loudness, Predictor, auroc_with_interval, loudness, size_of
from fiducial.cohort.predictors import LabelFolds, can_tell, label_folds, patient_codes
from fiducial.cohort.table import Cohort
from fiducial.stats.association import Association, associate


@dataclass(frozen=True, slots=True)
class Clue:
    """``codes``: (rows,), from 0 up. A flag has 1 where the clue is there, and is told by the rows on either side."""

    name: str  # as it stands in a sentence: "the word 'CONTRAST' in the file name"
    codes: NDArray[np.int64]
    is_flag: bool = False


def measure(clues: Iterable[Clue], cohort: Cohort, seed: int) -> Iterator[Predictor]:
    """Try every clue that can tell something of a new patient against every label; yield those that may tell it."""
    able = usable(clues, cohort)
    for label in label_folds(cohort, seed):
        yield from tried(able, label, len(able) * len(cohort.findings))


def usable(clues: Iterable[Clue], cohort: Cohort) -> list[Clue]:
    """Those that vary and that patients share; of several that divide the rows alike, the first."""
    patient = patient_codes(cohort.rows)
    distinct: dict[bytes, Clue] = {}
    for clue in clues:
        if can_tell(clue.codes, patient):
            distinct.setdefault(_partition(clue.codes), clue)
    return list(distinct.values())


def tried(clues: Iterable[Clue], label: LabelFolds, tests: int) -> Iterator[Predictor]:
    """Each clue against one label; ``tests`` is the number of all that are tried, for the width of the intervals."""
    for clue in clues:
        codes = clue.codes[label.known]
        found = associate(codes, label.folds)
        if loud := loudness(found, tests):
            yield _predictor(clue, codes, label, found, loud)


def divide_alike(one: Clue, other: Clue) -> bool:
    """Whether two clues divide the rows in the same groups, whatever they call them."""
    return _partition(one.codes) == _partition(other.codes)


def _predictor(
    clue: Clue, codes: NDArray[np.int64], label: LabelFolds, found: Association, loud: Loudness
) -> Predictor:
    area = auroc_with_interval(found)
    size = size_of(found, label.whom)
    if not clue.is_flag:
        sentence = f"{_capital(clue.name)} alone predicts {label.finding} with AUROC {area} ({size})."
        return Predictor(clue.name, label.finding, found, loud, sentence, f"{clue.name} {area}", label.whom)
    present, absent = (_share(label.folds.label[codes == side]) for side in (1, 0))
    told = f"{present} with it, {absent} without it"
    sentence = f"{_capital(clue.name)} goes with {label.finding}: {told} (AUROC {area}; {size})."
    return Predictor(clue.name, label.finding, found, loud, sentence, f"{clue.name} {area}: {told}", label.whom)


def _share(bears: NDArray[np.bool_]) -> str:
    return f"{int(bears.sum()):,} of {bears.size:,} rows"


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _partition(codes: NDArray[np.int64]) -> bytes:
    """Equal for columns that divide the rows alike, whatever their values are called."""
    _, first, member = np.unique(codes, return_index=True, return_inverse=True)
    renumbered = np.argsort(np.argsort(first))[member]
    return renumbered.astype(np.int32).tobytes()
