"""Boxes of text and the arrows between them, as SVG: the same bytes for the same words."""

from dataclasses import dataclass
from textwrap import wrap

from markupsafe import escape

FONT = 13  # px
LINE = 18
PADDING = 11
_GLYPH = 0.56  # of the font size: the mean width of a letter in the sans-serif fonts at hand, on the wide side
_INK, _QUIET, _RULE, _ALARM = "#1b1f24", "#57606a", "#57606a", "#a04a00"
_STYLES = {
    "head": f'font-weight="600" fill="{_INK}"',
    "plain": f'fill="{_INK}"',
    "quiet": f'fill="{_QUIET}" font-size="12"',
    "alarm": f'fill="{_ALARM}" font-weight="600" font-size="12"',
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. ``cells``: right-aligned columns after it, each as wide as a number."""

    text: str
    style: str = "plain"  # head, plain, quiet or alarm
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with lines of text, all measures in px; ``x``, ``y`` is its upper left corner."""

    x: float
    y: float
    width: float
    lines: tuple[Line, ...]
    shaded: bool = False

    @property
    def height(self) -> float:
        """What its lines need."""
        return len(self.lines) * LINE + 2 * PADDING - 3

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height

    def svg(self) -> str:
        """The rectangle and its lines."""
        fill = "#f6f8fa" if self.shaded else "#ffffff"
        size = f'width="{self.width:g}" height="{self.height:g}"'
        parts = [f'<rect x="{self.x:g}" y="{self.y:g}" {size} rx="4" fill="{fill}" stroke="{_RULE}"/>']
        for place, line in enumerate(self.lines):
            baseline = self.y + PADDING + FONT + place * LINE - 1
            parts.append(_text(self.x + PADDING, baseline, line.text, line.style))
            for column, cell in enumerate(reversed(line.cells)):
                right = self.x + self.width - PADDING - column * _CELL
                parts.append(_text(right, baseline, cell, line.style, anchor="end"))
        return "".join(parts)


_CELL = 82  # px: "unlabelled", or a number of nine digits


def wrapped(text: str, width: float, style: str = "plain") -> tuple[Line, ...]:
    """As many lines as ``text`` needs in a box of that width, in px."""
    letters = int((width - 2 * PADDING) / (FONT * _GLYPH))
    return tuple(Line(part, style) for part in wrap(text, letters) or [""])


def arrow(x0: float, y0: float, x1: float, y1: float) -> str:
    """A straight arrow."""
    return (
        f'<line x1="{x0:g}" y1="{y0:g}" x2="{x1:g}" y2="{y1:g}" stroke="{_RULE}" stroke-width="1.3" '
        'marker-end="url(#head)"/>'
    )


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    """A straight line."""
    return f'<line x1="{x0:g}" y1="{y0:g}" x2="{x1:g}" y2="{y1:g}" stroke="{_RULE}" stroke-width="1.3"/>'


def picture(parts: list[str], width: float, height: float, title: str, description: str) -> str:
    """An ``<svg>`` element that stands alone, with words for screen readers."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-labelledby="flow-title flow-says" font-size="{FONT}" '
        "font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\">"
        f'<title id="flow-title">{escape(title)}</title><desc id="flow-says">{escape(description)}</desc>'
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L10 5 L0 10 z" fill="{_RULE}"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _text(x: float, y: float, words: str, style: str, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" {_STYLES[style]}>{escape(words)}</text>'
