"""What a rule would say if some of its inputs were otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from fiducial.rules.changing import with_given
from fiducial.rules.facts import Facts, Given
from fiducial.rules.file import Rules
from fiducial.rules.leaves import Case
from fiducial.rules.programs import value_of
from fiducial.rules.traces import Outcome
from fiducial.rules.tree import AnyOf, Count, Measurement, Metadata, Most, Node, OverRegions, RuleRef, Score, walk
from fiducial.rules.values import Value

Knob: TypeAlias = Score | Measurement | Metadata | OverRegions
Changes: TypeAlias = Mapping[Knob, Value]
_REGIONS = (Count, AnyOf, Most)


@dataclass(frozen=True)
class Trial:
    """One rule of one decision, to be asked again and again."""

    rules: Rules
    facts: Facts
    outcomes: Mapping[str, Outcome]
    rule: str

    def says(self, changes: Changes) -> bool | None:
        """What the rule says under these changes."""
        case = self._case(changes)
        program = self.rules.program.valued
        answer: bool | None = None
        for name in self.cone:
            override = self.outcomes[name].override
            value = program[name](case) if override is None else override.to
            answer = value if isinstance(value, bool) else None
            case.note(name, answer, None)
        return answer

    def of(self, node: Node, changes: Changes) -> Value:
        """What a part comes to under these changes, other rules saying what they say."""
        case = self._case(changes)
        for name, outcome in self.outcomes.items():
            case.note(name, outcome.value, None)
        return value_of(node)(case)

    @cached_property
    def cone(self) -> list[str]:
        """The rule and all that it reads, each after those that it reads."""
        wanted, waiting = {self.rule}, [self.rule]
        while waiting:
            name = waiting.pop()
            if self.outcomes[name].override is None:
                read = {node.name for node in walk(self.rules.rules[name].when) if isinstance(node, RuleRef)} - wanted
                wanted |= read
                waiting += read
        return [name for name in self.rules.rules if name in wanted]

    @cached_property
    def parts(self) -> list[Node]:
        """Every part of these rules; of the filters of regions, nothing."""
        found: list[Node] = []
        for name in self.cone:
            if self.outcomes[name].override is None:
                found += _outside_filters(self.rules.rules[name].when)
        return found

    @cached_property
    def knobs(self) -> dict[Knob, Value]:
        """Everything that could be otherwise, and what it is."""
        found: dict[Knob, Value] = {}
        for node in self.parts:
            if isinstance(node, Score | Measurement | Metadata | Count | AnyOf | Most) and node not in found:
                found[node] = self.of(node, {})
        return found

    def _case(self, changes: Changes) -> Case:
        facts = self.facts
        for knob, value in changes.items():
            if isinstance(knob, Score | Measurement | Metadata) and isinstance(value, bool | float | str):
                facts = with_given(facts, knob, Given(value))
        return Case(facts, instead={knob: value for knob, value in changes.items() if isinstance(knob, _REGIONS)})


def _outside_filters(node: Node) -> list[Node]:
    below = {id(part) for one in walk(node) if isinstance(one, _REGIONS) for part in walk(one)[1:]}
    return [one for one in walk(node) if id(one) not in below]
