"""A user's simple rule as a claim writes it: ``age >= 60``, ``sex == F``. What any clinic could do without a model."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

_FORM = re.compile(r"\s*(?P<column>[^<>=]*[^<>=\s])\s*(?P<sign>>=|<=|==|>|<)\s*(?P<value>[^<>=]*[^<>=\s])\s*")
_COMPARED: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}


@dataclass(frozen=True, slots=True)
class SimpleRule:
    """``column sign value``: where it is true, the finding is called present. ``value`` is text only after ``==``."""

    column: str
    sign: str
    value: float | str

    def calls(self, values: pl.Series) -> NDArray[np.bool_]:
        """Positive calls, (n,); a missing value is never called. Numbers that are written as text count as numbers.

        Raises:
            ValueError: no value can be compared: text in every row where the rule asks for a number.
        """
        if isinstance(self.value, str):
            return (values.cast(pl.String).str.strip_chars() == self.value).fill_null(value=False).to_numpy()
        text = values.str.strip_chars() if values.dtype == pl.String else values
        numbers = text.cast(pl.Float64, strict=False) if not values.dtype.is_temporal() else pl.Series([None])
        if numbers.null_count() == numbers.len():
            raise ValueError(f"the column {self.column!r} holds no number that could be compared with {self.value:g}")
        return np.asarray(_COMPARED[self.sign](numbers.fill_null(np.nan).to_numpy(), self.value), dtype=bool)

    def __str__(self) -> str:
        """``age >= 60``."""
        return f"{self.column} {self.sign} {self.value if isinstance(self.value, str) else format(self.value, 'g')}"


def parse_rule(text: str) -> SimpleRule:
    """Parse ``column sign value``; the value may stand in quotes, and is then text.

    Raises:
        ValueError: another form, or text after a sign that needs a number.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"a rule is a column, one of >= > <= < ==, and a value, like 'age >= 60'; got {text!r}")
    column, sign, told = form["column"], form["sign"], form["value"]
    quoted = len(told) > 1 and told[0] == told[-1] and told[0] in "\"'"
    number = None if quoted else _number(told)
    if number is not None:
        return SimpleRule(column, sign, number)
    if sign != "==":
        raise ValueError(f"the rule {text!r} needs a finite number after {sign}, got {told!r}")
    return SimpleRule(column, sign, told[1:-1] if quoted else told)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None
