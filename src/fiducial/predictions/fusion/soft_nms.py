"""Soft non-maximum suppression: what overlaps a stronger box loses score instead of its place."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from fiducial.predictions.fusion.boxes import Boxes, Fused
from fiducial.predictions.fusion.overlap import overlap


@dataclass(frozen=True, slots=True)
class SoftNonMaximumSuppression:
    """``decay``: ``gaussian`` takes exp(-IoU^2 / sigma), ``linear`` 1 - IoU where that exceeds ``overlap``.

    Boxes that end at ``least`` or below are dropped.

    Source: Bodla et al. 2017, Soft-NMS, ICCV, 5562-5570, doi:10.1109/ICCV.2017.593.
    """

    name: ClassVar[str] = "soft-nms"
    overlap: float = 0.5
    decay: Literal["gaussian", "linear"] = "gaussian"
    sigma: float = 0.5
    least: float = 0.001

    def fuse(self, boxes: Boxes) -> Fused:
        """The boxes that stay, with what is left of their scores."""
        rows = boxes.strongest_first
        score = boxes.relative_mass[rows]
        starts = np.flatnonzero(np.diff(boxes.group[rows], prepend=-1, append=boxes.weights.shape[0]))
        for start, stop in pairwise(starts.tolist()):
            self._decay(boxes.corners[rows[start:stop]], score[start:stop])
        stays = rows[score > self.least]
        one = np.ones(stays.size, dtype=np.int64)  # every box is still the word of one model
        return Fused(boxes.corners[stays], score[score > self.least], boxes.group[stays], one)

    def _decay(self, corners: NDArray[np.float64], score: NDArray[np.float64]) -> None:
        left = np.arange(score.size)
        while left.size > 1:
            best = int(score[left].argmax())
            chosen, left = left[best], np.delete(left, best)
            share = overlap(corners[left], corners[chosen])
            score[left] *= self._kept(share)

    def _kept(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.decay == "gaussian":
            return np.exp(-np.square(share) / self.sigma)
        return np.where(share > self.overlap, 1.0 - share, 1.0)
