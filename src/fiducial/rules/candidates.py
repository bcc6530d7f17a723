"""The values of one input that are worth trying: where a comparison meets its other side, and just beyond."""

from dataclasses import dataclass, field
from math import ceil, floor, inf, isfinite, nextafter

from fiducial.rules.facts import Plain
from fiducial.rules.linear import NotLinear, critical_values
from fiducial.rules.tree import AnyOf, Compare, Count, Metadata, Most, Node, OneOf, Score, Text, children, walk
from fiducial.rules.trials import Knob, Trial
from fiducial.rules.values import Value, is_known

_WORDS_COST, _UNKNOWN_COST = 1.0, 10.0
_ROUNDING = 1e-12  # a side that was solved for may miss its meeting by so much, relatively


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value to try. ``edge``: where a comparison meets its other side; ``beside``: the next values to it.

    ``other_than``: any word but this one.
    """

    knob: Knob
    value: Plain
    cost: float
    edge: float | None = None
    beside: dict[str, float] = field(default_factory=dict)
    other_than: str | None = None


def candidates(trial: Trial, knob: Knob) -> tuple[list[Candidate], bool]:
    """Everything to try of one input, the nearest first; and whether nothing else could flip a rule."""
    if knob.kind == "number":
        return _numbers(trial, knob)
    now = trial.knobs[knob]
    if isinstance(knob, AnyOf) or knob.kind == "truth":
        return [Candidate(knob, value, _cost(now)) for value in (True, False) if value is not now], True
    words = dict.fromkeys(knob.choices or _words(trial, knob)) if isinstance(knob, Metadata) else {}
    found = [Candidate(knob, word, _cost(now)) for word in words if word != now]
    if not isinstance(knob, Metadata) or not knob.choices:
        other = "".join(words) + "."  # longer than each of them, so none of them
        found.append(Candidate(knob, other, _cost(now), other_than=now if isinstance(now, str) else ", ".join(words)))
    return found, True


def _cost(now: Value) -> float:
    return _WORDS_COST if is_known(now) else _UNKNOWN_COST


def _words(trial: Trial, knob: Metadata) -> list[str]:
    compared = [node for node in trial.parts if isinstance(node, Compare | OneOf) and knob in children(node)]
    return [part.value for node in compared for part in children(node) if isinstance(part, Text)]


def _numbers(trial: Trial, knob: Knob) -> tuple[list[Candidate], bool]:
    edges, whole = edges_of(trial, knob, trial.parts)
    now = trial.knobs[knob]
    found = [way for edge in edges for way in _around(knob, edge, now)]
    return sorted(found, key=lambda way: way.cost), whole


def edges_of(trial: Trial, knob: Knob, nodes: list[Node]) -> tuple[list[float], bool]:
    """Where along an input these comparisons can change, and whether every one could be solved for it."""
    edges: list[float] = []
    whole = True
    for node in nodes:
        if isinstance(node, Compare | OneOf) and knob in walk(node):
            try:
                edges += critical_values(node, knob, lambda part: trial.of(part, {}))
            except NotLinear:
                whole = False
    return sorted({edge for edge in edges if isfinite(edge)}), whole


def _around(knob: Knob, edge: float, now: Value) -> list[Candidate]:
    """The edge and the values next to it, as far as the input can have them."""
    if isinstance(knob, Count):
        low, high = float(floor(edge)), float(ceil(edge))
        values = {low - 1, low, high, high + 1} if low == high else {low, high}
        steps = 1.0
    else:
        rounding = abs(edge) * _ROUNDING
        values = {edge, nextafter(edge, inf), nextafter(edge, -inf), edge + rounding, edge - rounding}
        steps = 0.0
    least, most = (0.0, 1.0) if isinstance(knob, Score | Most) else (0.0 if isinstance(knob, Count) else -inf, inf)
    found = []
    for value in values:
        if least <= value <= most and value != now:
            told = value if steps else edge
            below, above = (value - 1, value + 1) if steps else (nextafter(value, -inf), nextafter(value, inf))
            beside = {side: one for side, one in (("below", below), ("above", above)) if least <= one <= most}
            found.append(Candidate(knob, value, _distance(knob, value, now), told, beside))
    return found


def _distance(knob: Knob, value: float, now: Value) -> float:
    if not isinstance(now, float):
        return _UNKNOWN_COST
    if isinstance(knob, Score | Most):
        return abs(value - now)
    return abs(value - now) / (max(abs(value), abs(now)) or 1.0)
