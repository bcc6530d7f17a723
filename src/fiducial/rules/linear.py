"""Where along one number a comparison can change: solved for that number, all others staying as they are."""

from collections.abc import Callable
from typing import TypeAlias

from fiducial.rules.tree import Arithmetic, Compare, Node, Number, OneOf, Threshold
from fiducial.rules.values import UNKNOWN, Span, Value

Line: TypeAlias = tuple[float, float]  # slope and intercept along the number
ValueOf: TypeAlias = Callable[[Node], Value]


class NotLinear(Exception):
    """The number stands in a product with itself, below a fraction, or beside something half known."""


def critical_values(node: Compare | OneOf, along: Node, value_of: ValueOf) -> list[float]:
    """The values of ``along`` at which the two sides meet; none where it plays no part or the rest is unknown.

    Raises:
        NotLinear: they cannot be solved for.
    """
    sides = [node.left, node.right] if isinstance(node, Compare) else [node.of, *node.choices]
    first, *others = (_line(side, along, value_of) for side in sides)
    if first is None:
        return []
    return [(one[1] - first[1]) / (first[0] - one[0]) for one in others if one is not None and one[0] != first[0]]


def _line(node: Node, along: Node, value_of: ValueOf) -> Line | None:
    """The number as a line along another; None where it is unknown whatever that one is."""
    if node == along:
        return 1.0, 0.0
    match node:
        case Number() | Threshold():
            return 0.0, node.value
        case Arithmetic():
            left, right = _line(node.left, along, value_of), _line(node.right, along, value_of)
            return None if left is None or right is None else _joined(node.op, left, right)
    value = value_of(node)
    if value == UNKNOWN:
        return None
    if isinstance(value, Span) or not isinstance(value, int | float):
        raise NotLinear
    return 0.0, value


def _joined(op: str, left: Line, right: Line) -> Line | None:
    (a, b), (c, d) = left, right
    match op:
        case "+":
            return a + c, b + d
        case "-":
            return a - c, b - d
        case "*" if not a or not c:
            return a * d + c * b, b * d
        case "/" if not c:
            return (a / d, b / d) if d else None
    raise NotLinear
