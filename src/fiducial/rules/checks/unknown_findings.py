"""Check: findings that rules set and that the catalogue does not know."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.claims.catalogue.shipped import catalogue, find_finding
from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions


@dataclass(frozen=True, slots=True)
class UnknownFindings:
    """A finding of one's own is allowed; a misspelled one has no codes, and no urgency where the rule names none."""

    name: ClassVar[str] = "unknown-findings"
    says: ClassVar[str] = "findings that rules set and that the catalogue does not know"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a rule: a warning where nobody says how soon it is told, a note otherwise."""
        for rule in questions.rules.rules.values():
            if rule.finding is None or find_finding(rule.finding) is not None:
                continue
            near = catalogue().nearest(rule.finding)
            hint = f" Did you mean {near.name!r}?" if near else ""
            unsaid = rule.urgency is None
            silent = ", and the rule names no urgency" if unsaid else ""
            message = f"The catalogue knows no finding {rule.finding!r}{silent}.{hint}"
            remedy = "`fiducial catalogue` lists what it knows; a name of your own needs `urgency` to be told in time."
            line = rule.place.line if rule.place else None
            yield Finding(self.name, Severity.WARNING if unsaid else Severity.NOTE, message, remedy, rule.name, line)
