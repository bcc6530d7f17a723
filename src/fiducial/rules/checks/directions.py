"""In which direction a rule can go when one input is raised, as far as its form alone shows."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from fiducial.rules.tree import (
    And,
    Arithmetic,
    AtLeast,
    Compare,
    Input,
    Node,
    Not,
    Number,
    Or,
    RuleRef,
    Threshold,
    children,
)

Direction: TypeAlias = Literal["still", "up", "down", "either"]
_TURNED: Mapping[Direction, Direction] = {"still": "still", "up": "down", "down": "up", "either": "either"}


def never_falls(rule: str, trees: Mapping[str, Node], raised: Input) -> bool:
    """Whether the form of a rule is proof that raising an input cannot turn it off."""
    said: dict[str, Direction] = {}
    for name, tree in trees.items():  # each after those that it reads
        said[name] = _direction(tree, raised, said)
    return said[rule] in {"still", "up"}


def _direction(node: Node, raised: Input, said: Mapping[str, Direction]) -> Direction:
    if node == raised:
        return "up"
    match node:
        case RuleRef(name=name):
            return said[name]
        case And() | Or() | AtLeast():
            return _together([_direction(part, raised, said) for part in node.of])
        case Not():
            return _TURNED[_direction(node.of, raised, said)]
        case Compare() | Arithmetic():
            return _of_two(node, _direction(node.left, raised, said), _direction(node.right, raised, said))
        case _:
            parts = [_direction(part, raised, said) for part in children(node)]
            return "still" if set(parts) <= {"still"} else "either"


def _together(parts: list[Direction]) -> Direction:
    moving = set(parts) - {"still"}
    return "still" if not moving else moving.pop() if len(moving) == 1 else "either"


def _of_two(node: Compare | Arithmetic, left: Direction, right: Direction) -> Direction:
    if {left, right} == {"still"}:
        return "still"
    if node.op in {">", ">=", "-"}:
        return _together([left, _TURNED[right]])
    if node.op in {"<", "<="}:
        return _together([_TURNED[left], right])
    if node.op == "+":
        return _together([left, right])
    if node.op in {"*", "/"} and isinstance(node.right, Number | Threshold) and node.right.value != 0:
        return left if node.right.value > 0 else _TURNED[left]
    return "either"
