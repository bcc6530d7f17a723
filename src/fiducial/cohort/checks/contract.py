"""What every check gives: findings, each with a number, the files it concerns and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from fiducial.claims.evidence import Figure
from fiducial.cohort.table import Cohort


class Severity(StrEnum):
    """Worst first."""

    ERROR = "error"  # a claim from these data would be wrong
    WARNING = "warning"  # it may be; look before going on
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Concerned:
    """A row of the cohort, and a file of it where one is meant."""

    study: str | None
    path: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found."""

    check: str
    severity: Severity
    message: str
    figure: Figure | None
    files: tuple[Concerned, ...]
    remedy: str

    def document(self) -> dict[str, Any]:
        """The finding as ``cohort check --json`` prints it."""
        return {
            "check": self.check,
            "severity": str(self.severity),
            "message": self.message,
            "figure": self.figure.document() if self.figure else None,
            "files": [{"study": one.study, "path": one.path} for one in self.files],
            "remedy": self.remedy,
        }


class Check(Protocol):
    """One question asked of a cohort."""

    name: ClassVar[str]
    says: ClassVar[str]  # one line for ``fiducial cohort checks``

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """Yield what is found; nothing where all is well or the columns that it needs are absent.

        A check that could not be made yields a note that says which column it misses: silence would read as success.
        """
        ...
