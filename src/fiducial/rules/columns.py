"""Numbers of many rows at once, each a value, null where unknown, or the span in which it lies, as in ``values``."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import polars as pl

_PLAIN: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """``single``: every row has one value or none, ``low`` and ``high`` being the same."""

    low: pl.Expr
    high: pl.Expr
    single: bool

    @classmethod
    def known(cls, value: pl.Expr) -> Self:
        """Of one value a row, null where it is unknown."""
        return cls(value, value, single=True)


def comparison(op: str, one: NumberColumn, other: NumberColumn) -> pl.Expr:
    """True, false, or null where both are possible."""
    if one.single and other.single:
        return _PLAIN[op](one.low, other.low)
    if op in {">", ">="}:
        return comparison({">": "<", ">=": "<="}[op], other, one)
    surely, never = _certain(op, one, other)
    meeting = (one.low == one.high) & (other.low == other.high)
    plain = _PLAIN[op](one.low, other.low)
    return pl.when(meeting).then(plain).when(surely).then(True).when(never).then(False)  # noqa: FBT003  (values)


def _certain(op: str, one: NumberColumn, other: NumberColumn) -> tuple[pl.Expr, pl.Expr]:
    """Where it holds and where it fails for every pair of values that the two may have."""
    apart = (one.high < other.low) | (one.low > other.high)
    match op:
        case "<":
            return one.high < other.low, one.low >= other.high
        case "<=":
            return one.high <= other.low, one.low > other.high
        case "==":
            return pl.lit(value=False), apart
        case _:
            return apart, pl.lit(value=False)


def arithmetic(op: str, one: NumberColumn, other: NumberColumn) -> NumberColumn:
    """Null where it is no finite number, as what is divided by 0."""
    plain = _PLAIN[op](one.low, other.low)
    finite = pl.when(plain.is_finite()).then(plain)
    if one.single and other.single:
        return NumberColumn.known(finite)
    known = (one.low == one.high) & (other.low == other.high)
    low, high = _ends(op, one, other)
    whole = ~(_anywhere(one) | _anywhere(other))
    return NumberColumn(
        pl.when(known).then(finite).when(whole).then(low),
        pl.when(known).then(finite).when(whole).then(high),
        single=False,
    )


def _anywhere(number: NumberColumn) -> pl.Expr:
    unknown = number.low.is_null() | number.high.is_null()
    return unknown | (number.low.is_infinite() & number.high.is_infinite())


def _ends(op: str, one: NumberColumn, other: NumberColumn) -> tuple[pl.Expr, pl.Expr]:
    match op:
        case "+":
            return one.low + other.low, one.high + other.high
        case "-":
            return one.low - other.high, one.high - other.low
        case "*":
            return _product(one, other)
    around_nothing = (other.low <= 0) & (other.high >= 0)
    corners = [x / y for x in (one.low, one.high) for y in (other.low, other.high)]  # rounded once, as in ``values``
    known = ~around_nothing & ~pl.any_horizontal(corner.is_nan() for corner in corners)
    return pl.when(known).then(pl.min_horizontal(corners)), pl.when(known).then(pl.max_horizontal(corners))


def _product(one: NumberColumn, other: NumberColumn) -> tuple[pl.Expr, pl.Expr]:
    corners = [
        pl.when((x == 0) | (y == 0)).then(0.0).otherwise(x * y)
        for x in (one.low, one.high)
        for y in (other.low, other.high)
    ]
    return pl.min_horizontal(corners), pl.max_horizontal(corners)
