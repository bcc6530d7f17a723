"""The laws that every fuser of boxes obeys, ours and outsiders'."""

import numpy as np

from fiducial.predictions.fusion.boxes import Boxes, Fused
from fiducial.predictions.fusion.contract import BoxFuser
from predictions.fusion.detections import shuffled


def obeys_the_laws(fuser: BoxFuser, boxes: Boxes, rng: np.random.Generator) -> None:
    """Scores stay in 0-1, boxes within what was given, and no order of rows or models matters."""
    found = fuser.fuse(boxes)
    is_whole(found, boxes)
    same(found, fuser.fuse(shuffled(boxes, rng)))


def is_whole(found: Fused, boxes: Boxes) -> None:
    """Every box has an area inside the hull of what was given, a score, and at least one model behind it."""
    axes = boxes.axes
    assert ((found.score >= 0) & (found.score <= 1)).all()
    assert ((found.models >= 1) & (found.models <= boxes.weights.shape[1])).all()
    assert (found.corners[:, :axes] < found.corners[:, axes:]).all()
    assert (np.diff(found.group) >= 0).all()
    if found.score.size:
        assert (found.corners >= boxes.corners[:, :axes].min() - 1e-9).all()
        assert (found.corners <= boxes.corners[:, axes:].max() + 1e-9).all()


def same(one: Fused, other: Fused) -> None:
    """The same boxes, up to rounding."""
    np.testing.assert_array_equal(one.group, other.group)
    np.testing.assert_allclose(in_order(one), in_order(other), atol=1e-9)


def in_order(found: Fused) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Corners, score and models of every box, sorted."""
    table = np.column_stack([found.group, found.corners.round(9), found.score, found.models])
    return table[np.lexsort(table.T[::-1])]
