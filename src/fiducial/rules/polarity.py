"""Which way a rule turns when one of its inputs rises: told by the signs under which the input stands in the tree."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

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
    Or,
    RuleRef,
    Threshold,
    children,
)

Sign: TypeAlias = int  # 1, 0 or -1: raising the input can only turn it on, do either, only turn it off


class Standing(NamedTuple):
    """One place at which an input stands: in which rule, as which node, under which sign."""

    rule: str
    node: Node
    sign: Sign


def standings(rules: Mapping[str, Node], rule: str) -> list[Standing]:
    """Every leaf that a rule rests on, through the rules that it reads as well."""
    found: dict[tuple[str, int, Sign], Standing] = {}
    waiting: list[tuple[str, Sign]] = [(rule, 1)]
    seen = set(waiting)
    while waiting:
        name, sign = waiting.pop()
        for node, own in _signed(rules[name], sign):
            if isinstance(node, RuleRef) and (node.name, own) not in seen:
                seen.add((node.name, own))
                waiting.append((node.name, own))
            found[name, id(node), own] = Standing(name, node, own)
    return list(found.values())


def _signed(node: Node, sign: Sign) -> Iterator[tuple[Node, Sign]]:
    parts = children(node)
    if not parts:
        yield node, sign
        return
    for part, turn in zip(parts, _turns(node), strict=True):
        yield from _signed(part, _times(sign, turn))


def _turns(node: Node) -> tuple[Sign, ...]:
    """How each child's rising turns the node."""
    match node:
        case And() | Or() | AtLeast() | Count() | AnyOf() | Most():
            return (1,) * len(children(node))  # a filter that lets more through counts more, and has a larger most
        case Not():
            return (-1,)
        case Compare():
            return {"<": (-1, 1), "<=": (-1, 1), ">": (1, -1), ">=": (1, -1)}.get(node.op, (0, 0))
        case Arithmetic():
            return _of_arithmetic(node)
        case _:
            return (0,) * len(children(node))


def _of_arithmetic(node: Arithmetic) -> tuple[Sign, Sign]:
    match node.op:
        case "+":
            return 1, 1
        case "-":
            return 1, -1
        case "*":
            return _sign(node.right), _sign(node.left)
        case _:
            return _sign(node.right), 0


def _sign(node: Node) -> Sign:
    """Of a factor that is written down; any other may be of either."""
    if isinstance(node, Number | Threshold) and node.value:
        return 1 if node.value > 0 else -1
    return 0


def _times(one: Sign, other: Sign) -> Sign:
    product = one * other
    return 1 if product > 0 else -1 if product < 0 else 0
