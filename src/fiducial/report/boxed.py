"""Draws what models found in an image: boxes and outlines with their names and scores, and the decision below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from textwrap import wrap

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from fiducial.claims.evidence import NOTICE
from fiducial.files.writing import replacing

Rgb = tuple[int, int, int]

# Okabe and Ito's palette without black: told apart by the colour-blind, on grey as well.
COLOURS: tuple[Rgb, ...] = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (240, 228, 66), (204, 121, 167), (213, 94, 0), (0, 114, 178),
)  # fmt: skip
_SIDE = 640  # pixels that the longer side of a small image is enlarged to
_PAPER, _INK, _QUIET = (255, 255, 255), (27, 31, 36), (87, 96, 106)
_FONT, _LINE, _MARGIN = 13, 18, 10


@dataclass(frozen=True, slots=True)
class Mark:
    """One box, x0, y0, x1, y1 in pixels of the image, and what is written on it."""

    finding: str
    corners: tuple[float, float, float, float]
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Boxed:
    """``grey``: uint8 (rows, columns). ``outlines``: finding -> bool (rows, columns). ``lines``: written below."""

    grey: npt.NDArray[np.uint8]
    title: str
    marks: Sequence[Mark] = ()
    outlines: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    lines: Sequence[str] = ()


def save_boxed(boxed: Boxed, path: Path) -> None:
    """Write a PNG, the same bytes for the same findings.

    Raises:
        UnusableInput: the place cannot be written to.
    """
    with replacing(path) as temporary:
        draw_boxed(boxed).save(temporary, "PNG")


def draw_boxed(boxed: Boxed) -> Image.Image:
    """The picture; a small image is enlarged, so that words on it can be read."""
    names = sorted({mark.finding for mark in boxed.marks} | set(boxed.outlines))
    colour = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
    image, growth = _enlarged(boxed.grey)
    for name, mask in boxed.outlines.items():
        _outline(image, mask, colour[name])
    pen = ImageDraw.Draw(image)
    for write in (_edge, _words):  # no box is drawn over another's words
        for mark in sorted(boxed.marks, key=lambda one: one.corners):
            write(pen, mark, growth, colour[mark.finding])
    keys = [(f"box: {name}", colour[name]) for name in names if name not in boxed.outlines]
    keys += [(f"outline: {name}", colour[name]) for name in boxed.outlines]
    return _framed(image, boxed.title, keys, boxed.lines)


def _enlarged(grey: npt.NDArray[np.uint8]) -> tuple[Image.Image, float]:
    image = Image.fromarray(grey).convert("RGB")
    growth = max(1.0, _SIDE / max(image.size))
    size = (max(1, round(image.width * growth)), max(1, round(image.height * growth)))
    return (image.resize(size, Image.Resampling.BILINEAR) if growth > 1 else image), growth


def _outline(image: Image.Image, mask: npt.NDArray[np.bool_], colour: Rgb) -> None:
    large = Image.fromarray(mask).resize(image.size, Image.Resampling.NEAREST)
    inside = np.asarray(large, dtype=bool)
    edge = inside & ~ndimage.binary_erosion(inside, iterations=2, border_value=1)
    image.paste(colour, mask=Image.fromarray(edge))


def _edge(pen: ImageDraw.ImageDraw, mark: Mark, growth: float, colour: Rgb) -> None:
    x0, y0, x1, y1 = (round(one * growth) for one in mark.corners)
    pen.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), outline=colour, width=2)


def _words(pen: ImageDraw.ImageDraw, mark: Mark, growth: float, colour: Rgb) -> None:
    x0, y0, _, y1 = (round(one * growth) for one in mark.corners)
    size = pen.im.size
    left, _, right, bottom = pen.textbbox((0, 0), mark.words, font=_font())
    wide, high = right - left + 6, bottom + 4
    x = min(max(0, x0), max(0, size[0] - wide))
    y = y0 - high if y0 >= high else min(y1, size[1] - high)
    pen.rectangle((x, y, x + wide, y + high), fill=colour)
    pen.text((x + 3, y + 1), mark.words, fill=(0, 0, 0), font=_font())


def _framed(image: Image.Image, title: str, keys: Sequence[tuple[str, Rgb]], lines: Sequence[str]) -> Image.Image:
    width = max(image.width, _SIDE)
    letters = (width - 2 * _MARGIN) // 8  # the mean width of a letter of this font is a little less
    told = [(words, _INK) for line in lines for words in (wrap(line, letters) or [""])]
    told += [(words, colour) for words, colour in keys]
    told += [(NOTICE, _QUIET)]
    head = [(words, _INK) for words in wrap(title, letters) or [""]]
    top, below = len(head) * _LINE + 2 * _MARGIN, len(told) * _LINE + 2 * _MARGIN
    page = Image.new("RGB", (width, top + image.height + below), _PAPER)
    page.paste(image, ((width - image.width) // 2, top))
    pen = ImageDraw.Draw(page)
    for start, texts in ((_MARGIN, head), (top + image.height + _MARGIN, told)):
        for place, (words, ink) in enumerate(texts):
            if ink in COLOURS:
                pen.rectangle((_MARGIN, start + place * _LINE + 3, _MARGIN + 10, start + place * _LINE + 13), fill=ink)
            x = _MARGIN + (16 if ink in COLOURS else 0)
            pen.text((x, start + place * _LINE), words, fill=_INK if ink in COLOURS else ink, font=_font())
    return page


@cache
def _font() -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib and knows most of the world's letters."""
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", _FONT)
