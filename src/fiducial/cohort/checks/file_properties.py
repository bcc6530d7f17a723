"""Check: do size, format, bit depth, resolution or shape of the files tell the label?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from fiducial.cohort.checks.clues import Clue, measure
from fiducial.cohort.checks.contract import Finding
from fiducial.cohort.checks.loudness import told
from fiducial.cohort.checks.words import not_made
from fiducial.cohort.facts import facts_by_row
from fiducial.cohort.predictors import encode, unlabelled
from fiducial.cohort.table import Cohort

_COLUMNS = ("bytes", "format", "rows", "columns", "channels", "bits")
_CALLED = {
    "bytes": "the size of the file in bytes",
    "packed": "the bytes a pixel (how hard it was compressed)",
    "format": "the format of the file",
    "rows": "the number of pixel rows",
    "columns": "the number of pixel columns",
    "aspect": "the aspect of the image (width by height)",
    "channels": "the number of colour channels",
    "bits": "the bit depth",
    "files": "the number of files",
}


@dataclass(frozen=True, slots=True)
class FileProperties:
    """Cases from one archive and controls from another differ in what their files are before they differ in disease."""

    name: ClassVar[str] = "file-properties"
    says: ClassVar[str] = "size, compression, format, bit depth, shape and colour of files that predict a label"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """An error or warning a property and label, the strongest first; the others in notes, by label."""
        absent = "no files were read" if cohort.files is None else unlabelled(cohort, self.seed)
        if absent:
            remedy = "Build the cohort from its images, with labels."
            yield not_made(self.name, absent, "whether a property of the files goes with a label", remedy)
            return
        yield from told(self.name, measure(_clues(facts_by_row(cohort, _COLUMNS)), cohort, self.seed))


def _clues(facts: pl.DataFrame) -> Iterator[Clue]:
    # A file without pixels has no shape: whether that goes with a label is asked by unreadable-files.
    if {"rows", "columns"} <= set(facts.columns):
        pixels = pl.col("rows") * pl.col("columns")
        facts = facts.with_columns(aspect=(pl.col("columns") / pl.col("rows")).round(3))
        if "bytes" in facts.columns:
            facts = facts.with_columns(packed=pl.col("bytes") * pl.col("files") / pixels)
    for name, called in _CALLED.items():
        if name in facts.columns:
            yield Clue(called, encode(facts[name]))
