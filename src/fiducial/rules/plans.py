"""Sets of changes that would turn a part of a rule, put together from its parts' own."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TypeAlias

from fiducial.rules.candidates import Candidate, candidates
from fiducial.rules.programs import Trace
from fiducial.rules.tree import And, AnyOf, AtLeast, Compare, Metadata, Node, Not, OneOf, Or, RuleRef, Truth, walk
from fiducial.rules.trials import Knob, Trial

Plan: TypeAlias = dict[Knob, Candidate]
_KEPT = 6  # plans of a part that are followed up


def plans(trial: Trial, *, to: bool) -> list[Plan]:
    """Ways to turn the rule, the smallest first; each must still be checked, as its changes may be in another's way."""
    return _plans(trial, trial.outcomes[trial.rule].trace, to=to)


def _plans(trial: Trial, trace: Trace, *, to: bool) -> list[Plan]:  # noqa: PLR0911  (one a kind)
    if trace.value is to:
        return [{}]
    node, parts = trace.node, trace.children
    match node:
        case Not():
            return _plans(trial, parts[0], to=not to)
        case And():
            return _all(trial, parts, to=to) if to else _either(trial, parts, to=to)
        case Or():
            return _either(trial, parts, to=to) if to else _all(trial, parts, to=to)
        case AtLeast():
            return _enough(trial, parts, node.k if to else len(parts) - node.k + 1, to=to)
        case RuleRef():
            outcome = trial.outcomes[node.name]
            return [] if outcome.override else _plans(trial, outcome.trace, to=to)
        case _:
            return _of_leaf(trial, node, to=to)


def _all(trial: Trial, parts: Iterable[Trace], *, to: bool) -> list[Plan]:
    """Every part must turn."""
    found: list[Plan] = [{}]
    for part in parts:
        own = _plans(trial, part, to=to)
        found = _smallest(merged for one, other in product(found, own) for merged in _merged(one, other))
    return found


def _either(trial: Trial, parts: Iterable[Trace], *, to: bool) -> list[Plan]:
    """One part must turn."""
    return _smallest(plan for part in parts for plan in _plans(trial, part, to=to))


def _enough(trial: Trial, parts: tuple[Trace, ...], wanted: int, *, to: bool) -> list[Plan]:
    """So many parts must turn: the cheapest ones."""
    own = [ways for part in parts if (ways := _plans(trial, part, to=to))]
    if len(own) < wanted:
        return []
    found: list[Plan] = [{}]
    for ways in sorted(own, key=lambda ways: _size(ways[0]))[:wanted]:
        found = _smallest(merged for one, other in product(found, ways) for merged in _merged(one, other))
    return found


def _merged(one: Plan, other: Plan) -> Iterator[Plan]:
    """Both; where they want different things of one input, the one or the other, as the check will tell."""
    yield {**one, **other}
    if any(knob in other and other[knob] != way for knob, way in one.items()):
        yield {**other, **one}


def _of_leaf(trial: Trial, node: Node, *, to: bool) -> list[Plan]:
    if isinstance(node, AnyOf | Metadata):
        return [{node: Candidate(node, to, 1.0)}]
    if not isinstance(node, Compare | OneOf) or isinstance(node, Truth):
        return []
    found: list[Plan] = []
    for knob in dict.fromkeys(one for one in walk(node) if one in trial.knobs):
        ways, _ = candidates(trial, knob)
        nearest = next((way for way in ways if trial.of(node, {way.knob: way.value}) is to), None)
        if nearest is not None:
            found.append({nearest.knob: nearest})
    return _smallest(found)


def _smallest(found: Iterable[Plan]) -> list[Plan]:
    return sorted(found, key=_size)[:_KEPT]


def _size(plan: Plan) -> tuple[int, float]:
    return len(plan), sum(way.cost for way in plan.values())
