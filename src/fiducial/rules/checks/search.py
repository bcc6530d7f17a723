"""Whether something can be true for any study at all: branch and prune over the values of its variables.

A *space* gives each variable a span or some words. The evaluator of studies, which knows what follows from spans,
says of a whole space: false throughout (it is dropped), or not settled (it is cut in two where a comparison changes).
Floats are cut between neighbours, ``0.62`` and the next below it, and operations on floats are monotone, rounding
included, so that "false throughout" holds for every float and not only for real numbers. (Moore 1966; Tucker 2011,
chapter 14.) Spaces of comparisons with fixed numbers end after finitely many cuts. Where two inputs are compared with
each other or calculated with, the number of steps may end first: then nothing is claimed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf, nextafter, sqrt
from typing import TypeAlias, cast

import numpy as np

from fiducial.rules.checks.variables import Domain, Space, Variable
from fiducial.rules.facts import Facts, Found, Given, Marked
from fiducial.rules.leaves import Case
from fiducial.rules.programs import Draw, Record, Trace, compile_rules
from fiducial.rules.tree import Compare, Measurement, Metadata, Node, Not, OneOf, RuleRef
from fiducial.rules.values import Span, Value, is_known, span

STEPS = 5_000  # rules evaluated for one question
_FEWEST = 20  # spaces looked at, however many rules are read
GOAL = " goal"  # no rule can be called so

Point: TypeAlias = Mapping[str, float | str | bool]
Confirm: TypeAlias = Callable[[Space, Point], Facts | None]


@dataclass(frozen=True, slots=True)
class Possible:
    """A study for which it is true."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class Impossible:
    """True for no study."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither a study was found for which it is true, nor is there proof that none is."""

    steps: int


Answer: TypeAlias = Possible | Impossible | Undecided


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Stands where the facts of a study do: what is known of many studies at once."""

    measurements: Mapping[str, Given]
    metadata: Mapping[str, Given]
    scores: Mapping[str, Given] = field(default_factory=dict)
    regions: Mapping[str, Found] = field(default_factory=dict)
    masks: Mapping[str, Marked] = field(default_factory=dict)


def search(
    trees: Mapping[str, Node], goal: Node, variables: Mapping[str, Variable], confirm: Confirm, steps: int = STEPS
) -> Answer:
    """Whether ``goal``, over the rules ``trees`` (lowered, each after those that it reads), can be true.

    ``confirm`` makes a study of a point and gives it back where the evaluator says that the goal is true for it.
    """
    program = Lowered({**trees, GOAL: goal}, variables)
    rng = np.random.default_rng(0)
    spaces: list[Space] = [{key: one.domain for key, one in variables.items()}]
    gaps = False
    for _ in range(max(steps // (len(trees) + 1), _FEWEST)):
        if not spaces:
            return Undecided(steps) if gaps else Impossible()
        space = spaces.pop()
        found = program.over(space)
        if found.value is False:
            continue
        for point in _points(space, variables, rng):
            if program.holds(point) and (facts := confirm(space, point)) is not None:
                return Possible(facts)
        cut = None if found.value else _where_to_cut(found, space, variables)
        if cut is None:
            gaps = True
            continue
        key, parts = cut
        spaces.extend({**space, key: part} for part in parts)
    return Undecided(steps)


class Lowered:
    """The goal and the rules that it reads, compiled by the evaluator itself."""

    def __init__(self, trees: Mapping[str, Node], variables: Mapping[str, Variable]) -> None:
        self._compiled = compile_rules(trees)
        self._numbers = [key for key, one in variables.items() if isinstance(one.domain, Span)]
        self._words = [key for key, one in variables.items() if not isinstance(one.domain, Span)]

    def over(self, space: Space) -> "_Over":
        """What every rule, and the goal, comes to over a whole space."""
        case = self._case({key: _known(domain) for key, domain in space.items()})
        records: dict[str, Record] = {}
        value: Value = None
        for name, judge in self._compiled.recorded.items():
            record = records[name] = []
            value = judge(case, record)
            keep(case, name, value)
        return _Over(value, self._compiled.draw, records)

    def holds(self, point: Point) -> bool:
        """Whether the goal is true at one point."""
        case = self._case(point)
        value: Value = None
        for name, judge in self._compiled.valued.items():
            value = judge(case)
            keep(case, name, value)
        return value is True

    def _case(self, values: Mapping[str, Value]) -> Case:
        # a Span is no value that a study could have, so that Facts would refuse it
        given = {key: Given(cast("float", value)) for key, value in values.items()}
        ranges = _Ranges({key: given[key] for key in self._numbers}, {key: given[key] for key in self._words})
        return Case(cast("Facts", ranges))


@dataclass(frozen=True, slots=True)
class _Over:
    """What the goal comes to over a space, and how: traces are drawn where they are looked at."""

    value: Value
    draw: Mapping[str, Draw]
    records: Mapping[str, Record]

    def trace(self, rule: str) -> Trace:
        return self.draw[rule](iter(self.records[rule]))


def keep(case: Case, name: str, value: Value) -> None:
    """What a rule says, for those that read it."""
    case.note(name, value if isinstance(value, bool) else None, None)


def _known(domain: Domain) -> Value:
    if isinstance(domain, Span):
        return span(*domain)
    return domain[0] if len(domain) == 1 else None


def _points(space: Space, variables: Mapping[str, Variable], rng: np.random.Generator) -> Iterable[Point]:
    yield {key: one_of(domain, whole=variables[key].whole) for key, domain in space.items()}
    yield {key: any_of(domain, rng, whole=variables[key].whole) for key, domain in space.items()}


def one_of(domain: Domain, *, whole: bool = False) -> float | str | bool:
    """A value that is read easily: few digits, near the middle; of a count, the least."""
    if not isinstance(domain, Span):
        return domain[0]
    if whole or domain.low == domain.high:
        return domain.low
    low, high = _readable(domain)
    middle = low + (high - low) / 2
    for digits in range(17):
        found = round(middle, digits)
        if low <= found <= high:
            return found
    return middle


def any_of(domain: Domain, rng: np.random.Generator, *, whole: bool = False) -> float | str | bool:
    """A value that is drawn, with three digits where such a one lies in the span."""
    if not isinstance(domain, Span):
        return domain[int(rng.integers(len(domain)))]
    low, high = _readable(domain)
    found = float(min(max(rng.uniform(low, high), low), high))
    short = round(found, 0 if whole else 3)
    return short if low <= short <= high else max(low, float(int(found))) if whole else found


def _readable(domain: Span) -> Span:
    """The part of a span that values of everyday size lie in."""
    low, high = domain
    for size in (1.0, 100.0, 1e4, 1e8):
        near = Span(max(low, -size), min(high, size))
        if near.low < near.high:
            return near
    return domain


def _where_to_cut(
    found: _Over, space: Space, variables: Mapping[str, Variable]
) -> tuple[str, tuple[Domain, ...]] | None:
    """The variable on which the goal hangs next, and the parts of its domain, the promising one last."""
    trace, wanted = found.trace(GOAL), True
    while True:
        node = trace.node
        if isinstance(node, RuleRef):
            trace = found.trace(node.name)
            continue
        wanted ^= isinstance(node, Not)
        open_parts = [part for part in trace.children if not is_known(part.value)]
        if isinstance(node, Compare | OneOf) or not open_parts:
            break
        trace = open_parts[0]
    keys = [key for key in _keys_below(trace) if not is_known(_known(space[key]))]
    if not keys:
        return None
    key = max(keys, key=lambda one: _width(space[one]))
    domain = space[key]
    if isinstance(domain, Span):
        return key, _cut_number(trace, domain, variables[key], wanted=wanted)
    return key, _cut_words(trace, domain, wanted=wanted)


def _keys_below(trace: Trace) -> Iterable[str]:
    if isinstance(trace.node, Measurement | Metadata):
        yield trace.node.name
    for part in trace.children:
        yield from _keys_below(part)


def _width(domain: Domain) -> float:
    return domain.high - domain.low if isinstance(domain, Span) else len(domain)


def _cut_words(trace: Trace, domain: tuple[str | bool, ...], *, wanted: bool) -> tuple[Domain, ...]:
    named = {part.value for part in trace.children}
    if isinstance(trace.node, Metadata):
        named = {True}
    fits = tuple(word for word in domain if word in named)
    rest = tuple(word for word in domain if word not in named)
    if not fits or not rest:
        fits, rest = domain[:1], domain[1:]
    different = isinstance(trace.node, Compare) and trace.node.op == "!="
    return (rest, fits) if wanted ^ different else (fits, rest)


def _cut_number(trace: Trace, domain: Span, variable: Variable, *, wanted: bool) -> tuple[Domain, ...]:
    start = _start(trace, domain, variable)
    below = start - 1 if variable.whole else nextafter(start, -inf)
    lower, upper = Span(domain.low, below), Span(start, domain.high)
    node = trace.node
    if isinstance(node, Compare):
        on_the_left = isinstance(node.left, Measurement) and not is_known(trace.children[0].value)
        rising = (node.op in {">", ">="}) is on_the_left
        if node.op in {">", ">=", "<", "<="}:
            return (lower, upper) if rising is wanted else (upper, lower)
    return lower, upper


def _start(trace: Trace, domain: Span, variable: Variable) -> float:
    """Where the upper part begins: at a number that the atom names, at any other that matters, or in the middle."""
    starts = [start for start in variable.starts if domain.low < start <= domain.high]
    named = [part.value for part in trace.children if isinstance(part.value, float)]
    near = [start for start in starts if any(start in {value, nextafter(value, inf)} for value in named)]
    if near:
        return near[0]
    if starts:
        return starts[len(starts) // 2]
    middle = _middle(domain)
    return max(float(-(-middle // 1)), domain.low + 1) if variable.whole else max(middle, nextafter(domain.low, inf))


def _middle(domain: Span) -> float:
    """Half way, in size where the ends are far from one another."""
    low, high = domain
    if low < 0 < high:
        return 0.0
    if max(abs(low), abs(high)) <= 1e4:
        return low + (high - low) / 2
    sign = 1.0 if high > 0 else -1.0
    small, large = sorted((abs(low), abs(high)))
    return sign * sqrt(max(small, 1.0)) * sqrt(large) if large > 4 * small else low / 2 + high / 2
