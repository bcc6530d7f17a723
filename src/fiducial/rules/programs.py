"""Trees, compiled once into functions of a study: for the value alone, or with a record of what led to it.

Both call the same functions of ``values`` on the same arguments. A record is flat, the values and what the leaves read
in the order in which they came up, for a study has thousands of them; ``trace_of`` draws the tree when somebody looks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from fiducial.rules import values as of
from fiducial.rules.facts import Box, Found, Given
from fiducial.rules.leaves import NOT_ASKED, Case, Reducer, reader, reducer
from fiducial.rules.tree import (
    And,
    AnyOf,
    Arithmetic,
    AtLeast,
    Compare,
    Count,
    Most,
    Node,
    Not,
    Number,
    OneOf,
    Or,
    OverRegions,
    Shares,
    Text,
    Threshold,
    Truth,
    children,
)
from fiducial.rules.values import UNKNOWN, Value


class Trace(NamedTuple):
    """One node and what it came to. ``given``: what a leaf read; of each part of a region count, the box."""

    node: Node
    value: Value
    children: tuple["Trace", ...] = ()
    given: Given | Found | None = None
    box: Box | None = None  # of a part of count(...), any(...), best(...) or largest(...)


Record: TypeAlias = list[Any]  # values of nodes, Given of leaves, and of regions (Found, ((Box, Record), ...), value)
Recorded: TypeAlias = Callable[[Case, Record], Value]
Valued: TypeAlias = Callable[[Case], Value]
_WRITTEN = (Number, Threshold, Text, Truth)
_EVERY = Truth(value=True)  # the filter of regions that have none


@dataclass(frozen=True, slots=True)
class Program:
    """Every rule, in order, twice."""

    recorded: Mapping[str, Recorded]
    valued: Mapping[str, Valued]


def compile_rules(rules: Mapping[str, Node]) -> Program:
    """Compile every tree."""
    return Program(
        {name: _recorded(node) for name, node in rules.items()}, {name: value_of(node) for name, node in rules.items()}
    )


def value_of(node: Node) -> Valued:
    """A rule or a part of one, compiled for its value alone."""
    if isinstance(node, Count | AnyOf | Most):
        return partial(_regions_valued, node, reducer(node), value_of(node.regions.where or _EVERY))
    if isinstance(node, _WRITTEN):
        constant = node.value
        return lambda _case: constant
    parts = [] if isinstance(node, Shares) else [value_of(child) for child in children(node)]
    if not parts:
        return partial(_leaf_valued, reader(node), _unknown(node))
    judge = _judge(node)
    if len(parts) == 2:
        first, second = parts
        return lambda case: judge(first(case), second(case))
    return lambda case: judge(*[part(case) for part in parts])


def _recorded(node: Node) -> Recorded:
    if isinstance(node, Count | AnyOf | Most):
        return partial(_regions_recorded, node, reducer(node), _recorded(node.regions.where or _EVERY))
    if isinstance(node, _WRITTEN):
        constant = node.value
        return lambda _case, _record: constant
    parts = [] if isinstance(node, Shares) else [_recorded(child) for child in children(node)]
    if not parts:
        return _leaf_recorded(reader(node), _unknown(node))
    if len(parts) == 2:
        return _two_recorded(_judge(node), *parts)
    return _all_recorded(_judge(node), parts)


def _two_recorded(judge: Callable[..., Value], first: Recorded, second: Recorded) -> Recorded:
    def two(case: Case, record: Record) -> Value:
        value = judge(first(case, record), second(case, record))
        record.append(value)
        return value

    return two


def _all_recorded(judge: Callable[..., Value], parts: list[Recorded]) -> Recorded:
    def every(case: Case, record: Record) -> Value:
        value = judge(*[part(case, record) for part in parts])
        record.append(value)
        return value

    return every


def _leaf_recorded(read: Callable[[Case], Given], unknown: Value) -> Recorded:
    def leaf(case: Case, record: Record) -> Value:
        given = read(case)
        record.append(given)
        value = given.value
        return unknown if value is None else value

    return leaf


def _leaf_valued(read: Callable[[Case], Given], unknown: Value, case: Case) -> Value:
    value = read(case).value
    return unknown if value is None else value


def _unknown(node: Node) -> Value:
    return UNKNOWN if node.kind == "number" else None


def _regions_recorded(node: OverRegions, reduce: Reducer, where: Recorded, case: Case, record: Record) -> Value:
    found = case.facts.regions.get(node.regions.name, NOT_ASKED)
    judged: list[tuple[Box, Value]] = []
    parts: list[tuple[Box, Record]] = []
    for box in found.boxes:
        case.box = box
        own: Record = []
        judged.append((box, where(case, own)))
        parts.append((box, own))
    case.box = None
    value = reduce(judged, found.reason is not None)
    record.append((found, parts, value))
    return value


def _regions_valued(node: OverRegions, reduce: Reducer, where: Valued, case: Case) -> Value:
    if case.instead and node in case.instead:
        return case.instead[node]
    found = case.facts.regions.get(node.regions.name, NOT_ASKED)
    judged: list[tuple[Box, Value]] = []
    for box in found.boxes:
        case.box = box
        judged.append((box, where(case)))
    case.box = None
    return reduce(judged, found.reason is not None)


def trace_of(node: Node, record: Record) -> Trace:
    """The tree of a rule with what was recorded of it."""
    return _drawn(node, iter(record))


def _drawn(node: Node, record: Iterator[Any]) -> Trace:
    if isinstance(node, _WRITTEN):
        return Trace(node, node.value)
    if isinstance(node, Count | AnyOf | Most):
        found, parts, value = next(record)
        where = node.regions.where or _EVERY
        return Trace(node, value, tuple(trace_of(where, own)._replace(box=box) for box, own in parts), found)
    if isinstance(node, Shares) or not children(node):
        given: Given = next(record)
        return Trace(node, _unknown(node) if given.value is None else given.value, (), given)
    parts = tuple(_drawn(child, record) for child in children(node))
    return Trace(node, next(record), parts)


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
