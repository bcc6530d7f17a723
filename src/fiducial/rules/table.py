"""Rules on a whole table: one row a study, one column an input, compiled to expressions that run over all rows at once.

The values are those that ``decide`` gives, without traces. Null and NaN are unknown, as is a column that is absent.
"""

from collections.abc import Mapping
from typing import TypeAlias

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.rules.columns import NumberColumn, arithmetic, comparison
from fiducial.rules.facts import Facts, Found, Given, Marked
from fiducial.rules.file import Rules
from fiducial.rules.leaves import Case
from fiducial.rules.programs import value_of
from fiducial.rules.tree import (
    And,
    AnyOf,
    Arithmetic,
    AtLeast,
    Compare,
    Count,
    Measurement,
    Metadata,
    Most,
    Node,
    Not,
    Number,
    OneOf,
    Or,
    OverRegions,
    RuleRef,
    Score,
    Text,
    Threshold,
    Truth,
    walk,
)
from fiducial.rules.values import Span, ends

_NOTHING: Mapping[str, Facts] = {}
Places: TypeAlias = Mapping[Node, int]  # of what is asked of regions: the number of its columns
_OVER_REGIONS = (Count, AnyOf, Most)
_TYPES = {"text": pl.String, "truth": pl.Boolean}


def decide_table(rules: Rules, frame: pl.DataFrame, *, seen: Mapping[str, Facts] = _NOTHING) -> pl.DataFrame:
    """One row a study, one column of true, false or null for each rule, in the order of the rules.

    ``frame``: columns ``score.<name>``, ``measurement.<name>`` and ``metadata.<name>``, called as the rules call them,
    and ``study``, which is handed on. ``seen``: of a study, the facts whose regions and masks its rules read; needed by
    rules over regions alone, which are looked at study by study.

    Raises:
        UnusableInput: a score outside 0 to 1, or a measurement that is infinite; with its row.
    """
    known = _inputs(rules, frame)
    of_regions = _regions_of(rules)
    if of_regions:
        known = known.hstack(_asked_of_regions(of_regions, rules, frame, seen))
    places: Places = {node: index for index, node in enumerate(of_regions)}
    lazy = known.lazy()
    for level in _levels(rules):
        lazy = lazy.with_columns(_truth(rules.rules[name].when, places).alias(_rule(name)) for name in level)
    said = lazy.select(pl.col(_rule(name)).cast(pl.Boolean).alias(name) for name in rules.rules).collect()
    return said if "study" not in frame.columns else frame.select("study").hstack(said.select(_unlike_study(said)))


def _unlike_study(said: pl.DataFrame) -> list[str]:
    if "study" in said.columns:
        raise UnusableInput("a rule is called 'study', as the column of the studies is; call the rule otherwise.")
    return said.columns


def _rule(name: str) -> str:
    return f"rule.{name}"


def _levels(rules: Rules) -> list[list[str]]:
    """Rules that read none of their own level, each after those that they read."""
    depth: dict[str, int] = {}
    for name, rule in rules.rules.items():
        read = [depth[node.name] for node in walk(rule.when) if isinstance(node, RuleRef)]
        depth[name] = max(read, default=-1) + 1
    return [[name for name in depth if depth[name] == level] for level in range(max(depth.values()) + 1)]


def _inputs(rules: Rules, frame: pl.DataFrame) -> pl.DataFrame:
    """Every input that a rule reads as a column of its kind; null throughout where the frame has none."""
    leaves = dict.fromkeys(
        node for rule in rules.rules.values() for node in walk(rule.when)
        if isinstance(node, Score | Measurement | Metadata)
    )  # fmt: skip
    columns = [_column(node, frame).alias(_name(node)) for node in leaves]
    return pl.DataFrame(columns) if columns else pl.DataFrame({"row": pl.Series(range(frame.height), dtype=pl.UInt32)})


def _name(node: Score | Measurement | Metadata) -> str:
    return f"{type(node).__name__.lower()}.{node.name}"


def _column(node: Score | Measurement | Metadata, frame: pl.DataFrame) -> pl.Series:
    name = _name(node)
    kind: type[pl.DataType] = _TYPES.get(node.kind, pl.Float64)
    empty = pl.Series(name, [None], dtype=kind).new_from_index(0, frame.height)
    if name not in frame.columns:
        return empty
    given = frame[name]
    if isinstance(node, Metadata):
        return _metadatum(node, given, empty)
    column = given.cast(pl.Float64).fill_nan(None)
    low, high = (0.0, 1.0) if isinstance(node, Score) else (-1.8e308, 1.8e308)
    wrong = ~(column.is_between(low, high) & column.is_finite()).fill_null(value=True)
    if wrong.any():
        row = wrong.arg_max() or 0
        expected = "from 0 to 1" if isinstance(node, Score) else "a finite number"
        raise UnusableInput(f"row {row}: {name} must be {expected}; got {column[row]}. Leave it empty if unknown.")
    return column


def _metadatum(node: Metadata, given: pl.Series, empty: pl.Series) -> pl.Series:
    """As the scalar way has it: what is of another kind, or none of the choices, is unknown."""
    if node.kind == "number":
        if not given.dtype.is_numeric():
            return empty
        numbers = given.cast(pl.Float64)
        return numbers.set(~numbers.is_finite(), None)
    given = given.cast(pl.String) if isinstance(given.dtype, pl.Categorical | pl.Enum) else given
    if given.dtype != empty.dtype:
        return empty
    return given.set(~given.is_in(list(node.choices)), None) if node.choices else given


def _regions_of(rules: Rules) -> list[OverRegions]:
    nodes = (node for rule in rules.rules.values() for node in walk(rule.when))
    return list(dict.fromkeys(node for node in nodes if isinstance(node, _OVER_REGIONS)))


def _asked_of_regions(
    nodes: list[OverRegions], rules: Rules, frame: pl.DataFrame, seen: Mapping[str, Facts]
) -> pl.DataFrame:
    """What is asked of the boxes of each study: the lowest and highest that it may come to, or true, false or null."""
    asked = [value_of(node) for node in nodes]
    read = {
        _name(leaf): leaf for node in nodes for leaf in walk(node) if isinstance(leaf, Score | Measurement | Metadata)
    }
    studies = frame["study"].to_list() if "study" in frame.columns else [""] * frame.height
    inputs = _inputs(rules, frame).select(list(read)).rows(named=True) if read else [{}] * frame.height
    answers = [
        [ask(case) for ask in asked]
        for study, row in zip(studies, inputs, strict=True)
        for case in (Case(_facts(study, row, seen.get(study))),)
    ]
    columns = []
    for index, node in enumerate(nodes):
        values = [row[index] for row in answers]
        if isinstance(node, AnyOf):
            columns.append(pl.Series(f"any.{index}", values, dtype=pl.Boolean))
            continue
        numbers = [ends(value if isinstance(value, Span | float) else 0.0) for value in values]
        for end, at in (("low", 0), ("high", 1)):
            columns.append(pl.Series(f"{end}.{index}", [pair[at] for pair in numbers], dtype=pl.Float64))
    return pl.DataFrame(columns)


def _facts(study: str, row: Mapping[str, float | str | bool | None], seen: Facts | None) -> Facts:
    homes: dict[str, dict[str, Given]] = {"score": {}, "measurement": {}, "metadata": {}}
    for column, value in row.items():
        home, _, name = column.partition(".")
        homes[home][name] = Given(value)
    regions: Mapping[str, Found] = seen.regions if seen else {}
    masks: Mapping[str, Marked] = seen.masks if seen else {}
    return Facts(study, homes["score"], regions, masks, homes["measurement"], homes["metadata"])


def _truth(node: Node, places: Places) -> pl.Expr:  # noqa: C901, PLR0911  (one a kind)
    match node:
        case Truth():
            return pl.lit(node.value)
        case RuleRef():
            return pl.col(_rule(node.name))
        case Metadata():
            return pl.col(_name(node))
        case AnyOf():
            return pl.col(f"any.{places[node]}")
        case Not():
            return ~_truth(node.of, places)
        case And():
            return pl.all_horizontal([_truth(part, places) for part in node.of])
        case Or():
            return pl.any_horizontal([_truth(part, places) for part in node.of])
        case AtLeast():
            return _at_least(node, places)
        case OneOf():
            return pl.any_horizontal([_compared("==", node.of, choice, places) for choice in node.choices])
        case Compare():
            return _compared(node.op, node.left, node.right, places)
        case _:
            raise TypeError(f"{type(node).__name__} is neither true nor false")


def _at_least(node: AtLeast, places: Places) -> pl.Expr:
    parts = [_truth(part, places) for part in node.of]
    surely = pl.sum_horizontal(part.fill_null(value=False).cast(pl.UInt32) for part in parts)
    perhaps = pl.sum_horizontal(part.fill_null(value=True).cast(pl.UInt32) for part in parts)
    return pl.when(surely >= node.k).then(True).when(perhaps < node.k).then(False)  # noqa: FBT003  (values)


def _compared(op: str, left: Node, right: Node, places: Places) -> pl.Expr:
    if left.kind == "text":
        one, other = _text(left), _text(right)
        return one == other if op == "==" else one != other
    return comparison(op, _number(left, places), _number(right, places))


def _text(node: Node) -> pl.Expr:
    return pl.lit(node.value) if isinstance(node, Text) else pl.col(_name(node))  # type: ignore[arg-type]  # metadata


def _number(node: Node, places: Places) -> NumberColumn:
    match node:
        case Number() | Threshold():
            return NumberColumn.known(pl.lit(node.value))
        case Arithmetic():
            return arithmetic(node.op, _number(node.left, places), _number(node.right, places))
        case Count() | Most():
            return NumberColumn(pl.col(f"low.{places[node]}"), pl.col(f"high.{places[node]}"), single=False)
        case Score() | Measurement() | Metadata():
            return NumberColumn.known(pl.col(_name(node)))
        case _:
            raise TypeError(f"{type(node).__name__} is no number")
