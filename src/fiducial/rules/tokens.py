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
    place = expression.start or Place(1, 1)
    while offset < len(text):
        found = _WORD.match(text, offset)
        if found is None:
            raise expression.error(place, _stray(text[offset]))
        kind = found.lastgroup or ""
        if kind != "space":
            word = found.group()
            tokens.append(Token("keyword" if kind == "name" and word in KEYWORDS else kind, word, place))
        offset, place = found.end(), _after(place, found.group())
    tokens.append(Token("end", "", place))
    return tokens


def _after(place: Place, text: str) -> Place:
    lines = text.count("\n")
    return (
        Place(place.line + lines, len(text) - text.rfind("\n"))
        if lines
        else Place(place.line, place.column + len(text))
    )


def _stray(character: str) -> str:
    if character in "\"'":
        return "a quote is opened and not closed on its line."
    hint = {"=": " Equality is written ==.", "&": " Write 'and'.", "|": " Write 'or'.", "!": " Write 'not'."}
    return f"the character {character!r} means nothing here.{hint.get(character, '')}"
