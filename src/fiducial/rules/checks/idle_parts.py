"""Check: parts of a rule that never make a difference to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.rewriting import differ, without_each_part
from fiducial.rules.checks.search import Impossible, Undecided
from fiducial.rules.checks.words import about, not_decided, short
from fiducial.rules.file import Rule
from fiducial.rules.tree import Node


@dataclass(frozen=True, slots=True)
class IdleParts:
    """``score(a) > 0.5 or score(a) > 0.7``: whoever tunes the second number tunes nothing."""

    name: ClassVar[str] = "idle-parts"
    says: ClassVar[str] = "parts of an and, or an or, without which the rule is the same"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a part; rules that can only be true or only be false are told by one-sided-rules."""
        for rule in questions.rules.rules.values():
            if not questions.is_one_sided(rule.name):
                yield from self._of(questions, rule, rule.when)

    def _of(self, questions: Questions, rule: Rule, tree: Node) -> Iterator[Finding]:
        for part, without in without_each_part(tree):
            answer = questions.is_ever(differ(tree, without))
            if isinstance(answer, Impossible):
                message = f"Rule {rule.name!r} is the same without its part {short(part)}: the others settle it."
                remedy = "Take the part out, or mend its number: changed alone, it may change nothing."
                yield about(self.name, Severity.WARNING, rule, (message, remedy))
                yield from self._of(questions, rule, without)
                return
            if isinstance(answer, Undecided):
                whether = f"whether rule {rule.name!r} needs its part {short(part)}"
                yield not_decided(self.name, Severity.NOTE, rule, whether)
