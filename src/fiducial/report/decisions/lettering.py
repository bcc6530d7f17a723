"""How wide words are, well enough that no line of ours runs over: there is no font to ask where the page is made."""

from collections.abc import Iterator
from unicodedata import combining, east_asian_width

_WIDE, _NARROW, _MEAN, _THIN = 1.02, 0.3, 0.56, frozenset("iljtfrI.,:;'|!()[] ")
_CAPITAL = 0.74


def width_of(text: str, size: float) -> float:
    """In px, on the wide side, in the sans-serif fonts at hand at ``size`` px."""
    return size * sum(map(_em, text))


def lines_of(text: str, width: float, size: float) -> list[str]:
    """As many lines as ``text`` needs; a word that is wider than a line is broken."""
    lines, line = [], ""
    for word in _words(text, width, size):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def _words(text: str, width: float, size: float) -> Iterator[str]:
    for word in text.split():
        piece = ""
        for letter in word:
            if piece and width_of(piece + letter, size) > width:
                yield piece
                piece = ""
            piece += letter
        yield piece


def _em(letter: str) -> float:
    if combining(letter):
        return 0.0
    if east_asian_width(letter) in "WF":
        return _WIDE
    if letter in _THIN:
        return _NARROW + 0.02
    return _CAPITAL if letter.isupper() or letter in "mwMW@%≥≤≠" else _MEAN
