"""Weighted boxes fusion against ensemble_boxes on the same boxes: ``python -m benchmarks.fusion``."""

from collections.abc import Iterator
from functools import partial

import ensemble_boxes
import numpy as np

from benchmarks.timing import Row, best_of
from fiducial.predictions.fusion import clusters
from fiducial.predictions.fusion.boxes import Boxes
from fiducial.predictions.fusion.wbf import WeightedBoxes

MODELS = 3
AIMS = {(50, 1): 50, (300, 1): 30, (1000, 1): 12, (50, 14): 80, (300, 14): 80, (1000, 14): 80}


def fusion() -> Iterator[Row]:
    """One image, three models, so many boxes each: compiled, and interpreted."""
    for (boxes, classes), aim in AIMS.items():
        given = detections(boxes, classes)
        theirs = best_of(partial(_peer, given), 5)
        what = f"WBF of {MODELS} x {boxes:,} boxes, {classes} class{'es' if classes > 1 else ''}"
        WeightedBoxes().fuse(given)  # compiled once
        yield Row(f"{what}, compiled", best_of(partial(_ours, given), 50), "ensemble_boxes", theirs, f"{aim}x faster")
        seconds = best_of(partial(_interpreted, given), 10)
        yield Row(f"{what}, numpy", seconds, "ensemble_boxes", theirs, "3x faster")


def detections(objects: int, classes: int) -> Boxes:
    """Objects that every model finds a little beside their place, with any score."""
    rng = np.random.default_rng(0)
    place, size = rng.uniform(0.05, 0.85, (objects, 2)), rng.uniform(0.02, 0.12, (objects, 2))
    corners = []
    for _ in range(MODELS):
        low = np.clip(place + rng.normal(0, 0.008, (objects, 2)), 0, 0.98)
        high = np.clip(low + size * rng.uniform(0.85, 1.15, (objects, 2)), 0, 1)
        corners.append(np.hstack([low, np.maximum(high, low + 0.005)]))
    n = MODELS * objects
    return Boxes(
        np.concatenate(corners),
        rng.uniform(0.05, 1, n),
        np.repeat(np.arange(MODELS), objects),
        rng.integers(0, classes, n),
        np.ones((classes, MODELS)),
    )


def _ours(given: Boxes) -> None:
    WeightedBoxes().fuse(given)


def _interpreted(given: Boxes) -> None:
    clusters.interpreted(given.corners, given.score, given.model, given.group, given.weights, 0.55, True)  # noqa: FBT003  (as numba's)


def _peer(given: Boxes) -> None:
    own = [given.model == model for model in range(MODELS)]
    lists = [[column[mask] for mask in own] for column in (given.corners, given.score, given.group)]
    ensemble_boxes.weighted_boxes_fusion(*lists, iou_thr=0.55)


if __name__ == "__main__":
    for row in fusion():
        print(row.markdown())
