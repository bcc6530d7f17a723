"""Check: findings whose scores are read, and which no rule sets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.tree import Score, walk


@dataclass(frozen=True, slots=True)
class UnsetFindings:
    """In a file whose rules set findings, a score that sets none may be a forgotten line."""

    name: ClassVar[str] = "unset-findings"
    says: ClassVar[str] = "findings whose scores are read, and which no rule sets"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a finding; nothing in a file of which no rule sets any."""
        rules = questions.rules.rules.values()
        known = {rule.finding for rule in rules if rule.finding}
        if not known:
            return
        read = [node.name.split("@")[0] for rule in rules for node in walk(rule.when) if isinstance(node, Score)]
        for finding in dict.fromkeys(read):
            if finding not in known:
                message = f"The score of {finding!r} is read, and no rule sets the finding {finding!r}."
                remedy = (
                    f'Give the rule that concludes it `finding = "{finding}"`; where it only helps others, leave it.'
                )
                yield Finding(self.name, Severity.NOTE, message, remedy)
