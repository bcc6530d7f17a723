"""Explainer: occlusion. A grey patch slides over the image; where the score falls, the model had looked.

Source: Zeiler and Fergus 2014, ECCV, 818-833, doi:10.1007/978-3-319-10590-1_53.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

import numpy as np

from fiducial.models.contract import Floats, Model, Shown
from fiducial.models.explainers.asking import everything, scores


@dataclass(frozen=True, slots=True)
class Occlusion:
    """``patches``: along each side; a patch covers two of them in each direction, so that neighbours overlap."""

    name: ClassVar[str] = "occlusion"
    says: ClassVar[str] = "a patch slides over the image and the fall of the score is drawn; 144 questions an image"

    patches: int = 12

    def saliency(self, model: Model, shown: Shown, finding: str, rng: np.random.Generator) -> Floats:  # noqa: ARG002
        """The mean fall of the score over all patches that cover a pixel; the same for every slice."""
        whole = everything(shown)
        asked = scores(model, shown, finding, chain([whole], self._masks(whole)))
        clean = next(asked)[1]
        fall, times = np.zeros_like(whole), np.zeros_like(whole)
        for mask, score in asked:
            hidden = 1 - mask
            fall += hidden * np.float32(clean - score)
            times += hidden
        heat = fall / np.maximum(times, 1)
        return np.repeat(heat[np.newaxis], len(shown.scan.array), axis=0)

    def _masks(self, whole: Floats) -> Iterator[Floats]:
        edges = [np.linspace(0, length, self.patches + 1).round().astype(int) for length in whole.shape]
        for top in range(self.patches):
            for left in range(self.patches):
                mask = whole.copy()
                bottom, right = (min(one + 2, self.patches) for one in (top, left))
                mask[edges[0][top] : edges[0][bottom], edges[1][left] : edges[1][right]] = 0
                yield mask
