"""Check: thresholds and inputs that no rule reads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.tree import AnyOf, Count, Measurement, Metadata, Most, Node, Score, Shares, Threshold, walk


@dataclass(frozen=True, slots=True)
class UnreadNames:
    """Whoever changes such a threshold believes to have changed the decision."""

    name: ClassVar[str] = "unread-names"
    says: ClassVar[str] = "thresholds and inputs that are declared, and that no rule reads"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a name."""
        read = {name for tree in questions.trees.values() for node in walk(tree) for name in _names(node)}
        for what, name in _declared(questions):
            if (what, name) in read or (what in {"region", "mask"} and ("area", name) in read):
                continue
            effect = "changing it changes no decision" if what == "threshold" else "it is asked for in vain"
            message = f"No rule reads the {what} {name!r}: {effect}."
            yield Finding(self.name, Severity.WARNING, message, "Read it in the rule it was meant for, or take it out.")


def _names(node: Node) -> Iterable[tuple[str, str]]:
    match node:
        case Threshold(name=name):
            yield "threshold", name
        case Score(name=name):
            yield "score", name
        case Measurement(name=name):
            yield "measurement", name
        case Metadata(name=name):
            yield "metadata", name
        case Count(regions=regions) | AnyOf(regions=regions) | Most(regions=regions):
            yield "region", regions.name
        case Shares(area=area):
            yield "area", area


def _declared(questions: Questions) -> Iterator[tuple[str, str]]:
    inputs = questions.rules.inputs
    for what, names in (
        ("threshold", questions.rules.thresholds),
        ("score", inputs.scores),
        ("region", inputs.regions),
        ("mask", inputs.masks),
        ("measurement", inputs.measurements),
        ("metadata", inputs.metadata),
    ):
        for name in names:
            yield what, name
