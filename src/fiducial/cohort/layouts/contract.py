"""What every layout gives: the rows and files of one published or common way of storing a data set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol

import polars as pl

from fiducial.errors import WrongUsage
from fiducial.files.tables import Table


class Unit(StrEnum):
    """What one decision is about."""

    STUDY = "study"
    SERIES = "series"
    IMAGE = "image"

    @classmethod
    def named(cls, word: str) -> "Unit":
        """Raises WrongUsage where no unit bears the name."""
        if word not in list(cls):
            raise WrongUsage(f"a unit is {', '.join(cls)}; got {word!r}.")
        return cls(word)


@dataclass(frozen=True, slots=True)
class Source:
    """What the user pointed at, and what they said about it."""

    path: Path  # a folder or a file
    unit: Unit = Unit.STUDY
    table: Path | None = None  # a table whose columns are joined to the images; found in the folder where it is alone
    columns: dict[str, str] = field(default_factory=dict)  # cohort column -> the source's name of it
    workers: int = -1  # processes; -1 is one a core
    told: Callable[[int, int], None] | None = None  # called with (done, total) after every file
    journal: Path | None = None  # where to write down what was read, so that a killed build goes on; cohort/journal.py


@dataclass(frozen=True, slots=True)
class Listing:
    """``rows``: a draft with the cohort's column names, values not yet checked. ``files``: FILES_SCHEMA, or None.

    ``regions``: REGIONS_SCHEMA of ``fiducial.cohort.regions``, or None where the data set has no boxes. Paths are
    relative to ``folder``. ``notes`` say what was skipped or assumed, for the terminal.
    """

    rows: Table
    files: pl.DataFrame | None
    folder: Path
    notes: tuple[str, ...] = ()
    regions: pl.DataFrame | None = None


class Layout(Protocol):
    """One way of storing a data set."""

    name: ClassVar[str]
    says: ClassVar[str]  # one line for ``fiducial cohort layouts``

    def recognises(self, source: Source) -> bool:
        """Whether the source has this form; cheap, reads names and headers only."""
        ...

    def list(self, source: Source) -> Listing:
        """Read the source.

        Raises:
            UnusableInput: nothing usable is there; one bad file is listed with its reason instead.
        """
        ...
