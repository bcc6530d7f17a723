"""What every check of a decision file gives: findings, each with its rule, its line, an example and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.studies import study_document
from fiducial.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found. ``examples``: studies that show it, as the evaluator confirms.

    ``decided`` is False where the search ended first: nothing is claimed then, in either direction.
    """

    check: str
    severity: Severity
    message: str
    remedy: str
    rule: str | None = None
    line: int | None = None
    examples: tuple[Facts, ...] = ()
    decided: bool = True

    def document(self) -> dict[str, Any]:
        """The finding as ``rules check --json`` prints it."""
        return {
            "check": self.check,
            "severity": str(self.severity),
            "rule": self.rule,
            "line": self.line,
            "message": self.message,
            "remedy": self.remedy,
            "decided": self.decided,
            "examples": [study_document(facts) for facts in self.examples],
        }


class Check(Protocol):
    """One question asked of a decision file."""

    name: ClassVar[str]
    says: ClassVar[str]  # one line for the docs

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """Yield what is found; what could not be decided is a finding, too: silence would read as success."""
        ...
