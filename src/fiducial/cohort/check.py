"""Ask a cohort every question that we know, before a model may learn from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiducial import plugins
from fiducial.claims.claim import Claim, read_claim
from fiducial.claims.evidence import NOTICE
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.population import NAME as POPULATION
from fiducial.cohort.population import match_claim
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


def check_cohort(
    cohort: CohortSource, checks: Sequence[str] | None = None, claim: Claim | str | Path | None = None
) -> CheckReport:
    """Run the named checks, or all that are installed. A check that fails becomes a finding; the others go on.

    With a ``claim``, the check ``population`` compares the cohort with it.

    Raises:
        UnusableInput: the table cannot be read as a cohort, or the claim as a claim.
        WrongUsage: no check bears a given name, or ``population`` is asked for without a claim.
    """
    given = read_cohort(cohort)
    promised = claim if claim is None or isinstance(claim, Claim) else read_claim(claim)
    chosen = (*plugins.names("checks"), *([POPULATION] if promised else [])) if checks is None else tuple(checks)
    found = [finding for name in chosen for finding in _examine(name, given, promised)]
    order = list(Severity)
    return CheckReport(tuple(sorted(found, key=lambda finding: order.index(finding.severity))))


def _examine(name: str, cohort: Cohort, claim: Claim | None) -> Iterator[Finding]:
    try:
        if name == POPULATION:
            yield from match_claim(cohort, _promised(claim))
        else:
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


def _promised(claim: Claim | None) -> Claim:
    if claim is None:
        raise WrongUsage("the check 'population' compares the cohort with a claim, and none was given. Add --claim.")
    return claim
