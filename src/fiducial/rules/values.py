"""What nodes come to: known values, and in how far the others are unknown.

Truth: True, False or None. Numbers: a finite float, or the Span in which it lies. Words: a str, or None. What is
unknown stays so unless every value that it could have leads to the same result (Kleene 1952, section 64, for truth;
Moore 1966 for spans). No function here guesses, and none looks at anything but its arguments.
"""

import operator
from collections.abc import Callable
from math import inf, isfinite, isnan
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A number that is somewhere from ``low`` to ``high``, both included."""

    low: float
    high: float


UNKNOWN = Span(-inf, inf)
NumberValue: TypeAlias = float | Span
Value: TypeAlias = bool | float | str | Span | None


def is_known(value: Value) -> bool:
    """Whether there is one value, not several that are possible."""
    return value is not None and value.__class__ is not Span


def span(low: float, high: float) -> NumberValue:
    """A Span, or the number where it can be only one."""
    if low == high and isfinite(low):
        return low
    return Span(-inf if isnan(low) else low, inf if isnan(high) else high)


def ends(value: NumberValue) -> tuple[float, float]:
    """The lowest and the highest that a number may be."""
    return value if isinstance(value, Span) else (value, value)


def conjunction(*values: Value) -> Value:
    """False where one is false, true where all are true."""
    return False if False in values else None if None in values else True


def disjunction(*values: Value) -> Value:
    """True where one is true, false where all are false."""
    return True if True in values else None if None in values else False


def negation(value: Value) -> Value:
    """The opposite of what is known."""
    return None if value is None else not value


def at_least(k: int) -> Callable[..., Value]:
    """True where ``k`` are true, false where no more than ``k - 1`` can be."""

    def judge(*values: Value) -> Value:
        true = values.count(True)
        if true >= k:
            return True
        return None if true + values.count(None) >= k else False

    return judge


def one_of(value: Value, *choices: Value) -> Value:
    """Whether a value is among others that are all known."""
    return value in choices if is_known(value) else disjunction(*[_equal(value, choice) for choice in choices])


def comparison(op: str) -> Callable[[Value, Value], Value]:
    """``left op right``, of two numbers or two words."""
    plain, between = _COMPARISONS[op]

    def judge(left: Value, right: Value) -> Value:
        if left.__class__ is Span or right.__class__ is Span:
            return between(*ends(left), *ends(right))  # type: ignore[arg-type]  # the parser lets numbers alone here
        if left is None or right is None:
            return None
        return plain(left, right)

    return judge


def arithmetic(op: str) -> Callable[[Value, Value], Value]:
    """``left op right`` of two numbers; unknown where it is not a finite number, as what is divided by 0."""
    plain, between = _ARITHMETIC[op]

    def judge(left: Value, right: Value) -> Value:
        if left.__class__ is Span or right.__class__ is Span:
            if UNKNOWN in {left, right}:
                return UNKNOWN
            return span(*between(*ends(left), *ends(right)))  # type: ignore[arg-type]  # as above
        try:
            found = plain(left, right)
        except ZeroDivisionError:
            return UNKNOWN
        return found if isfinite(found) else UNKNOWN

    return judge


def _below(a: float, b: float, c: float, d: float) -> bool | None:
    """a..b < c..d."""
    return True if b < c else False if a >= d else None


def _up_to(a: float, b: float, c: float, d: float) -> bool | None:
    """a..b <= c..d."""
    return True if b <= c else False if a > d else None


def _same(a: float, b: float, c: float, d: float) -> bool | None:
    return False if b < c or a > d else None


def _other(a: float, b: float, c: float, d: float) -> bool | None:
    return True if b < c or a > d else None


_COMPARISONS: dict[str, tuple[Callable[..., bool], Callable[[float, float, float, float], bool | None]]] = {
    "<": (operator.lt, _below),
    "<=": (operator.le, _up_to),
    ">": (operator.gt, lambda a, b, c, d: _below(c, d, a, b)),
    ">=": (operator.ge, lambda a, b, c, d: _up_to(c, d, a, b)),
    "==": (operator.eq, _same),
    "!=": (operator.ne, _other),
}


def _times(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    corners = [0.0 if 0.0 in {x, y} else x * y for x in (a, b) for y in (c, d)]
    return min(corners), max(corners)


def _over(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    if c <= 0 <= d:
        return UNKNOWN
    return _times(a, b, 1 / d, 1 / c)


_ARITHMETIC: dict[str, tuple[Callable[..., float], Callable[[float, float, float, float], tuple[float, float]]]] = {
    "+": (operator.add, lambda a, b, c, d: (a + c, b + d)),
    "-": (operator.sub, lambda a, b, c, d: (a - d, b - c)),
    "*": (operator.mul, _times),
    "/": (operator.truediv, _over),
}

_equal = comparison("==")
