"""Check: rules that are true of no study, and rules that are false of none."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.search import Impossible, Undecided
from fiducial.rules.checks.words import about, joined, not_decided, short
from fiducial.rules.file import Rule
from fiducial.rules.tree import And, Node, Not, Or


@dataclass(frozen=True, slots=True)
class OneSidedRules:
    """A rule that always says the same decides nothing, and reads as if it did."""

    name: ClassVar[str] = "one-sided-rules"
    says: ClassVar[str] = "rules that can never be true, or never false"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a rule, with the fewest of its parts that are enough for it."""
        for rule in questions.rules.rules.values():
            for value, word in ((True, "true"), (False, "false")):
                answer = questions.can_be(rule.name, value=value)
                if isinstance(answer, Impossible):
                    yield self._found(questions, rule, value=value)
                elif isinstance(answer, Undecided):
                    yield not_decided(self.name, Severity.NOTE, rule, f"whether rule {rule.name!r} can be {word}")

    def _found(self, questions: Questions, rule: Rule, *, value: bool) -> Finding:
        word = "true" if value else "false"
        parts = [f"`{short(part)}`" for part in _enough(questions, rule.when, value=value)]
        why = f": {joined(parts)} are never {word} together" if len(parts) > 1 else ""
        message = f"Rule {rule.name!r} can never be {word}, whatever a study holds{why}."
        remedy = "Mend the comparison, or take the rule out; where it waits for a later model, say so outside the file."
        return about(self.name, Severity.ERROR, rule, (message, remedy))


def _enough(questions: Questions, tree: Node, *, value: bool) -> list[Node]:
    """The fewest parts of an ``and`` that cannot be true together, or of an ``or`` that cannot be false together."""
    if not isinstance(tree, And if value else Or):
        return [tree]
    parts = list(tree.of)
    for part in tree.of:
        rest = [one for one in parts if one is not part]
        goal = And(tuple(rest)) if value else And(tuple(Not(one) for one in rest))
        if rest and isinstance(questions.can(goal), Impossible):
            parts = rest
    return parts
