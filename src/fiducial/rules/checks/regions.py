"""What holds between counts, best scores and largest areas of one finding's boxes, whichever boxes there are.

Where every box that passes one filter passes another, there are no more of the first than of the second. Whether it
does is searched among all boxes.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import TypeAlias

from fiducial.rules.checks.search import Impossible, search
from fiducial.rules.checks.variables import Variable, key_of, lowered, regions_of, variables_of
from fiducial.rules.declared import BOX_FIELDS
from fiducial.rules.facts import Facts
from fiducial.rules.tree import (
    And,
    BoxField,
    Compare,
    Count,
    Measurement,
    Most,
    Node,
    Not,
    Number,
    Or,
    Shares,
    Truth,
    walk,
)

_EVERY = Truth(value=True)
_ZERO, _ONE = Number(0.0), Number(1.0)
_STEPS = 500
Asked: TypeAlias = Count | Most


def laws_of(variables: Mapping[str, Variable]) -> Iterator[Node]:
    """Every law between variables, lowered."""
    asked = [one.leaf for one in variables.values() if isinstance(one.leaf, Count | Most)]
    for one in asked:
        yield from _alone(one)
    for name in dict.fromkeys(regions_of(one) for one in asked):
        mine = [one for one in asked if regions_of(one) == name]
        for one, other in product(mine, mine):
            if one is not other and _implies(_filter(one), _filter(other)) and not _by_another(one, other, mine):
                yield from _between(one, other)


def _by_another(one: Asked, other: Asked, asked: Sequence[Asked]) -> bool:
    """Whether a filter stands between the two, so that their law follows from its laws."""
    return any(
        _implies(_filter(one), _filter(middle))
        and _implies(_filter(middle), _filter(other))
        and not _implies(_filter(middle), _filter(one))
        and not _implies(_filter(other), _filter(middle))
        for middle in asked
        if type(middle) is type(one) is type(other)
    )


def no_box_passes(where: Node) -> bool:
    """Whether there is proof that a filter lets no box through."""
    return _never(where)


def _filter(one: Asked) -> Node:
    return one.regions.where or _EVERY


def _number(one: Asked) -> Measurement:
    return Measurement(key_of(one), "")


def _alone(one: Asked) -> Iterator[Node]:
    number, where = _number(one), _filter(one)
    if _never(where):
        yield Compare("==", number, _ZERO)
    elif isinstance(one, Most):
        yield Or((Compare("==", number, _ZERO), Compare(">=", number, Number(_lowest(where, one.measure)))))
        yield Compare("<=", number, Number(_highest(where, one.measure)))


def _between(one: Asked, other: Asked) -> Iterator[Node]:
    """Of two of which every box of the one is among those of the other."""
    fewer, more = _number(one), _number(other)
    match one, other:
        case Count(), Count():
            yield Compare("<=", fewer, more)
        case Most(measure=mine), Most(measure=its) if mine == its:
            yield Compare("<=", fewer, more)
        case Most(), Count():
            yield Or((Compare("==", fewer, _ZERO), Compare(">=", more, _ONE)))
        case Count(), Most(measure=measure):
            lowest = Number(_lowest(_filter(one), measure))
            yield Or((Compare("<", fewer, _ONE), Compare(">=", more, lowest)))


def _field(measure: str) -> BoxField:
    return BoxField(measure, BOX_FIELDS[measure][0])


def _edges(where: Node, measure: str) -> Sequence[float]:
    known = variables_of([where]).get(key_of(_field(measure)))
    return known.starts if known else ()


def _lowest(where: Node, measure: str) -> float:
    """The least that a box which passes can have."""
    floors = [
        edge for edge in _edges(where, measure) if _never(And((where, Compare("<", _field(measure), Number(edge)))))
    ]
    return max(floors, default=0.0)


def _highest(where: Node, measure: str) -> float:
    """The most that a box which passes can have."""
    over = [
        edge for edge in _edges(where, measure) if _never(And((where, Compare(">", _field(measure), Number(edge)))))
    ]
    return min(over, default=1.0 if measure == "score" else 1.7e308)


@lru_cache(maxsize=100_000)
def _implies(one: Node, other: Node) -> bool:
    return other in (one, _EVERY) or _never(And((one, Not(other))))


@lru_cache(maxsize=100_000)
def _never(where: Node) -> bool:
    variables = variables_of([where])
    goal = And((lowered(where), *_shares_that_imply(where)))
    return isinstance(search({}, goal, variables, lambda _space, _point: Facts(""), _STEPS), Impossible)


def _shares_that_imply(where: Node) -> Iterator[Node]:
    """What lies in an area by 0.5 lies in it by 0.3; and overlaps it by as much, for the smaller one is the measure."""
    shares = [node for node in walk(where) if isinstance(node, Shares)]
    for one, other in product(shares, shares):
        same_way = one.how in {other.how, "inside"}
        if one != other and one.area == other.area and same_way and one.share.value >= other.share.value:
            yield Or((Not(lowered(one)), lowered(other)))
