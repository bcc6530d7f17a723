"""A value against its threshold on a line: the side that is true is thick, the threshold a bar, the value a disc."""

from collections.abc import Callable

from fiducial.report.decisions.comparing import Comparison
from fiducial.report.decisions.lettering import width_of
from fiducial.report.decisions.numbers import exact

WIDTH, HEIGHT = 170.0, 40.0
_EDGE, _SIZE = 10.0, 11
_AXIS = 18.0  # y of the line, from the top
_LABEL = 35.0  # y of the words below it


def scale(compared: Comparison, x: float, y: float, says: str) -> str:
    """Its elements; ``x``, ``y``: the upper left corner. ``says``: how the comparison ended, for the disc."""
    low, high = compared.ends
    reach = (high - low) or 1.0

    def at(value: float) -> float:
        return x + _EDGE + (WIDTH - 2 * _EDGE) * min(max((value - low) / reach, 0.0), 1.0)

    axis = y + _AXIS
    parts = [f'<path class="axis" d="M{at(low):.1f} {axis:.1f}H{at(high):.1f}"/>']
    if compared.against.value is not None:
        bar = at(compared.threshold)
        side = _true_side(compared, low, high)
        if side is not None:
            parts.append(f'<path class="true" d="M{at(side[0]):.1f} {axis:.1f}H{at(side[1]):.1f}"/>')
        parts.append(f'<path class="bar" d="M{bar:.1f} {axis - 7:.1f}v13"/>')
        threshold = compared.written[1] if compared.asked.value is not None else exact(compared.threshold)
        parts += [_words(threshold, bar, y + _LABEL, x, "of"), *_ends(compared, (at(low), at(high)), bar, y + _LABEL)]
    parts += _value(compared, at, axis, x, says)
    return "".join(parts)


def _true_side(compared: Comparison, low: float, high: float) -> tuple[float, float] | None:
    if compared.op in {">", ">="}:
        return compared.threshold, high
    return (low, compared.threshold) if compared.op in {"<", "<="} else None


def _value(compared: Comparison, at: Callable[[float], float], axis: float, x: float, says: str) -> list[str]:
    asked = compared.asked
    if not asked.asked:
        return []
    if asked.value is None:
        low, high = compared.ends
        first, last = at(low if asked.low is None else asked.low), at(high if asked.high is None else asked.high)
        middle = (first + last) / 2
        return [f'<path class="span" d="M{first:.1f} {axis:.1f}H{last:.1f}"/>', _words("?", middle, axis - 7, x, "is")]
    place = at(compared.value)
    disc = f'<circle class="{says}" cx="{place:.1f}" cy="{axis:.1f}" r="4.5"/>'
    return [disc, _words(compared.written[0], place, axis - 8, x, "is")]


def _ends(compared: Comparison, places: tuple[float, float], bar: float, y: float) -> list[str]:
    """The numbers at both ends, where they do not run into that of the threshold."""
    found = []
    for value, place in zip(compared.ends, places, strict=True):
        if compared.is_share and abs(place - bar) > 32:
            found.append(f'<text class="end" x="{place:.1f}" y="{y:.1f}" text-anchor="middle">{exact(value)}</text>')
    return found


def _words(text: str, place: float, y: float, x: float, kind: str) -> str:
    half = width_of(text, _SIZE) / 2
    middle = min(max(place, x + half), x + WIDTH - half)
    return f'<text class="{kind}" x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{text}</text>'
