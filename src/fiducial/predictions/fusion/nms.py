"""Non-maximum suppression: of boxes that overlap, the strongest stays as it is."""

from dataclasses import dataclass
from typing import ClassVar

from fiducial.predictions.fusion.boxes import Boxes, Fused
from fiducial.predictions.fusion.clusters import cluster


@dataclass(frozen=True, slots=True)
class NonMaximumSuppression:
    """What overlaps a stronger box that stays is dropped; a box counts as found by the models of what it displaced."""

    name: ClassVar[str] = "nms"
    overlap: float = 0.5

    def fuse(self, boxes: Boxes) -> Fused:
        """The boxes that stay."""
        found = cluster(boxes, self.overlap, moving=False)
        stays = found.first
        models = found.models
        return Fused(boxes.corners[stays], boxes.relative_mass[stays], boxes.group[stays], models)
