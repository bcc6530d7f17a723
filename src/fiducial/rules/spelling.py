"""A tree as text again: what it says when it is parsed is the same tree."""

import re

from fiducial.rules.tokens import KEYWORDS
from fiducial.rules.tree import (
    And,
    AnyOf,
    Arithmetic,
    AtLeast,
    BoxField,
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
    Regions,
    RuleRef,
    Score,
    Shares,
    Text,
    Threshold,
    Truth,
)

_BARE = re.compile(r"[^\W\d]\w*(?:-\w+)*")
_BINDS = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6, "leaf": 9}


def spell(node: Node) -> str:  # noqa: C901, PLR0911  (one a kind)
    """``score(pneumothorax) >= $pneumothorax and not rule(artefact)``."""
    match node:
        case Number():
            return number(node.value)
        case Text():
            return quoted_where_needed(node.value)
        case Truth():
            return "true" if node.value else "false"
        case Threshold():
            return f"${node.name}"
        case Score() | Measurement() | Metadata() | RuleRef():
            return f"{_CALLS[type(node)]}({_name(node.name)})"
        case BoxField():
            return node.name
        case Shares():
            return f"{node.how}({_name(node.area)}, {spell(node.share)})"
        case Count():
            return f"count({_regions(node.regions)})"
        case AnyOf():
            return f"any({_regions(node.regions)})"
        case Most():
            return f"{'best' if node.measure == 'score' else 'largest'}({_regions(node.regions)})"
        case AtLeast():
            return f"at_least({', '.join([str(node.k), *map(spell, node.of)])})"
        case _:
            return _joined(node)


def number(value: float) -> str:
    """The shortest text that reads back as this number: ``0.62``, ``3``."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def quoted_where_needed(word: str) -> str:
    """A word as an expression spells it."""
    if _BARE.fullmatch(word) and word not in KEYWORDS:
        return word
    return f"'{word}'" if '"' in word else f'"{word}"'


_CALLS: dict[type, str] = {Score: "score", Measurement: "measurement", Metadata: "metadata", RuleRef: "rule"}


def _name(name: str) -> str:
    return "@".join(quoted_where_needed(part) for part in name.split("@", 1))


def _regions(regions: Regions) -> str:
    filtered = f" where {spell(regions.where)}" if regions.where is not None else ""
    return f"regions({_name(regions.name)}){filtered}"


def _joined(node: Node) -> str:  # noqa: PLR0911  (one a kind)
    match node:
        case And():
            return " and ".join(_within(one, 3) for one in node.of)
        case Or():
            return " or ".join(_within(one, 2) for one in node.of)
        case Not():
            return f"not {_within(node.of, 3)}"
        case Compare():
            return f"{_within(node.left, 5)} {node.op} {_within(node.right, 5)}"
        case OneOf():
            return f"{_within(node.of, 5)} in [{', '.join(map(spell, node.choices))}]"
        case Arithmetic():
            binds = _BINDS[node.op]
            return f"{_within(node.left, binds)} {node.op} {_within(node.right, binds + 1)}"
        case _:
            return spell(node)


def _within(node: Node, binding: int) -> str:
    text = spell(node)
    return f"({text})" if _binding(node) < binding else text


def _binding(node: Node) -> int:  # noqa: PLR0911  (one a kind)
    match node:
        case Or():
            return _BINDS["or"]
        case And():
            return _BINDS["and"]
        case Not():
            return _BINDS["not"]
        case Compare() | OneOf():
            return _BINDS["compare"]
        case Arithmetic():
            return _BINDS[node.op]
        case Number():
            return _BINDS["leaf"] if node.value >= 0 else _BINDS["+"]
        case _:
            return _BINDS["leaf"]
