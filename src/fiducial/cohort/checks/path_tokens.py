"""Check: do words and numbers in the names of files and folders tell the label?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from fiducial.cohort.checks.clues import Clue, measure
from fiducial.cohort.checks.contract import Finding
from fiducial.cohort.checks.loudness import told
from fiducial.cohort.checks.words import not_made
from fiducial.cohort.facts import paths_by_row
from fiducial.cohort.path_words import common_words, number_columns, taken_apart
from fiducial.cohort.predictors import is_identifier, patient_codes, unlabelled
from fiducial.cohort.table import Cohort
from fiducial.stats.association import bin_numbers

_MOST_WORDS = 50  # a rarer word cannot tell many rows, however surely it does
_MOST_NUMBERS = 20
_FEWEST = 3  # rows


@dataclass(frozen=True, slots=True)
class PathTokens:
    """``fractured/IMG12.jpg``, ``ID_0001_CONTRAST_1.dcm``: whoever loads files by such names has seen the answer."""

    name: ClassVar[str] = "path-tokens"
    says: ClassVar[str] = "words, numbers and extensions of file and folder names that predict a label"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """An error or warning a word and label, the strongest first; the others in notes, by label."""
        absent = unlabelled(cohort, self.seed)
        paths = paths_by_row(cohort)
        if absent is None and not any(paths):
            absent = "the cohort has no path"
        if absent:
            yield not_made(self.name, absent, "whether a file's name gives its label away", "Add labels and paths.")
            return
        yield from told(self.name, measure(_clues(cohort, paths), cohort, self.seed))


def _clues(cohort: Cohort, paths: list[list[str]]) -> Iterator[Clue]:
    rows = taken_apart(paths)
    patient = patient_codes(cohort.rows)
    numbers = number_columns(rows)
    for name in list(numbers)[:_MOST_NUMBERS]:
        column = pl.Series(numbers[name], nan_to_null=True)
        ranks = column.rank("dense").fill_null(0).to_numpy().astype(np.int64)  # each number its own: no bins here
        if not is_identifier(column, ranks, patient):
            yield Clue(name, bin_numbers(numbers[name]))
    for word, codes in common_words([pieces.words for pieces in rows], _MOST_WORDS, _FEWEST).items():
        yield Clue(word, codes, is_flag=True)
