"""What every fuser of boxes is."""

from typing import ClassVar, Protocol

from fiducial.predictions.fusion.boxes import Boxes, Fused


class BoxFuser(Protocol):
    """Makes one set of boxes of several; no box of another image or finding plays a part."""

    name: ClassVar[str]

    def fuse(self, boxes: Boxes) -> Fused:
        """One set of boxes a group, scores from 0 to 1, whatever the order of models and boxes was."""
        ...
