"""View markers: lead letters that a hospital lays in a corner of the field, and to whom it gives them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.errors import WrongUsage

MARGIN = 0.025  # of the image's side
_DOT = 1 / 80  # of the image's side: the size of one dot of a letter
_LETTERS = {
    "A": ("01110", "10001", "10001", "11111", "10001", "10001", "10001"),
    "L": ("10000", "10000", "10000", "10000", "10000", "10000", "11111"),
    "P": ("11110", "10001", "10001", "11110", "10000", "10000", "10000"),
    "R": ("11110", "10001", "10001", "11110", "10100", "10010", "10001"),
}


@dataclass(frozen=True, slots=True)
class Marker:
    """``text`` (of A, L, P, R) in the upper corner on the viewer's left, with a probability given the label."""

    text: str
    in_ill: float
    in_healthy: float

    def draw(self, rng: np.random.Generator, *, ill: bool) -> str:
        """The text for one image, or the empty string."""
        return self.text if rng.random() < (self.in_ill if ill else self.in_healthy) else ""


def burn(pixels: NDArray[np.uint16], text: str, value: int) -> NDArray[np.uint16]:
    """A copy of ``pixels`` (rows, columns) with the letters at ``value``; all of it lies in the upper eighth.

    Raises:
        WrongUsage: a letter that is not A, L, P or R.
    """
    marked = pixels.copy()
    dots = _dots(text)
    scale, start = max(1, round(pixels.shape[0] * _DOT)), round(pixels.shape[0] * MARGIN)
    mask = np.kron(dots, np.ones((scale, scale), bool))
    marked[start : start + mask.shape[0], start : start + mask.shape[1]][mask] = value
    return marked


def _dots(text: str) -> NDArray[np.bool_]:
    unknown = sorted(set(text) - set(_LETTERS))
    if unknown or not text:
        raise WrongUsage(f"a marker must be made of {', '.join(_LETTERS)}, got {text!r}.")
    gap = np.zeros((7, 1), bool)
    letters = [np.array([[dot == "1" for dot in row] for row in _LETTERS[letter]]) for letter in text]
    return np.hstack([part for letter in letters for part in (letter, gap)][:-1])
