"""What an expression is made of: a typed tree. Two nodes are equal where they say the same, wherever they stand."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from fiducial.rules.tokens import Place

Kind: TypeAlias = Literal["number", "text", "truth"]
NOWHERE = Place(0, 0)  # of a node that nobody wrote


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is written in the rule itself."""

    value: float
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "number"


@dataclass(frozen=True, slots=True)
class Text:
    """A word that something is compared with: ``left``, ``PA``."""

    value: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "text"


@dataclass(frozen=True, slots=True)
class Truth:
    """``true`` or ``false``."""

    value: bool
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class Threshold:
    """``$name``, with what the file says of it."""

    name: str
    value: float
    revision: str | None = None
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "number"


@dataclass(frozen=True, slots=True)
class Score:
    """``score(finding)`` or ``score(finding@model)``: 0 to 1. ``name``: as declared, model included."""

    name: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "number"


@dataclass(frozen=True, slots=True)
class Measurement:
    """``measurement(name)``, in the unit that the file declares."""

    name: str
    unit: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "number"


@dataclass(frozen=True, slots=True)
class Metadata:
    """``metadata(name)``; ``choices`` are the words that it may be, empty where it may be any."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RuleRef:
    """``rule(name)``: what another rule says."""

    name: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left op right``; op is + - * or /."""

    op: str
    left: "Node"
    right: "Node"
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "number"


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right``; op is < <= > >= == or !=."""

    op: str
    left: "Node"
    right: "Node"
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class OneOf:
    """``of in [a, b]``."""

    of: "Node"
    choices: tuple["Node", ...]
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class Not:
    """``not of``."""

    of: "Node"
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class And:
    """``a and b and c``."""

    of: tuple["Node", ...]
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class Or:
    """``a or b or c``."""

    of: tuple["Node", ...]
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``at_least(k, a, b, c)``."""

    k: int
    of: tuple["Node", ...]
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class Regions:
    """``regions(finding) where ...``: the boxes of a finding that the filter lets through."""

    name: str
    where: "Node | None" = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Count:
    """``count(regions)``: how many."""

    regions: Regions
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "number"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``any(regions)``: whether there is one."""

    regions: Regions
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


@dataclass(frozen=True, slots=True)
class Most:
    """``best(regions)``, the highest score, or ``largest(regions)``, the largest share of the image; 0 of none."""

    measure: Literal["score", "area"]
    regions: Regions
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "number"


@dataclass(frozen=True, slots=True)
class BoxField:
    """Of the box that a filter looks at: ``score``, ``area``, ``width``, ``height``, ``side`` or ``location``."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Shares:
    """``inside(area, share)``: at least that share of the box lies in it; ``overlaps``: of the smaller of the two."""

    how: Literal["inside", "overlaps"]
    area: str
    share: "Number | Threshold"
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    kind: ClassVar[Kind] = "truth"


Leaf: TypeAlias = Number | Text | Truth | Threshold | Score | Measurement | Metadata | RuleRef | BoxField
OverRegions: TypeAlias = Count | AnyOf | Most
Node: TypeAlias = Leaf | Arithmetic | Compare | OneOf | Not | And | Or | AtLeast | OverRegions | Shares
Input: TypeAlias = Score | Measurement | Metadata


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911  (one a kind)
    """What a node is made of, as written: the filter of regions counts as their child."""
    match node:
        case And() | Or() | AtLeast():
            return node.of
        case Compare() | Arithmetic():
            return (node.left, node.right)
        case Not():
            return (node.of,)
        case OneOf():
            return (node.of, *node.choices)
        case Count() | AnyOf() | Most():
            return () if node.regions.where is None else (node.regions.where,)
        case Shares():
            return (node.share,)
        case _:
            return ()


def walk(node: Node) -> list[Node]:
    """The node and everything below it, from the top."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(reversed(children(one)))
    return found
