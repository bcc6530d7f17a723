"""Who is in and who is out: ordered steps in TOML, each with its reason and with what a missing value does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

import polars as pl
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)

from fiducial.errors import UnusableInput
from fiducial.files.toml import parse, read_toml

Day = Annotated[date, Strict()]
Value: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | Day
Bound: TypeAlias = StrictInt | StrictFloat | Day
Text = Annotated[str, Field(min_length=1)]

TESTS = ("is", "in", "not_in", "between", "at_least", "at_most", "present", "matches", "one_per_patient")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*[\"']?(include|exclude)[\"']?[ \t]*\]\]", re.MULTILINE)


class Rule(StrEnum):
    """What a step does with the rows that answer yes."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Criterion(_Strict):
    """One question asked of a column, as it stands under ``[[include]]`` or ``[[exclude]]``."""

    name: Text
    reason: Text  # for the reader of the flow diagram: why these rows are out
    column: Text | None = None  # with one_per_patient: what says which row comes first
    is_: Value | None = Field(default=None, alias="is")
    in_: Annotated[tuple[Value, ...], Field(min_length=1)] | None = Field(default=None, alias="in")
    not_in: Annotated[tuple[Value, ...], Field(min_length=1)] | None = None
    between: tuple[Bound, Bound] | None = None  # both ends belong to it
    at_least: Bound | None = None
    at_most: Bound | None = None
    present: StrictBool | None = None
    matches: Text | None = None  # a regular expression, found anywhere in the text
    one_per_patient: Literal["first", "last", "random"] | None = None
    missing: Literal["keep", "drop"] | None = None  # what becomes of a row whose value is missing
    seed: Annotated[int, Field(ge=0)] | None = None

    @property
    def test(self) -> str:
        """The one key out of ``TESTS`` that was given."""
        return next(name for name in TESTS if self._given(name))

    def _given(self, name: str) -> bool:
        return getattr(self, name + "_" if name in {"is", "in"} else name) is not None

    @field_validator("between")
    @classmethod
    def _ascending(cls, ends: tuple[Bound, Bound] | None) -> tuple[Bound, Bound] | None:
        if ends is not None and isinstance(ends[0], date) != isinstance(ends[1], date):
            raise ValueError("must be two numbers or two dates")
        if ends is not None and ends[0] > ends[1]:  # type: ignore[operator]  # of one kind, as the line above made sure
            raise ValueError("must be [lowest, highest]")
        return ends

    @field_validator("matches")
    @classmethod
    def _is_a_pattern(cls, pattern: str | None) -> str | None:
        try:
            pl.Series([""]).str.contains(pattern or "")
        except pl.exceptions.ComputeError as wrong:
            reason = next((line for line in str(wrong).splitlines() if line.startswith("error:")), "not a pattern")
            raise ValueError(f"is not a regular expression ({reason.removeprefix('error: ')})") from wrong
        return pattern

    @model_validator(mode="after")
    def _asks_one_whole_question(self) -> Self:
        given = [name for name in TESTS if self._given(name)]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(TESTS)}; it has {' and '.join(given) or 'none'}")
        drawn = self.one_per_patient == "random"
        if drawn != (self.seed is not None):
            raise ValueError('seed goes with one_per_patient = "random", and with nothing else')
        if drawn != (self.column is None):
            raise ValueError("column must be left out: the row is drawn" if drawn else "column is missing")
        if (self.missing is None) != (drawn or self.present is not None):
            raise ValueError(
                "missing must be left out: nothing is missing here that the step does not speak of"
                if self.missing
                else f'say what becomes of rows without {self.column}: missing = "keep" or missing = "drop"'
            )
        return self


class CriteriaFile(_Strict):
    """A whole ``criteria.toml``."""

    include: tuple[Criterion, ...] = ()
    exclude: tuple[Criterion, ...] = ()

    @field_validator("exclude")
    @classmethod
    def _only_includes_pick(cls, steps: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
        if any(step.one_per_patient for step in steps):
            raise ValueError("one_per_patient says who stays; put it under [[include]]")
        return steps

    @model_validator(mode="after")
    def _steps_can_be_told_apart(self) -> Self:
        names = [step.name for step in (*self.include, *self.exclude)]
        if not names:
            raise ValueError("needs one [[include]] or [[exclude]] at least")
        repeated = next((name for name in names if names.count(name) > 1), None)
        if repeated is not None:
            raise ValueError(f"two steps are called {repeated!r}; give each a name of its own")
        return self


@dataclass(frozen=True, slots=True)
class Step:
    """A criterion, and whether those who meet it stay or go."""

    rule: Rule
    criterion: Criterion


@dataclass(frozen=True, slots=True)
class Criteria:
    """Steps in the order in which they are taken; ``name`` is how messages call the file."""

    steps: tuple[Step, ...]
    name: str = "the criteria"


CriteriaSource: TypeAlias = Criteria | str | Path | Mapping[str, Any]


def read_criteria(source: CriteriaSource) -> Criteria:
    """Read and validate a ``criteria.toml``, in the order of its headers; of a mapping, all that include come first.

    Raises:
        UnusableInput: naming the file, the key and what it may be.
    """
    if isinstance(source, Criteria):
        return source
    if isinstance(source, Mapping):
        return _in_order(parse(dict(source), CriteriaFile, where="the criteria"), [], "the criteria")
    path = Path(source)
    read = read_toml(path, CriteriaFile)
    return _in_order(read, _HEADER.findall(path.read_text(encoding="utf-8")), path.name)


def _in_order(read: CriteriaFile, headers: list[str], name: str) -> Criteria:
    # TOML keeps the order within [[include]] and within [[exclude]], but not between the two.
    waiting = {Rule.INCLUDE: list(read.include), Rule.EXCLUDE: list(read.exclude)}
    order = [Rule(header) for header in headers]
    if any(order.count(rule) != len(steps) for rule, steps in waiting.items()):
        if order:
            raise UnusableInput(
                f"{name}: {len(order)} headers [[include]] or [[exclude]] stand there for {len(read.include)} and "
                f"{len(read.exclude)} steps, so their order cannot be told. Write each step under a header of its own."
            )
        order = [rule for rule, steps in waiting.items() for _ in steps]
    return Criteria(tuple(Step(rule, waiting[rule].pop(0)) for rule in order), name)
