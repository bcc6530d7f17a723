"""Check: two rules that say the same of every study."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.rewriting import differ
from fiducial.rules.checks.search import Impossible, Undecided
from fiducial.rules.checks.words import about, not_decided
from fiducial.rules.file import Rule
from fiducial.rules.tree import RuleRef


@dataclass(frozen=True, slots=True)
class EqualRules:
    """One of two copies is forgotten when the other is changed. A rule that only renames another is meant so."""

    name: ClassVar[str] = "equal-rules"
    says: ClassVar[str] = "two rules that say the same of every study"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a rule that says what an earlier one says; only rules alike on drawn studies are compared."""
        alike: dict[tuple[bool | None, ...], list[str]] = {}
        for name, rule in questions.rules.rules.items():
            if not questions.is_one_sided(name):
                before = alike.setdefault(tuple(one[name] for one in questions.said), [])
                yield from self._compared(questions, rule, before)
                before.append(name)

    def _compared(self, questions: Questions, rule: Rule, before: list[str]) -> Iterator[Finding]:
        if isinstance(rule.when, RuleRef):
            return
        for other in before:
            answer = questions.is_ever(differ(RuleRef(other), RuleRef(rule.name)))
            if isinstance(answer, Impossible):
                message = f"Rules {other!r} and {rule.name!r} say the same of every study."
                remedy = f"Write rule({other}) where {rule.name!r} is meant, or mend the one that should differ."
                yield about(self.name, Severity.WARNING, rule, (message, remedy))
                return
            if isinstance(answer, Undecided):
                whether = f"whether rules {other!r} and {rule.name!r} ever differ"
                yield not_decided(self.name, Severity.NOTE, rule, whether)
