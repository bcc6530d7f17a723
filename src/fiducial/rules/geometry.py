"""Where a box lies: its share of the image, its side and third, and how much of it lies in something else."""

from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fiducial.rules.facts import Box, Marked

Edges = list[tuple[float, float]]  # of each axis: x, y and, in a volume, z


def box_field(box: Box, name: str) -> tuple[float | str | None, str | None]:  # noqa: PLR0911  (one a field)
    """The value of ``score``, ``area``, ``width``, ``height``, ``side`` or ``location``; or None, and why."""
    if name == "score":
        return box.score, None if box.score is not None else "the box has no score"
    wide, high = box.columns, box.rows
    if (wide is None and name not in {"height", "location"}) or (high is None and name not in {"width", "side"}):
        return None, "nobody says how large the image of the box is"
    across, down = (box.x1 - box.x0) / (wide or 1), (box.y1 - box.y0) / (high or 1)
    match name:
        case "width":
            return across, None
        case "height":
            return down, None
        case "side":
            return ("right" if box.x0 + box.x1 < (wide or 1) else "left"), None
        case "location":
            third = 3 * (box.y0 + box.y1) / (2 * (high or 1))
            return ("upper" if third < 1 else "mid" if third < 2 else "lower"), None
    area = (box.x1 - box.x0) * (box.y1 - box.y0) / ((wide or 1) * (high or 1))
    if box.z0 is None or box.z1 is None:
        return area, None
    if box.slices is None:
        return None, "nobody says how many slices the volume of the box has"
    return area * (box.z1 - box.z0) / box.slices, None


def share(how: Literal["inside", "overlaps"], box: Box, other: Marked) -> tuple[float | None, str | None]:
    """``inside``: the share of the box that lies in the other; ``overlaps``: the shared part over the smaller one."""
    if other.area is None:
        return None, other.reason
    if isinstance(other.area, Box):
        wrong = _other_image(box, (other.area.rows, other.area.columns))
        shared, size = (0.0, inf) if wrong else _with_box(box, other.area)
    else:
        wrong = _other_image(box, other.area.shape[-2:]) or _other_depth(box, other.area)
        shared, size = (0.0, inf) if wrong else _with_mask(box, other.area)
    if wrong:
        return None, wrong
    own = _size(_edges(box, deep=box.z0 is not None))
    smaller = own if how == "inside" else min(own, size)
    return (shared / smaller if smaller > 0 else 0.0), None


def _edges(box: Box, *, deep: bool) -> Edges:
    edges = [(box.x0, box.x1), (box.y0, box.y1)]
    return [*edges, (box.z0 or 0.0, box.z1 or 0.0)] if deep else edges


def _size(edges: Edges) -> float:
    size = 1.0
    for low, high in edges:
        size *= max(high - low, 0.0)
    return size


def _with_box(box: Box, other: Box) -> tuple[float, float]:
    deep = box.z0 is not None and other.z0 is not None
    mine, its = _edges(box, deep=deep), _edges(other, deep=deep)
    shared = _size([(max(a, c), min(b, d)) for (a, b), (c, d) in zip(mine, its, strict=True)])
    depth = 1.0 if deep or box.z0 is None else (box.z1 or 0.0) - box.z0
    return shared * depth, _size(its) * depth


def _with_mask(box: Box, mask: NDArray[np.bool_]) -> tuple[float, float]:
    deep = mask.ndim == 3
    weights = [_covered(low, high, length) for (low, high), length in zip(
        _edges(box, deep=deep), mask.shape[::-1], strict=True
    )]  # fmt: skip
    shared = mask.astype(np.float64) @ weights[0]
    for weight in weights[1:]:
        shared = shared @ weight
    depth = 1.0 if deep or box.z0 is None else (box.z1 or 0.0) - box.z0
    return float(shared) * depth, float(mask.sum()) * depth


def _covered(low: float, high: float, length: int) -> NDArray[np.float64]:
    """Of each pixel along an axis, the part that lies between low and high."""
    starts = np.arange(length)
    return np.asarray(np.clip(np.minimum(starts + 1, high) - np.maximum(starts, low), 0.0, 1.0), dtype=np.float64)


def _other_image(box: Box, size: tuple[int | None, ...]) -> str | None:
    for mine, its, what in ((box.rows, size[0], "rows"), (box.columns, size[1], "columns")):
        if mine is not None and its is not None and mine != its:
            return f"the box is counted in {mine} {what}, the other region in {its}"
    return None


def _other_depth(box: Box, mask: NDArray[np.bool_]) -> str | None:
    if mask.ndim == 3 and box.z0 is None:
        return "the mask is one of a volume, the box has no depth"
    return None
