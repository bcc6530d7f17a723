"""A trace as a tree in SVG: one row a part, the path that decided drawn thick, what settled nothing drawn thin."""

from dataclasses import dataclass

from markupsafe import Markup, escape

from fiducial.report.decisions import scale
from fiducial.report.decisions.lettering import lines_of
from fiducial.report.decisions.rows import Row

WIDTH = 780.0
_STEP, _LEFT, _TOP = 22.0, 14.0, 8.0
_FONT, _SMALL = 14, 12
_LINE, _NOTE = 18.0, 15.0
_SAYS = 68.0  # width of the last column, the word
_DEEP = 9  # levels that fit into WIDTH


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row and where it lies; ``y`` is its upper edge."""

    row: Row
    y: float
    height: float
    lines: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def x(self) -> float:
        return _LEFT + self.row.depth * _STEP

    @property
    def middle(self) -> float:
        """The y of its sign."""
        return self.y + 15


def tree_svg(rows: list[Row], title: str, anchor: str) -> Markup:
    """An ``<svg>`` element; ``anchor`` begins its ids, so that several stand on one page. Its colours: decision.css."""
    width = WIDTH + max(0, max(row.depth for row in rows) - _DEEP) * _STEP
    placed = _placed(rows, width)
    height = placed[-1].y + placed[-1].height + _TOP
    drawn = [*_branches(placed), *(_row(one, width) for one in placed)]
    kind = "trace" if rows[0].says else "trace plain"
    return Markup(  # noqa: S704  (our own; every word in it is escaped where it is drawn)
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-labelledby="{escape(anchor)}-title"><title id="{escape(anchor)}-title">'
        f"{escape(title)} The same stands in the list below.</title>{''.join(drawn)}</svg>"
    )


def _placed(rows: list[Row], width: float) -> list[_Placed]:
    found, y = [], _TOP
    for row in rows:
        room = width - _SAYS - _LEFT - row.depth * _STEP - 16
        room -= scale.WIDTH + 12 if row.scale is not None else 0
        beside = f" — it is {row.value}" if row.value and row.scale is None else ""
        lines = tuple(lines_of(row.label + beside, room, _FONT))
        notes = tuple(
            line
            for note in (*((f"Unknown because {row.why}",) if row.why else ()), *row.notes)
            for line in lines_of(note, room, _SMALL)
        )
        height = max(len(lines) * _LINE + len(notes) * _NOTE + 10, scale.HEIGHT + 8 if row.scale else 0)
        found.append(_Placed(row, y, height, lines, notes))
        y += height
    return found


def _branches(placed: list[_Placed]) -> list[str]:
    """From each row to the one above it that it is a part of; the path that decided is drawn last, on top."""
    thin: list[str] = []
    thick: list[str] = []
    above: dict[int, _Placed] = {}
    for one in placed:
        above[one.row.depth] = one
        parent = above.get(one.row.depth - 1)
        if parent is not None:
            path = f"M{parent.x:g} {parent.middle + 8:g}V{one.middle:g}H{one.x - 8:g}"
            (thick if one.row.on else thin).append(path)
    drawn = (("off", thin), ("on", thick))
    return [f'<path class="branch {kind}" d="{"".join(paths)}"/>' for kind, paths in drawn if paths]


def _row(one: _Placed, width: float) -> str:
    row, x = one.row, one.x + 16
    parts = [sign(row.says, one.x, one.middle)]
    baseline = one.y + 20
    for line in one.lines:
        parts.append(f'<text x="{x:g}" y="{baseline:g}">{escape(line)}</text>')
        baseline += _LINE
    for line in one.notes:
        parts.append(f'<text class="note" x="{x:g}" y="{baseline - 2:g}">{escape(line)}</text>')
        baseline += _NOTE
    if row.scale is not None:
        parts.append(scale.scale(row.scale, width - _SAYS - scale.WIDTH - 6, one.y, row.says))
    if row.says not in {"", "given"}:
        parts.append(f'<text class="says {row.says}" x="{width - 4:g}" y="{one.y + 20:g}">{row.says}</text>')
    return f'<g class="{"on" if row.on else "off"}">{"".join(parts)}</g>'


def sign(says: str, x: float, y: float) -> str:
    """Yes: a full disc with a tick. No: a ring with a bar. Unknown: a dashed diamond with a question mark."""
    match says:
        case "yes":
            tick = f"M{x - 4:g} {y:g}l3 3.5l5-7"
            return f'<circle class="yes" cx="{x:g}" cy="{y:g}" r="8"/><path class="tick" d="{tick}"/>'
        case "no":
            return f'<circle class="no" cx="{x:g}" cy="{y:g}" r="7"/><path class="bar" d="M{x - 3.5:g} {y:g}h7"/>'
        case "unknown":
            edge = f"M{x:g} {y - 9:g}l9 9l-9 9l-9-9z"
            return f'<path class="unknown" d="{edge}"/><text class="ask" x="{x:g}" y="{y + 4:g}">?</text>'
        case _:
            return f'<circle class="given" cx="{x:g}" cy="{y:g}" r="3"/>'
