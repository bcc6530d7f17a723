"""The words of an expression, each with its place."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from fiducial.errors import UnusableInput

KEYWORDS = frozenset({"and", "or", "not", "in", "where", "true", "false"})
_WORD = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<threshold>\$[^\W\d]\w*(?:-\w+)*)
  | (?P<name>[^\W\d]\w*(?:-\w+)*)
  | (?P<quoted>"[^"\n]*"|'[^'\n]*')
  | (?P<sign><=|>=|==|!=|[<>()\[\],@+*/-])
    """,
    re.VERBOSE,
)


class Place(NamedTuple):
    """Where something stands, both counted from 1."""

    line: int
    column: int


class Token(NamedTuple):
    """``kind``: name, keyword, number, threshold, quoted, sign or end."""

    kind: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Expression:
    """The text of one expression, and how to call a place in it; ``start`` is None where its file spells it otherwise.

    ``what``: how to call the expression, ``rule 'tension'``.
    """

    text: str
    file: str
    what: str
    start: Place | None = None

    def place(self, offset: int) -> Place:
        """Line and column in the file, or in the expression where the file spells it with escapes."""
        first = self.start or Place(1, 1)
        before = self.text[:offset]
        lines = before.count("\n")
        column = offset - (before.rfind("\n") + 1)
        return Place(first.line + lines, column + (1 if lines else first.column))

    def error(self, place: Place, message: str) -> UnusableInput:
        """``decision.toml: line 14, column 8, rule 'tension': ...``."""
        where = f"line {place.line}, column {place.column}"
        if self.start is None:
            return UnusableInput(f"{self.file}: {self.what}, {where} of the expression: {message}")
        return UnusableInput(f"{self.file}: {where}, {self.what}: {message}")


def tokenize(expression: Expression) -> list[Token]:
    """Every word but spaces and comments, and an ``end``.

    Raises:
        UnusableInput: a character that no word starts with.
    """
    text, tokens, offset = expression.text, [], 0
    starts = _line_starts(text)
    line = 0
    first = expression.start or Place(1, 1)
    while offset < len(text):
        while line + 1 < len(starts) and starts[line + 1] <= offset:
            line += 1
        place = Place(first.line + line, offset - starts[line] + (1 if line else first.column))
        found = _WORD.match(text, offset)
        if found is None:
            raise expression.error(place, _stray(text[offset]))
        kind = found.lastgroup or ""
        if kind != "space":
            word = found.group()
            tokens.append(Token("keyword" if kind == "name" and word in KEYWORDS else kind, word, place))
        offset = found.end()
    tokens.append(Token("end", "", expression.place(len(text))))
    return tokens


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


def _stray(character: str) -> str:
    if character in "\"'":
        return "a quote is opened and not closed on its line."
    hint = {"=": " Equality is written ==.", "&": " Write 'and'.", "|": " Write 'or'.", "!": " Write 'not'."}
    return f"the character {character!r} means nothing here.{hint.get(character, '')}"
