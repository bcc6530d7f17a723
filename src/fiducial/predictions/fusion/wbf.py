"""Weighted boxes fusion: every cluster becomes its weighted mean, and models that did not see it lower its score."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from fiducial.predictions.fusion.boxes import Boxes, Fused
from fiducial.predictions.fusion.clusters import cluster, row_sums

Confidence = Literal["agreement", "mean", "max"]


@dataclass(frozen=True, slots=True)
class WeightedBoxes:
    """``confidence``: of a cluster, from the best score of each model in it.

    ``agreement``: the weighted mean over all models that answered, 0 for one that did not see it; ``mean``: over those
    that saw it; ``max``: the heaviest, in units of the heaviest weight.

    Source: Solovyev, Wang and Gabruseva 2021, Image and Vision Computing 107:104117, doi:10.1016/j.imavis.2021.104117.
    The paper counts boxes; here each model counts once, so that three boxes of one model are no agreement of three.
    """

    name: ClassVar[str] = "wbf"
    overlap: float = 0.55
    confidence: Confidence = "agreement"

    def fuse(self, boxes: Boxes) -> Fused:
        """One box a cluster."""
        found = cluster(boxes, self.overlap, moving=True)
        group = boxes.group[found.first]
        score = np.minimum(self._score(found.said, boxes.weights[group]), 1.0)  # rounding alone could pass 1
        return Fused(found.corners, score, group, found.models)

    def _score(self, said: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.confidence == "max":
            return np.asarray(said.max(axis=1, initial=0.0) / weights.max(axis=1, initial=0.0), dtype=np.float64)
        heard = weights if self.confidence == "agreement" else np.where(said > 0, weights, 0.0)
        return row_sums(said) / row_sums(heard)
