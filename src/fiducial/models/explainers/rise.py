"""Explainer: RISE. Random smooth masks, each weighed by the score that is left under it.

Source: Petsiuk, Das and Saenko 2018, BMVC, arXiv:1806.07421.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image

from fiducial.models.contract import Floats, Model, Shown
from fiducial.models.explainers.asking import everything, scores


@dataclass(frozen=True, slots=True)
class Rise:
    """``masks`` of ``cells`` x ``cells``, each cell open with the probability ``open_share``."""

    name: ClassVar[str] = "rise"
    says: ClassVar[str] = "random masks, weighed by the score that is left; 400 questions an image"

    masks: int = 400
    cells: int = 7
    open_share: float = 0.5

    def saliency(self, model: Model, shown: Shown, finding: str, rng: np.random.Generator) -> Floats:
        """How much higher the score is where a pixel is seen than where it is not; the same for every slice."""
        whole = everything(shown)
        seen, weighed, times, total = np.zeros_like(whole), 0.0, np.zeros_like(whole), 0.0
        for mask, score in scores(model, shown, finding, self._masks(whole.shape, rng)):
            seen += mask * np.float32(score)
            times += mask
            weighed, total = weighed + score, total + 1
        open_score = seen / np.maximum(times, 1e-6)
        shut_score = (np.float32(weighed) - seen) / np.maximum(np.float32(total) - times, 1e-6)
        heat: Floats = (open_score - shut_score).astype(np.float32)
        return np.repeat(heat[np.newaxis], len(shown.scan.array), axis=0)

    def _masks(self, shape: tuple[int, ...], rng: np.random.Generator) -> Iterator[Floats]:
        """A coarse grid drawn at random, enlarged by one cell more than the image and shifted within it."""
        rows, columns = shape
        cell = (-(-rows // self.cells), -(-columns // self.cells))
        for _ in range(self.masks):
            grid = (rng.random((self.cells + 1, self.cells + 1)) < self.open_share).astype(np.float32)
            size = ((self.cells + 1) * cell[1], (self.cells + 1) * cell[0])
            large = np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BILINEAR))
            top, left = (int(rng.integers(one)) for one in cell)
            yield large[top : top + rows, left : left + columns]
