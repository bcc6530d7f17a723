"""What the leaves of a rule read of a study, and what a question about boxes comes to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import inf, isfinite
from typing import TypeAlias

from fiducial.rules.facts import Box, Facts, Found, Given, Marked
from fiducial.rules.geometry import box_field, share
from fiducial.rules.tree import (
    AnyOf,
    BoxField,
    Count,
    Measurement,
    Metadata,
    Most,
    Node,
    OverRegions,
    RuleRef,
    Score,
    Shares,
)
from fiducial.rules.values import Value, span

NOT_ASKED = Found(reason="nobody looked for it")
_TRUE, _FALSE = Given(value=True), Given(value=False)


@dataclass(slots=True)
class Case:
    """A study while it is decided. ``said``: what the rules before this one say; ``box``: which a filter looks at."""

    facts: Facts
    said: dict[str, Given] = field(default_factory=dict)
    box: Box | None = None
    instead: Mapping[Node, Value] = field(default_factory=dict)  # of what is asked of regions, what is assumed

    def note(self, rule: str, value: bool | None, reason: str | None) -> None:  # noqa: FBT001  (it is data)
        """Keep what a rule says for those that read it."""
        self.said[rule] = _TRUE if value else Given(None, reason) if value is None else _FALSE


def reader(node: Node) -> Callable[[Case], Given]:
    """What a leaf reads of a study."""
    match node:
        case Score(name=name):
            absent = Given(None, f"there is no score of {name}")
            return lambda case: case.facts.scores.get(name, absent)
        case Measurement(name=name):
            absent = Given(None, f"{name} was not measured")
            return lambda case: case.facts.measurements.get(name, absent)
        case Metadata():
            return partial(_metadatum, node, Given(None, f"{node.name} is not known"))
        case RuleRef(name=name):
            return lambda case: case.said[name]
        case BoxField(name=name):
            return partial(_box_field, name)
        case Shares():
            return partial(_shares, node)
        case _:
            raise TypeError(f"{type(node).__name__} is no leaf")


def _metadatum(node: Metadata, absent: Given, case: Case) -> Given:
    given = case.facts.metadata.get(node.name, absent)
    value = given.value
    if value is None:
        return given
    if node.choices and value not in node.choices:
        return Given(None, f"{node.name} is {value!r}, none of {', '.join(node.choices)}")
    wanted = {"number": float, "text": str, "truth": bool}[node.kind]
    if value.__class__ is wanted and (node.kind != "number" or isfinite(value)):  # type: ignore[arg-type]  # a number
        return given
    return Given(None, f"{node.name} is {value!r}, not {'a number' if node.kind == 'number' else node.kind}")


def _box_field(name: str, case: Case) -> Given:
    return Given(*box_field(_box(case), name))


def _box(case: Case) -> Box:
    if case.box is None:
        raise TypeError("only a filter of regions looks at a box")
    return case.box


def _shares(node: Shares, case: Case) -> Given:
    """Whether the box of a filter lies in a mask, or in any box of a finding."""
    box, facts = _box(case), case.facts
    if node.area in facts.regions:
        found = facts.regions[node.area]
        others, whole = [Marked(one) for one in found.boxes], found.reason
    else:
        mask = facts.masks.get(node.area, Marked(None, f"{node.area} is not marked"))
        others, whole = [mask], None
    shares = [share(node.how, box, other) for other in others]
    if any(value is not None and value >= node.share.value for value, _ in shares):
        return Given(value=True)
    why = whole or next((reason or f"{node.area} is not marked" for value, reason in shares if value is None), None)
    return Given(None, why) if why else Given(value=False)


Reducer: TypeAlias = Callable[[list[tuple[Box, Value]], bool], Value]


def reducer(node: OverRegions) -> Reducer:
    """What becomes of the boxes that pass, fail or may pass a filter; told whether there may be more of them."""
    match node:
        case Count():
            return _count
        case AnyOf():
            return _any
        case Most():
            return partial(_most, node.measure)


def _count(judged: list[tuple[Box, Value]], more: bool) -> Value:  # noqa: FBT001  (one shape for all reducers)
    surely = sum(1 for _, passed in judged if passed is True)
    perhaps = sum(1 for _, passed in judged if passed is None)
    return span(float(surely), inf if more else float(surely + perhaps))


def _any(judged: list[tuple[Box, Value]], more: bool) -> Value:  # noqa: FBT001
    passes = [passed for _, passed in judged]
    return True if True in passes else None if more or None in passes else False


def _most(name: str, judged: list[tuple[Box, Value]], more: bool) -> Value:  # noqa: FBT001
    low, high = 0.0, 1.0 if more else 0.0
    for box, passed in judged:
        if passed is False:
            continue
        value, _ = box_field(box, name)
        if isinstance(value, float | int):
            high = max(high, value)
            low = max(low, value) if passed else low
        else:
            high = 1.0
    return span(float(low), float(high))
