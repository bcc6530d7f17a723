"""Read a reader study in the text format of FDA's iMRMC: free lines, ``BEGIN DATA:``, then one reading a line.

``readerID,caseID,modalityID,score``; a line whose reader is ``truth`` (or ``-1``) says whether the case is ill (1) or
not (0). The lines ``N0:``, ``N1:``, ``NR:`` and ``NM:`` count healthy and ill cases, readers and modalities.

Source: Gallas 2017, iMRMC v4, Division of Imaging, Diagnostics and Software Reliability, FDA
(https://github.com/DIDSR/iMRMC).
"""

import re
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path

import polars as pl

from fiducial.cohort.labels import TRUTH, read_labels
from fiducial.cohort.readings import read_readings
from fiducial.errors import UnusableInput

FINDING = "positive"  # what the format calls the finding: it has no name for it
_BEGIN = re.compile(r"^\s*BEGIN\s+DATA\s*:?\s*$", re.IGNORECASE)
_COUNT = re.compile(r"^\s*(N0|N1|NR|NM)\s*:\s*(\d+)\s*$", re.IGNORECASE)
_TRUTHS = ("truth", "-1")
_SNIFFED = 65_536  # characters within which the data begin


@dataclass(frozen=True, slots=True)
class ImrmcStudy:
    """``readings`` as :mod:`fiducial.cohort.readings` has them, and ``labels`` of the reader ``truth``."""

    readings: pl.DataFrame
    labels: pl.DataFrame


def is_imrmc(path: str | Path) -> bool:
    """Whether a file has the line ``BEGIN DATA:``."""
    try:
        with Path(path).open(encoding="utf-8-sig", errors="replace") as stream:
            return any(_BEGIN.match(line) for line in stream.read(_SNIFFED).splitlines())
    except OSError:
        return False


def read_imrmc(path: str | Path) -> ImrmcStudy:
    """Read and validate; the modality is the arm, the score is the rating.

    Raises:
        UnusableInput: no data, a line of another form, a repeated reading, a case without truth, or counts in the
            head that the data do not have (a file that was cut off).
    """
    path = Path(path)
    lines = _lines(path)
    begins = next((row for row, line in enumerate(lines, 1) if _BEGIN.match(line)), None)
    if begins is None:
        raise UnusableInput(f"{path.name}: has no line 'BEGIN DATA:', which iMRMC files have. Is it a plain table?")
    entries = [_entry(path, row, line) for row, line in enumerate(lines, 1) if row > begins and line.strip()]
    _refuse_repeats(path, entries)
    labels, readings = _labels(path, entries), _readings(entries)
    if readings.is_empty() or labels.is_empty():
        raise UnusableInput(f"{path.name}: after 'BEGIN DATA:' both truth and readings are needed; one is absent.")
    _refuse_unknown_cases(path, entries, set(labels["study"].to_list()))
    _refuse_other_counts(path, lines[: begins - 1], labels, readings)
    return ImrmcStudy(readings, labels)


@dataclass(frozen=True, slots=True)
class _Entry:
    row: int
    reader: str
    case: str
    modality: str
    score: float

    @property
    def is_truth(self) -> bool:
        return self.reader.lower() in _TRUTHS


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as absent:
        raise UnusableInput(f"{path}: there is no such file.") from absent
    except (OSError, UnicodeDecodeError) as refused:
        raise UnusableInput(f"{path}: cannot be read as text ({refused}).") from refused


def _entry(path: Path, row: int, line: str) -> _Entry:
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != 4 or not all(cells):
        raise UnusableInput(f"{path.name}: row {row} must be reader,case,modality,score; got {line.strip()!r}.")
    try:
        score = float(cells[3])
    except ValueError:
        score = nan
    if not isfinite(score):
        raise UnusableInput(f"{path.name}: row {row}: the score must be a number; got {cells[3]!r}.")
    return _Entry(row, cells[0], cells[1], cells[2], score)


def _refuse_repeats(path: Path, entries: list[_Entry]) -> None:
    seen: dict[tuple[str, str, str], int] = {}
    for one in entries:
        key = ("truth" if one.is_truth else one.reader, one.case, "" if one.is_truth else one.modality)
        if key in seen:
            told = f"the truth of case {one.case!r}" if one.is_truth else f"reader {one.reader!r}, case {one.case!r}"
            raise UnusableInput(f"{path.name}: row {one.row} repeats {told} of row {seen[key]}. Each may stand once.")
        seen[key] = one.row


def _labels(path: Path, entries: list[_Entry]) -> pl.DataFrame:
    truths = [one for one in entries if one.is_truth]
    for one in truths:
        if one.score not in {0.0, 1.0}:
            raise UnusableInput(f"{path.name}: row {one.row}: the truth of a case is 0 or 1; got {one.score:g}.")
    rows = {"study": [one.case for one in truths], "label": [one.score for one in truths]}
    frame = pl.DataFrame(rows, schema={"study": pl.String, "label": pl.Float64})
    return read_labels(frame.with_columns(reader=pl.lit(TRUTH)), finding=FINDING) if truths else frame


def _readings(entries: list[_Entry]) -> pl.DataFrame:
    said = [(one.case, one.reader, one.modality, one.score) for one in entries if not one.is_truth]
    schema = {"study": pl.String, "reader": pl.String, "arm": pl.String, "rating": pl.Float64}
    frame = pl.DataFrame(said, schema=schema, orient="row")
    return read_readings(frame, finding=FINDING) if said else frame


def _refuse_unknown_cases(path: Path, entries: list[_Entry], known: set[str]) -> None:
    for one in entries:
        if one.case not in known:
            raise UnusableInput(
                f"{path.name}: row {one.row} is of case {one.case!r}, which has no truth. Add truth,{one.case},truth,0 "
                "or 1, or remove its readings."
            )


def _refuse_other_counts(path: Path, head: list[str], labels: pl.DataFrame, readings: pl.DataFrame) -> None:
    found = {
        "N0": int((labels["label"] == 0).sum()),
        "N1": int((labels["label"] == 1).sum()),
        "NR": readings["reader"].n_unique(),
        "NM": readings["arm"].n_unique(),
    }
    for line in head:
        count = _COUNT.match(line)
        if count and int(count[2]) != found[count[1].upper()]:
            raise UnusableInput(
                f"{path.name}: says {line.strip()} and holds {found[count[1].upper()]}. The file was cut off or "
                "edited: export it again, or correct the line."
            )
