"""Trees, compiled once into functions of a study: with a trace, or for the value alone.

Both call the same functions of ``values`` on the same arguments; a trace only keeps what they were called with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import NamedTuple, TypeAlias, cast

from fiducial.rules import values as of
from fiducial.rules.facts import Box, Facts, Found, Given, Marked
from fiducial.rules.geometry import box_field, share
from fiducial.rules.tree import (
    And,
    AnyOf,
    Arithmetic,
    AtLeast,
    BoxField,
    Compare,
    Count,
    Measurement,
    Metadata,
    Most,
    Node,
    Not,
    Number,
    OneOf,
    Or,
    OverRegions,
    RuleRef,
    Score,
    Shares,
    Text,
    Threshold,
    Truth,
    children,
)
from fiducial.rules.values import UNKNOWN, Value, span

_NOT_ASKED = Found(reason="nobody looked for it")
_TRUE, _FALSE = Given(value=True), Given(value=False)


class Trace(NamedTuple):
    """One node and what it came to. ``given``: what a leaf read; of each part of a region count, the box.

    A named tuple, for a study has thousands of them.
    """

    node: Node
    value: Value
    children: tuple["Trace", ...] = ()
    given: Given | Found | None = None
    box: Box | None = None  # of a part of count(...), any(...), best(...) or largest(...)


_trace = cast("Callable[[tuple[object, ...]], Trace]", partial(tuple.__new__, Trace))  # twice as fast as Trace(...)


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


Traced: TypeAlias = Callable[[Case], Trace]
Valued: TypeAlias = Callable[[Case], Value]


@dataclass(frozen=True, slots=True)
class Program:
    """Every rule, in order, twice."""

    traced: Mapping[str, Traced]
    valued: Mapping[str, Valued]


def compile_rules(rules: Mapping[str, Node]) -> Program:
    """Compile every tree."""
    return Program(
        {name: _traced(node) for name, node in rules.items()}, {name: _valued(node) for name, node in rules.items()}
    )


def _traced(node: Node) -> Traced:
    if isinstance(node, Count | AnyOf | Most):
        where = node.regions.where
        return partial(_regions_traced, node, _reducer(node), None if where is None else _traced(where))
    parts = [] if isinstance(node, Shares) else [_traced(child) for child in children(node)]
    if not parts:
        return _leaf_traced(node)
    judge = _judge(node)
    if len(parts) == 2:
        first, second = parts

        def both(case: Case) -> Trace:
            left, right = first(case), second(case)
            return _trace((node, judge(left[1], right[1]), (left, right), None, None))

        return both

    def all_of(case: Case) -> Trace:
        found = tuple([part(case) for part in parts])
        return _trace((node, judge(*[one[1] for one in found]), found, None, None))

    return all_of


def value_of(node: Node) -> Valued:
    """A part of a rule, compiled for its value alone."""
    return _valued(node)


def _valued(node: Node) -> Valued:
    if isinstance(node, Count | AnyOf | Most):
        where = node.regions.where
        return partial(_regions_valued, node, _reducer(node), None if where is None else _valued(where))
    parts = [] if isinstance(node, Shares) else [_valued(child) for child in children(node)]
    if not parts:
        return _leaf_valued(node)
    judge = _judge(node)
    if len(parts) == 2:
        first, second = parts
        return lambda case: judge(first(case), second(case))
    return lambda case: judge(*[part(case) for part in parts])


def _judge(node: Node) -> Callable[..., Value]:  # noqa: PLR0911  (one a kind)
    match node:
        case And():
            return of.conjunction
        case Or():
            return of.disjunction
        case Not():
            return of.negation
        case AtLeast():
            return of.at_least(node.k)
        case Compare():
            return of.comparison(node.op)
        case Arithmetic():
            return of.arithmetic(node.op)
        case OneOf():
            return of.one_of
        case _:
            raise TypeError(f"{type(node).__name__} is a leaf")


def _leaf_traced(node: Node) -> Traced:
    match node:
        case Number() | Threshold() | Text() | Truth():
            always = Trace(node, node.value)
            return lambda _case: always
    read = _reader(node)
    unknown: Value = UNKNOWN if node.kind == "number" else None

    def leaf(case: Case) -> Trace:
        given = read(case)
        value = given.value
        return _trace((node, unknown if value is None else value, (), given, None))

    return leaf


def _leaf_valued(node: Node) -> Valued:
    match node:
        case Number() | Threshold() | Text() | Truth():
            constant = node.value
            return lambda _case: constant
    read = _reader(node)
    unknown: Value = UNKNOWN if node.kind == "number" else None

    def leaf(case: Case) -> Value:
        value = read(case).value
        return unknown if value is None else value

    return leaf


def _reader(node: Node) -> Callable[[Case], Given]:
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
    if value.__class__ is wanted:
        return given
    if node.kind == "number" and value.__class__ is int and abs(value) < inf:
        return Given(float(value), None, given.model, given.version)
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


def _regions_traced(node: OverRegions, reduce: Reducer, where: Traced | None, case: Case) -> Trace:
    found = case.facts.regions.get(node.regions.name, _NOT_ASKED)
    parts = []
    for box in found.boxes:
        case.box = box
        part = where(case) if where else _EVERY
        parts.append(Trace(part.node, part.value, part.children, part.given, box))
    case.box = None
    judged = [(part.box, part.value) for part in parts if part.box is not None]
    return Trace(node, reduce(judged, found.reason is not None), tuple(parts), found)


def _regions_valued(node: OverRegions, reduce: Reducer, where: Valued | None, case: Case) -> Value:
    if case.instead and node in case.instead:
        return case.instead[node]
    found = case.facts.regions.get(node.regions.name, _NOT_ASKED)
    judged: list[tuple[Box, Value]] = []
    for box in found.boxes:
        case.box = box
        judged.append((box, where(case) if where else True))
    case.box = None
    return reduce(judged, found.reason is not None)


_EVERY = Trace(Truth(value=True), value=True)


def _reducer(node: OverRegions) -> Reducer:
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
