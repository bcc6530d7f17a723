"""Check: equality of numbers that are never equal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.words import about, short
from fiducial.rules.tree import Arithmetic, BoxField, Compare, Measurement, Most, Node, Number, OneOf, Score, walk


@dataclass(frozen=True, slots=True)
class ExactEquality:
    """Counts, ages and words are equal or not; a score is never the same twice. Best and largest are 0 of no box."""

    name: ClassVar[str] = "exact-equality"
    says: ClassVar[str] = "== and != and in, of scores, shares and measurements"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a comparison."""
        for rule in questions.rules.rules.values():
            for node in walk(rule.when):
                if _is_exact(node):
                    message = f"Rule {rule.name!r} asks whether measured numbers are exactly the same: {short(node)}."
                    remedy = "Compare with >= and <=, with the tolerance that is meant."
                    yield about(self.name, Severity.WARNING, rule, (message, remedy))


def _is_exact(node: Node) -> bool:
    if isinstance(node, OneOf):
        return _is_measured(node.of)
    if not isinstance(node, Compare) or node.op not in {"==", "!="}:
        return False
    of_none = isinstance(node.left, Most) and node.right == Number(0.0)
    return not of_none and (_is_measured(node.left) or _is_measured(node.right))


def _is_measured(node: Node) -> bool:
    if isinstance(node, Arithmetic):
        return any(_is_measured(part) for part in (node.left, node.right))
    return isinstance(node, Score | Measurement | Most) or (isinstance(node, BoxField) and node.kind == "number")
