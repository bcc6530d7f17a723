"""Which rule reads which, as SVG: a column a step, what is read to the left of what reads it."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from fiducial.report.decisions.lettering import lines_of

_WIDTH, _HEIGHT, _APART, _GAP, _EDGE = 168.0, 30.0, 12.0, 56.0, 8.0
_LINE, _FONT = 16.0, 13


@dataclass(frozen=True, slots=True)
class _Node:
    name: str
    lines: tuple[str, ...]
    x: float
    y: float

    @property
    def height(self) -> float:
        return _HEIGHT + (len(self.lines) - 1) * _LINE

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def graph_svg(reads: Mapping[str, tuple[str, ...]], conclusions: tuple[str, ...]) -> Markup | None:
    """An ``<svg>`` element of the rules that read or are read; None where there is none.

    ``reads``: of each rule those that it reads, which stand before it.
    """
    read = {name for names in reads.values() for name in names}
    columns = _columns({name: names for name, names in reads.items() if names or name in read})
    if not columns:
        return None
    nodes = _placed(columns, reads)
    width = len(columns) * (_WIDTH + _GAP) - _GAP + 2 * _EDGE
    height = max(one.y + one.height for one in nodes.values()) + _EDGE
    edges = [_edge(nodes[first], nodes[name]) for name in nodes for first in reads[name]]
    boxes = [_box(one, one.name in conclusions) for one in nodes.values()]
    drawn = [f'<path class="edge" d="{"".join(edges)}"/>', *boxes]
    said = "; ".join(f"{name} reads {', '.join(reads[name])}" for name in nodes if reads[name])
    return Markup(  # noqa: S704  (our own; every word in it is escaped)
        f'<svg xmlns="http://www.w3.org/2000/svg" class="trace graph" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-labelledby="graph-title">'
        f'<title id="graph-title">{escape(said)}.</title>{"".join(drawn)}</svg>'
    )


def _columns(reads: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """By the longest way from a rule that reads none; in each, in the order of what they read."""
    step: dict[str, int] = {}
    for name, names in reads.items():
        step[name] = max((step[one] + 1 for one in names), default=0)
    columns: list[list[str]] = [[] for _ in range(max(step.values(), default=-1) + 1)]
    for name, place in step.items():
        columns[place].append(name)
    rank: dict[str, float] = {}
    for column in columns:
        column.sort(key=lambda name: sum(rank[one] for one in reads[name]) / max(len(reads[name]), 1))
        rank |= {name: place / len(column) for place, name in enumerate(column)}
    return columns


def _placed(columns: list[list[str]], reads: Mapping[str, tuple[str, ...]]) -> dict[str, _Node]:
    """Column by column; a rule as near as there is room to the middle of what it reads."""
    found: dict[str, _Node] = {}
    for place, column in enumerate(columns):
        bottom = _EDGE
        for name in column:
            lines = tuple(lines_of(name, _WIDTH - 18, _FONT))
            height = _HEIGHT + (len(lines) - 1) * _LINE
            wanted = sum(found[one].middle for one in reads[name]) / len(reads[name]) if reads[name] else 0.0
            y = max(bottom, wanted - height / 2)
            found[name] = _Node(name, lines, _EDGE + place * (_WIDTH + _GAP), y)
            bottom = y + height + _APART
    return found


def _edge(first: _Node, second: _Node) -> str:
    start, end = (first.x + _WIDTH, first.middle), (second.x, second.middle)
    half = (start[0] + end[0]) / 2
    return f"M{start[0]:g} {start[1]:.1f}C{half:g} {start[1]:.1f} {half:g} {end[1]:.1f} {end[0]:g} {end[1]:.1f}"


def _box(one: _Node, concludes: bool) -> str:  # noqa: FBT001  (private, and named where it is called)
    kind = "rule concludes" if concludes else "rule"
    rectangle = (
        f'<rect class="{kind}" x="{one.x:g}" y="{one.y:.1f}" width="{_WIDTH:g}" height="{one.height:g}" rx="4"/>'
    )
    text = [
        f'<text x="{one.x + 9:g}" y="{one.y + 20 + place * _LINE:.1f}">{escape(line)}</text>'
        for place, line in enumerate(one.lines)
    ]
    return f'<g class="{"on" if concludes else "off"}">{rectangle}{"".join(text)}</g>'
