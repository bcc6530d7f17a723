"""Letters as a share of every pixel that they cover: lead markers and text that was written into the pixels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Cover = npt.NDArray[np.float32]  # (rows, columns), 0 to 1

_SMALLEST = 6  # pixels: below, no letter is left


@dataclass(frozen=True, slots=True)
class Text:
    """``words`` with letters ``height`` high, its middle at (``down``, ``across``); ``bold``: lead is thicker than ink.

    Height is a share of the longer side, the place a share of the room that the text leaves, ``degrees`` a turn.
    """

    words: str
    height: float
    down: float
    across: float
    degrees: float = 0.0
    bold: bool = False

    def cover(self, shape: tuple[int, int]) -> Cover:
        """The share of every pixel that the text covers; what does not fit is cut off."""
        drawn = self._drawn(max(_SMALLEST, round(self.height * max(shape))))
        canvas = Image.new("L", (shape[1], shape[0]))
        room = (shape[1] - drawn.width, shape[0] - drawn.height)
        canvas.paste(drawn, (round(self.across * max(0, room[0])), round(self.down * max(0, room[1]))))
        return np.asarray(canvas, dtype=np.float32) / np.float32(255)

    def _drawn(self, height: int) -> Image.Image:
        font = ImageFont.load_default(1.35 * height)  # of the whole line; capitals are about three quarters of it
        stroke = height // 14 if self.bold else 0
        left, top, right, bottom = font.getbbox(self.words, stroke_width=stroke)
        size = (int(right - left) + 2, int(bottom - top) + 2)
        image = Image.new("L", size)
        ImageDraw.Draw(image).text((1 - left, 1 - top), self.words, 255, font, stroke_width=stroke)
        return image.rotate(self.degrees, Image.Resampling.BICUBIC, expand=True) if self.degrees else image
