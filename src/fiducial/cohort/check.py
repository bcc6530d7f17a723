"""Ask a cohort every question that we know, before a model may learn from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fiducial import plugins
from fiducial.claims.evidence import NOTICE
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.table import Cohort, CohortSource, read_cohort
from fiducial.errors import FiducialError, WrongUsage

CHECK_SCHEMA = "fiducial.cohort-check/1"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found, the worst first; within a severity in the order of the checks' names."""

    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Severity | None:
        """The worst severity found; None where nothing was."""
        return self.findings[0].severity if self.findings else None

    def document(self) -> dict[str, Any]:
        """What ``cohort check --json`` prints."""
        return {
            "schema": CHECK_SCHEMA,
            "notice": NOTICE,
            "findings": [finding.document() for finding in self.findings],
        }


def check_cohort(cohort: CohortSource, checks: Sequence[str] | None = None) -> CheckReport:
    """Run the named checks, or all that are installed. A check that fails becomes a finding; the others go on.

    Raises:
        UnusableInput: the table cannot be read as a cohort.
        WrongUsage: no check bears a given name.
    """
    given = read_cohort(cohort)
    chosen = plugins.names("checks") if checks is None else tuple(checks)
    found = [finding for name in chosen for finding in _examine(name, given)]
    order = list(Severity)
    return CheckReport(tuple(sorted(found, key=lambda finding: order.index(finding.severity))))


def _examine(name: str, cohort: Cohort) -> Iterator[Finding]:
    try:
        yield from plugins.load("checks", name)().examine(cohort)
    except WrongUsage:
        raise
    except FiducialError as failed:
        yield Finding(
            name,
            Severity.ERROR,
            f"The check could not be made: {failed}",
            None,
            (),
            "Mend what the message names and check again; until then what it looks for stays unseen.",
        )
