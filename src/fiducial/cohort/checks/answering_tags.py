"""Check: does a tag that describes the study carry the answer, and in which words?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import polars as pl

from fiducial.cohort.checks.clues import Clue, divide_alike, measure
from fiducial.cohort.checks.contract import Finding
from fiducial.cohort.checks.loudness import told
from fiducial.cohort.checks.words import not_made
from fiducial.cohort.path_words import common_words
from fiducial.cohort.predictors import encode, unlabelled
from fiducial.cohort.table import TAG_PREFIX, Cohort

# Written by whoever ordered, planned or read the study, so that they may know the answer.
KEYWORDS = (
    "AdmittingDiagnosesDescription", "AnatomicRegion", "BodyPartExamined", "ContrastBolusAgent", "ContrastBolusRoute",
    "ContrastBolusVolume", "ImageComments", "ImageType", "PatientPosition", "PerformedProcedureStepDescription",
    "ProtocolName", "ReasonForStudy", "ReasonForTheRequestedProcedure", "RequestedProcedureDescription",
    "RequestedProcedureComments", "SeriesDescription", "StudyComments", "StudyDescription", "ViewPosition",
    "contrast_agent", "contrast_agent_tag", "report", "impression", "indication", "clinical_history", "view",
)  # fmt: skip
_APART = re.compile(r"[\s,;:^_()\[\]\\|#]+")
_MOST_WORDS = 40  # a column
_FEWEST = 3  # rows


@dataclass(frozen=True, slots=True)
class AnsweringTags:
    """The words CT CHEST W/WO CONTRAST answer the question of contrast; single-predictors sees whole values only."""

    name: ClassVar[str] = "answering-tags"
    says: ClassVar[str] = "tags such as StudyDescription or ContrastBolusAgent whose words carry the label"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """An error or warning a word and label, the strongest first; the others in notes, by label."""
        columns = describing(cohort)
        absent = unlabelled(cohort, self.seed)
        if absent is None and not columns:
            absent = "the cohort has no tag that describes the study (StudyDescription, ViewPosition, ...)"
        if absent:
            yield not_made(self.name, absent, "whether a tag carries the answer", "Add labels, and the tags.")
            return
        clues = [clue for name in columns for clue in _clues(name, cohort.rows[name])]
        yield from told(self.name, measure(clues, cohort, self.seed))


def describing(cohort: Cohort) -> list[str]:
    """The columns of text that bear one of the names, however they are written: ``tag.StudyDescription``,
    ``study_description``.
    """
    known = {_plain(name) for name in KEYWORDS}
    rows = cohort.rows
    return [
        name
        for name, kind in rows.schema.items()
        if _plain(name) in known and kind == pl.String and rows[name].null_count() < rows.height
    ]


def words_of(text: str | None) -> set[str]:
    """The words in capitals, and every two that follow each other: ``W/WO``, ``CONTRAST``, ``W/WO CONTRAST``."""
    words = [word.strip(".-'\"") for word in _APART.split((text or "").upper())]
    kept = [word for word in words if any(letter.isalpha() for letter in word)]
    return {*kept, *(" ".join(pair) for pair in pairwise(kept))}


def _clues(name: str, column: pl.Series) -> Iterator[Clue]:
    shown = name.removeprefix(TAG_PREFIX)
    if _plain(name).startswith("contrast"):  # that one was given is the answer, whichever it was
        yield _given(shown, column)
    values = column.unique().to_list()
    of_value = {value: words_of(value) for value in values}
    found = common_words([of_value[value] for value in column], _MOST_WORDS, _FEWEST)
    whole = Clue(shown, encode(column))
    for word, codes in found.items():
        clue = Clue(f"{word!r} in {shown}", codes, is_flag=True)
        if not divide_alike(clue, whole):  # then single-predictors tells it
            yield clue


def _given(shown: str, column: pl.Series) -> Clue:
    written = (column.str.strip_chars() != "").fill_null(value=False)
    return Clue(f"a value in {shown}", written.to_numpy().astype(np.int64), is_flag=True)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.removeprefix(TAG_PREFIX).lower())
