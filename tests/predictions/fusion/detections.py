"""Detections of a few models in an image, for the tests of fusion."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from fiducial.predictions.fusion.boxes import Boxes

Detections = Sequence[Sequence[tuple[Sequence[float], float]]]  # a model: its boxes with their scores

# ensemble_boxes 1.0.9, README of the package: three models, two boxes, one, two.
THREE_MODELS: Detections = (
    [((0.1, 0.1, 0.5, 0.5), 0.9), ((0.6, 0.6, 0.9, 0.9), 0.4)],
    [((0.12, 0.1, 0.52, 0.5), 0.8)],
    [((0.1, 0.12, 0.5, 0.54), 0.7), ((0.0, 0.0, 0.2, 0.2), 0.3)],
)


def boxes_of(models: Detections, weights: Sequence[float] | None = None) -> Boxes:
    """One image, one finding; every model answered."""
    axes = len(models[0][0][0]) // 2 if models and models[0] else 2
    return Boxes(
        np.array([box for one in models for box, _ in one], dtype=np.float64).reshape(-1, 2 * axes),
        np.array([score for one in models for _, score in one], dtype=np.float64),
        np.array([number for number, one in enumerate(models) for _ in one], dtype=np.int64),
        np.zeros(sum(map(len, models)), dtype=np.int64),
        np.array([weights if weights is not None else [1.0] * len(models)], dtype=np.float64),
    )


def scattered(rng: np.random.Generator, objects: int, models: int = 3, groups: int = 1) -> Boxes:
    """Objects that every model finds a little beside their place."""
    place, size = rng.uniform(0.05, 0.85, (objects, 2)), rng.uniform(0.02, 0.12, (objects, 2))
    of_object = rng.integers(0, groups, objects)
    corners = []
    for _ in range(models):
        low = np.clip(place + rng.normal(0, 0.008, (objects, 2)), 0, 0.98)
        corners.append(np.hstack([low, np.maximum(np.clip(low + size, 0, 1), low + 0.005)]))
    return Boxes(
        np.concatenate(corners),
        rng.uniform(0.05, 1, models * objects),
        np.repeat(np.arange(models), objects),
        np.tile(of_object, models),
        np.ones((groups, models)),
    )


def volumes(rng: np.random.Generator, objects: int) -> Boxes:
    """As ``scattered``, in three axes."""
    flat = scattered(rng, objects)
    below = rng.uniform(0, 0.5, flat.score.size)
    corners = np.column_stack(
        [flat.corners[:, :2], below, flat.corners[:, 2:], below + rng.uniform(0.1, 0.4, below.size)]
    )
    return Boxes(corners, flat.score, flat.model, flat.group, flat.weights)


def shuffled(boxes: Boxes, rng: np.random.Generator) -> Boxes:
    """The same detections with their rows and their models in another order."""
    rows, models = rng.permutation(boxes.score.size), rng.permutation(boxes.weights.shape[1])
    named = np.argsort(models)
    return Boxes(
        boxes.corners[rows], boxes.score[rows], named[boxes.model[rows]], boxes.group[rows], boxes.weights[:, models]
    )


@st.composite
def detections(draw: st.DrawFn) -> Boxes:
    """A few boxes on a coarse grid, so that ties and full overlaps are common."""
    edge = st.integers(0, 6)
    models = draw(st.integers(1, 4))
    box = st.tuples(edge, edge, st.integers(1, 5), st.integers(1, 5), st.integers(0, 10), st.integers(0, models - 1))
    rows = draw(st.lists(box, max_size=14))
    corners = np.array([(x, y, x + w, y + h) for x, y, w, h, _, _ in rows], dtype=np.float64).reshape(-1, 4)
    weights = np.array([draw(st.lists(st.integers(0, 3), min_size=models, max_size=models))], dtype=np.float64)
    return Boxes(
        corners,
        np.array([row[4] / 10 for row in rows], dtype=np.float64),
        np.array([row[5] for row in rows], dtype=np.int64),
        np.zeros(len(rows), dtype=np.int64),
        weights,
    )
