"""Check: do the headers still say whose images these are?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, first_few, not_made
from fiducial.cohort.table import Cohort
from fiducial.scans.identifying import COMMENTS

_COLUMN = "identifying"


@dataclass(frozen=True, slots=True)
class IdentifyingTags:
    """Names, addresses, numbers and free text must not reach a model, and must not leave the building."""

    name: ClassVar[str] = "identifying-tags"
    says: ClassVar[str] = "names, birth dates, addresses, numbers, private elements and comments in the DICOM headers"

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """A warning where elements name a person or a case, a note where text or private elements might."""
        if cohort.files is None or _COLUMN not in cohort.files.columns:
            yield not_made(
                self.name,
                "no DICOM header was read",
                "whether any says whose it is",
                "Build the cohort from its files.",
            )
            return
        files = cohort.files.filter(pl.col(_COLUMN).is_not_null())
        per_file = [set(text.split(" ")) - {""} for text in files[_COLUMN]]
        yield from self._found(
            files, [words - COMMENTS for words in per_file], Severity.WARNING, "name a person or case"
        )
        yield from self._found(files, [words & COMMENTS for words in per_file], Severity.NOTE, "may do so in free text")

    def _found(self, files: pl.DataFrame, per_file: list[set[str]], severity: Severity, how: str) -> Iterator[Finding]:
        bearing = files.filter(pl.Series(map(bool, per_file), dtype=pl.Boolean))
        if bearing.is_empty():
            return
        counts = Counter(keyword for words in per_file for keyword in words)
        told = (
            f"{keyword} ({number:,})"
            for keyword, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        )
        yield Finding(
            self.name,
            severity,
            f"The headers of {bearing.height:,} of {counted(files.height, 'DICOM file')} {how}: {first_few(told, 12)}.",
            Figure("files_with_identifying_tags", float(bearing.height), None, files.height, unit="files"),
            concerned(bearing),
            "Do not hand these files on: `cohort build SOURCE --deidentify FOLDER` writes copies without them.",
        )
