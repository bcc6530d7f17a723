"""What a decision depends on: each input as a variable with everything that it can be.

Rules are *lowered* to a tree that names each variable alone: numbers become measurements, words and truths become
metadata, and what is asked of regions (a count, a best score, a largest area) becomes a number of its own. The
evaluator of studies then decides a whole range of studies at once, for it knows numbers of which only the span is
known. What holds between such numbers (more boxes pass a looser filter) is said in ``regions``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf, nextafter
from sys import float_info
from typing import TypeAlias

from fiducial.rules.checks.rewriting import outside_filters, rewritten
from fiducial.rules.spelling import spell
from fiducial.rules.tree import (
    AnyOf,
    BoxField,
    Compare,
    Count,
    Kind,
    Measurement,
    Metadata,
    Most,
    Node,
    Number,
    OneOf,
    Score,
    Shares,
    Text,
    Threshold,
    walk,
)
from fiducial.rules.values import Span

Leaf: TypeAlias = Score | Measurement | Metadata | Count | Most | BoxField | Shares
Domain: TypeAlias = Span | tuple[str | bool, ...]  # of a number; of a word or a truth
Space: TypeAlias = Mapping[str, Domain]

MOST_BOXES = 2.0**53  # beyond, whole floats have gaps
_LARGEST = float_info.max
_ANYTHING = Span(-_LARGEST, _LARGEST)
_SHARE = Span(0.0, 1.0)
OTHER_WORD = "(another word)"


@dataclass(frozen=True, slots=True)
class Variable:
    """One input and all that it can be; ``starts``: where, going up, a comparison begins to come out otherwise."""

    leaf: Leaf
    domain: Domain
    starts: tuple[float, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it is counted."""
        return isinstance(self.leaf, Count)


def key_of(leaf: Node) -> str:
    """What a variable is called: as a rule spells it. Whether there is any is asked of how many."""
    return spell(Count(leaf.regions)) if isinstance(leaf, AnyOf) else spell(leaf)


def lowered(node: Node) -> Node:
    """The tree over variables alone."""
    return rewritten(node, _variable)


def _variable(node: Node) -> Node | None:
    match node:
        case AnyOf():
            return Compare(">=", Measurement(key_of(node), "boxes"), Number(1.0))
        case Score() | Measurement() | Count() | Most():
            return Measurement(key_of(node), "")
        case Metadata() | BoxField() if node.kind == "number":
            return Measurement(key_of(node), "")
        case Metadata() | BoxField() | Shares():
            return Metadata(key_of(node), _kind(node))
        case _:
            return None


def _kind(node: Metadata | BoxField | Shares) -> Kind:
    return node.kind


def variables_of(trees: Iterable[Node]) -> dict[str, Variable]:
    """Every variable that trees read, by its key."""
    nodes = [node for tree in trees for node in outside_filters(tree)]
    leaves: dict[str, Leaf] = {}
    for node in nodes:
        if isinstance(node, AnyOf):
            leaves.setdefault(key_of(node), Count(node.regions))
        elif isinstance(node, Score | Measurement | Metadata | Count | Most | BoxField | Shares):
            leaves.setdefault(key_of(node), node)
    compared = _compared(nodes)
    words = sorted({node.value for node in nodes if isinstance(node, Text)})
    return {key: _with_domain(leaf, compared.get(key, set()), words) for key, leaf in leaves.items()}


def _with_domain(leaf: Leaf, compared: set[float], words: list[str]) -> Variable:
    domain = _domain(leaf, words)
    if not isinstance(domain, Span):
        return Variable(leaf, domain)
    if isinstance(leaf, Count):
        near = [value for value in compared if abs(value) < MOST_BOXES]
        edges = {1.0, *(float(ceil(value)) for value in near), *(float(floor(value) + 1) for value in near)}
    else:
        edges = {edge for value in compared for edge in (value, nextafter(value, inf))}
    return Variable(leaf, domain, tuple(sorted(edge for edge in edges if domain.low < edge <= domain.high)))


def _domain(leaf: Leaf, words: list[str]) -> Domain:
    match leaf:
        case Count():
            return Span(0.0, MOST_BOXES)
        case Score() | Most(measure="score") | BoxField(name="score"):
            return _SHARE
        case Most() | BoxField(kind="number"):
            return Span(0.0, _LARGEST)  # a box may reach beyond its image
        case Measurement() | Metadata(kind="number"):
            return _ANYTHING
        case Shares() | Metadata(kind="truth"):
            return (True, False)
        case Metadata() | BoxField():
            return leaf.choices or (*words, OTHER_WORD)


def _compared(nodes: Iterable[Node]) -> dict[str, set[float]]:
    """Of each variable, the fixed numbers that it is compared with."""
    found: dict[str, set[float]] = {}
    for node in nodes:
        if isinstance(node, Compare):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(other, Number | Threshold):
                    found.setdefault(key_of(one), set()).add(other.value)
        elif isinstance(node, OneOf):
            fixed = {one.value for one in node.choices if isinstance(one, Number | Threshold)}
            found.setdefault(key_of(node.of), set()).update(fixed)
    return found


def regions_of(leaf: Leaf) -> str | None:
    """Whose boxes a variable is about; None where it is about no boxes."""
    return leaf.regions.name if isinstance(leaf, Count | Most) else None


def filters_read(leaf: Leaf) -> list[Node]:
    """The nodes of the filter of what is asked of regions."""
    where = leaf.regions.where if isinstance(leaf, Count | Most) else None
    return walk(where) if where is not None else []
