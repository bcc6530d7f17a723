"""Non-maximum weighted: every cluster keeps its best score, and its box leans towards what overlaps the best one."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.predictions.fusion.boxes import Boxes, Fused
from fiducial.predictions.fusion.clusters import cluster
from fiducial.predictions.fusion.overlap import overlap


@dataclass(frozen=True, slots=True)
class NonMaximumWeighted:
    """Boxes weigh their score times their overlap with the best box of the cluster.

    Source: Zhou et al. 2017, CAD: Scale Invariant Framework for Real-Time Object Detection, ICCV Workshops, 760-768.
    """

    name: ClassVar[str] = "nmw"
    overlap: float = 0.55

    def fuse(self, boxes: Boxes) -> Fused:
        """One box a cluster."""
        found = cluster(boxes, self.overlap, moving=False)
        rows = boxes.strongest_first  # sums in an order of their own, so that the order of the models leaves no trace
        member, corners = found.member[rows], boxes.corners[rows]
        pull = boxes.mass[rows] * overlap(corners, boxes.corners[found.first[member]])
        pulled = [np.bincount(member, pull * edge, found.first.size) for edge in corners.T]
        total = np.bincount(member, pull, found.first.size)
        return Fused(
            np.stack(pulled, axis=1) / total[:, None],
            boxes.relative_mass[found.first],
            boxes.group[found.first],
            found.models,
        )
