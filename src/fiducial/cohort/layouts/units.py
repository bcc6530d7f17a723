"""DICOM headers folded, file by file, into one row a decision."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from sys import intern
from typing import Any

import polars as pl

from fiducial.cohort.file_facts import FileFacts
from fiducial.cohort.layouts.ages import day, years, years_between
from fiducial.cohort.layouts.contract import Unit
from fiducial.cohort.layouts.joining import VARIES, common_path, counted
from fiducial.cohort.layouts.tags import describes, shown
from fiducial.cohort.table import TAG_PREFIX

UIDS = {Unit.STUDY: "StudyInstanceUID", Unit.SERIES: "SeriesInstanceUID", Unit.IMAGE: "SOPInstanceUID"}


@dataclass(slots=True)
class Decision:
    """What the headers of one study, series or image say together."""

    study: str
    paths: list[str] = field(default_factory=list)
    images: dict[str, str | None] = field(default_factory=dict)  # SOPInstanceUID -> hash of the pixels, where read
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, facts: FileFacts, values: dict[str, Any]) -> None:
        """Fold one more file in."""
        self.paths.append(facts.path)
        for name, value in values.items():
            before = self.values.setdefault(name, value)
            if before != value:
                self.values[name] = _settled(name, before, value)

    def row(self, unit: Unit) -> dict[str, Any]:
        """The row of the cohort; files of one image are shown by the first."""
        path = self.paths[0] if unit is Unit.IMAGE else common_path(self.paths)
        return {"study": self.study, **self.values, "path": path}


@dataclass(slots=True)
class Folding:
    """Takes the facts of file after file; gives the rows and what was odd on the way."""

    unit: Unit
    decisions: dict[str, Decision] = field(default_factory=dict)
    _odd: dict[str, tuple[int, str]] = field(default_factory=dict)  # what was odd -> how often, and an example

    def take(self, facts: FileFacts, key: str | None = None) -> tuple[str | None, str | None, str | None]:
        """Fold a file in, under a key of its own or its header's; (study, series, image), study None without header."""
        header = facts.header
        series, image = header.get("SeriesInstanceUID"), header.get("SOPInstanceUID")
        if not header:
            return None, series, image
        key = key or header.get(UIDS[self.unit])
        if key is None:
            self._note(f"no {UIDS[self.unit]}: the path was taken as the key", facts.path)
            key = facts.path
        decision = self.decisions.setdefault(key, Decision(key))
        if image in decision.images:
            self._note(_namesake(decision.images[image], facts.pixel_hash), facts.path)
        elif image:
            decision.images[image] = facts.pixel_hash
        patient = decision.values.get("patient")
        decision.add(facts, self._values(facts))
        if patient is not None and decision.values.get("patient") is None:
            self._note("another PatientID than the rest of its row: patient was left empty", facts.path)
        return key, series, image

    def notes(self) -> tuple[str, ...]:
        """What was odd, how often, and where first."""
        return tuple(
            f"{counted(count, 'file')}: {what} (first: {example})" for what, (count, example) in self._odd.items()
        )

    def frame(self) -> pl.DataFrame:
        """One row a decision, the named columns first, then the tags by name."""
        rows = [decision.row(self.unit) for decision in self.decisions.values()]
        named = [name for name in _SCHEMA if any(row.get(name) is not None for row in rows)]
        tags = sorted({name for row in rows for name in row if name.startswith(TAG_PREFIX)})
        schema = {name: _SCHEMA.get(name, pl.String) for name in (*named, *tags)}
        return pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)

    def _values(self, facts: FileFacts) -> dict[str, Any]:
        header = facts.header
        acquired = self._parsed(facts, day, "StudyDate", "AcquisitionDate")
        age = self._parsed(facts, years, "PatientAge")
        born = self._parsed(facts, day, "PatientBirthDate")
        if age is None and born and acquired:
            age = years_between(born, acquired)
        scanner = " ".join(header[name] for name in ("Manufacturer", "ManufacturerModelName") if name in header)
        named = {
            "patient": header.get("PatientID"),
            "site": header.get("InstitutionName"),
            "scanner": scanner or None,
            "acquired": acquired,
            "age": age,
            "sex": header.get("PatientSex"),
        }
        tags = {
            intern(TAG_PREFIX + keyword): intern(shown(keyword, text))
            for keyword, text in header.items()
            if describes(keyword)
        }
        return {name: value for name, value in named.items() if value is not None} | tags

    def _parsed(self, facts: FileFacts, parse: Callable[[str], Any], *keywords: str) -> Any:  # noqa: ANN401
        for keyword in keywords:
            text = facts.header.get(keyword)
            if text is not None:
                value = parse(text)
                if value is not None:
                    return value
                self._note(f"{keyword} is malformed and was left empty", f"{facts.path}: {text!r}")
        return None

    def _note(self, what: str, path: str) -> None:
        count, example = self._odd.get(what, (0, path))
        self._odd[what] = (count + 1, example)


_SCHEMA: dict[str, Any] = {
    "study": pl.String,
    "patient": pl.String,
    "path": pl.String,
    "site": pl.String,
    "scanner": pl.String,
    "acquired": pl.Date,
    "age": pl.Float64,
    "sex": pl.String,
}


def _namesake(before: str | None, now: str | None) -> str:
    """What two files with one UID are: copies only where their pixels are the same."""
    told = "a SOPInstanceUID that an earlier file bears, too"
    if before is None or now is None:
        return f"{told}: not all pixels could be read, so whether they are copies is unknown"
    return f"{told}: copies of one image" if before == now else f"{told}, on other pixels: cohort check names them"


def _settled(name: str, before: Any, value: Any) -> Any:  # noqa: ANN401
    """Several values in one row: the earliest date and age; no patient at all rather than a wrong one."""
    if name == "patient":
        return None
    if before is None or isinstance(value, date | float):
        return before if before is None else min(before, value)
    return VARIES
