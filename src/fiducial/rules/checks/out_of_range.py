"""Check: numbers that a score, a best score or an area can never reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.words import about
from fiducial.rules.spelling import spell
from fiducial.rules.tree import BoxField, Compare, Most, Node, Number, OneOf, Score, Threshold, walk


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """62 where 0.62 is meant: the rule is never true, and nobody is told."""

    name: ClassVar[str] = "out-of-range"
    says: ClassVar[str] = "a score or a share compared with a number that is not from 0 to 1"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a comparison, those in filters of regions included."""
        for rule in questions.rules.rules.values():
            for share, fixed in dict.fromkeys(shares_compared(rule.when)):
                value = fixed.value
                if 0 <= value <= 1:
                    continue
                called = f"{spell(fixed)} ({value:g})" if isinstance(fixed, Threshold) else f"{value:g}"
                message = f"Rule {rule.name!r} compares {spell(share)}, which is 0 to 1, with {called}."
                percent = f" {value:g}% is {value / 100:g}." if 1 < value <= 100 else ""
                remedy = f"Give a number from 0 to 1.{percent}"
                yield about(self.name, Severity.ERROR, rule, (message, remedy))


def shares_compared(tree: Node) -> Iterator[tuple[Node, Number | Threshold]]:
    """Every score or share in a condition, with the number or threshold that it is compared with."""
    for node in walk(tree):
        if isinstance(node, Compare):
            pairs = [(node.left, node.right), (node.right, node.left)]
        elif isinstance(node, OneOf):
            pairs = [(node.of, choice) for choice in node.choices]
        else:
            continue
        for one, other in pairs:
            if _is_share(one) and isinstance(other, Number | Threshold):
                yield one, other


def _is_share(node: Node) -> bool:
    return isinstance(node, Score | Most) or (isinstance(node, BoxField) and node.kind == "number")
