"""Ask a decision file every question that can be answered before it has seen a study."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiducial import plugins
from fiducial.claims.evidence import NOTICE
from fiducial.cohort.checks.contract import Severity
from fiducial.errors import WrongUsage
from fiducial.rules.checks.contract import Check, Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.search import STEPS
from fiducial.rules.file import Rules, read_rules

SCHEMA = "fiducial.rules-check/1"


def _nothing(_done: int, _total: int) -> None:
    """Whom nobody asked tells nobody."""


@dataclass(frozen=True, slots=True)
class RulesReport:
    """What was found, the worst first; within a severity by line."""

    rules: Rules
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Severity | None:
        """The worst severity found; None where nothing was."""
        return self.findings[0].severity if self.findings else None

    @property
    def undecided(self) -> int:
        """How many questions the search ended before; of these nothing is claimed."""
        return sum(not finding.decided for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """1 where an error was found."""
        return 1 if self.worst is Severity.ERROR else 0

    def document(self) -> dict[str, Any]:
        """What ``rules check --json`` prints."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "decision": {"name": self.rules.name, "version": self.rules.version, "hash": self.rules.hash},
            "rules": len(self.rules.rules),
            "undecided": self.undecided,
            "findings": [finding.document() for finding in self.findings],
        }


def check_rules(
    rules: Rules | str | Path,
    checks: Sequence[str] | None = None,
    *,
    steps: int = STEPS,
    told: Callable[[int, int], object] = _nothing,
) -> RulesReport:
    """Run the named checks, or all that are installed.

    ``steps``: rules evaluated for one question before it is left undecided; ``told``: called with the checks that are
    done and those that there are.

    Raises:
        UnusableInput: the decision file cannot be read.
        WrongUsage: no check bears a given name, or steps are not positive.
    """
    if steps < 1:
        raise WrongUsage(f"the steps of the search must be 1 or more; got {steps}.")
    given = rules if isinstance(rules, Rules) else read_rules(rules)
    questions = Questions(given, steps)
    names = plugins.names("rule_checks") if checks is None else checks
    chosen: list[Check] = [plugins.load("rule_checks", name)() for name in names]
    found: list[Finding] = []
    for done, check in enumerate(chosen):
        told(done, len(chosen))
        found.extend(check.examine(questions))
    order = list(Severity)
    return RulesReport(given, tuple(sorted(found, key=lambda one: (order.index(one.severity), one.line or 0))))
