"""Paths taken apart: words of folders and of file names, the extension, and numbers by what stands before them."""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_PARTS = re.compile(r"[^A-Za-z0-9]+")
_PIECES = re.compile(r"[A-Za-z]+|[0-9]+")
_MOST_PIECES = 3  # of a part between separators: more changes from letters to digits are a hash
_LONGEST = 15  # digits: a longer number is an identifier


@dataclass(slots=True)
class Pieces:
    """What the paths of one row hold. Words are lower case; a number is kept for the first file that has it."""

    words: set[str] = field(default_factory=set)
    numbers: dict[str, float] = field(default_factory=dict)

    def take(self, path: str) -> None:
        """Add one path, with forward or backward slashes."""
        *folders, name = path.replace("\\", "/").split("/")
        for folder in folders:
            self._part(folder, "a folder")
        stem, dot, suffix = name.rpartition(".")
        self._part(stem or name, "the file name")
        if stem:
            self.words.add(f"the extension {dot}{suffix.lower()}")

    def _part(self, text: str, where: str) -> None:
        count, before = 0, ""
        for part in _PARTS.split(text):
            pieces = _PIECES.findall(part)
            if len(pieces) > _MOST_PIECES:
                before = ""
                continue
            for piece in pieces:
                if not piece.isdigit():
                    before = piece.lower()
                    self.words.add(f"the word '{before}' in {where}")
                elif len(piece) <= _LONGEST:
                    count += 1
                    name = f"the number behind '{before}' in {where}" if before else f"number {count} in {where}"
                    self.numbers.setdefault(name, float(piece))


def taken_apart(paths: list[list[str]]) -> list[Pieces]:
    """One record a row."""
    found = []
    for several in paths:
        pieces = Pieces()
        for path in several:
            pieces.take(path)
        found.append(pieces)
    return found


def common_words(rows: list[set[str]], most: int, fewest: int) -> dict[str, NDArray[np.int64]]:
    """Word -> 1 in the rows that have it, (rows,): the ``most`` most frequent that are neither everywhere nor in fewer
    than ``fewest`` rows.
    """
    counts = Counter(word for words in rows for word in words)
    kept = [(-count, word) for word, count in counts.items() if fewest <= count < len(rows)]
    return {word: np.array([word in words for words in rows], dtype=np.int64) for _, word in sorted(kept)[:most]}


def number_columns(rows: list[Pieces]) -> dict[str, NDArray[np.float64]]:
    """Number -> its value in every row, (rows,), NaN where a path has none."""
    names = sorted({name for pieces in rows for name in pieces.numbers})
    return {name: np.array([pieces.numbers.get(name, np.nan) for pieces in rows]) for name in names}
