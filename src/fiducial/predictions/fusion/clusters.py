"""Which boxes are one: each joins the cluster that it overlaps most, strongest first, or begins its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from fiducial.predictions.fusion.boxes import Boxes

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Found: TypeAlias = tuple[Ints, Ints, Floats, Floats]
Clusterer: TypeAlias = Callable[[Floats, Floats, Ints, Ints, Floats, float, bool], Found]


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """``k`` clusters, group by group, in the order of their first boxes.

    ``member``: (n,) the cluster of each box, -1 of one that does not count. ``first``: (k,) each cluster's strongest
    box. ``corners``: (k, 2 d) means weighted by mass. ``said``: (k, models) mass of each model's best box in it, or 0.
    """

    member: Ints
    first: Ints
    corners: Floats
    said: Floats

    @property
    def models(self) -> Ints:
        """How many models stand behind each cluster, (k,)."""
        return row_sums(self.said > 0).astype(np.int64)


def row_sums(table: NDArray[Any]) -> Floats:
    """The sum of each row; where rows are short a product is several times faster than ``sum``."""
    return np.asarray(table @ np.ones(table.shape[1]), dtype=np.float64)


def cluster(boxes: Boxes, overlap: float, *, moving: bool) -> Clusters:
    """Cluster every group on its own.

    A box joins where its intersection over union is greatest and above ``overlap``: with the weighted mean of the
    cluster so far where it is ``moving`` (Solovyev, Wang and Gabruseva 2021, Image and Vision Computing 107:104117,
    doi:10.1016/j.imavis.2021.104117), or else with the cluster's first box.
    """
    told = (boxes.corners, boxes.score, boxes.model, boxes.group, boxes.weights)
    return Clusters(*_clusterer()(*told, overlap, moving))


@cache
def _clusterer() -> Clusterer:
    """Compiled where numba is installed (fiducial[fast]): the same clusters, some ten times faster."""
    if find_spec("numba") is None:
        return interpreted
    return cast("Clusterer", import_module("fiducial.predictions.fusion.compiled").compiled)


def interpreted(  # noqa: PLR0913, PLR0917  (arrays, as numba needs them)
    corners: Floats,
    score: Floats,
    model: Ints,
    group: Ints,
    weights: Floats,
    overlap: float,
    moving: bool,  # noqa: FBT001  (numba knows no keywords)
) -> Found:
    """Cluster with numpy, one box at a time against all clusters of its group at once."""
    boxes = Boxes(corners, score, model, group, weights)
    order = boxes.strongest_first
    mass = boxes.mass
    member = np.full(score.size, -1, dtype=np.int64)
    first: list[int] = []
    starts = np.flatnonzero(np.diff(group[order], prepend=-1, append=weights.shape[0]))
    for start, stop in pairwise(starts.tolist()):
        rows = order[start:stop]
        own, begun = _one_group(corners[rows], mass[rows], overlap, moving=moving)
        member[rows] = own + len(first)
        first += rows[begun].tolist()
    return member, np.array(first, dtype=np.int64), *_summed(boxes, order, member[order], len(first))


def _summed(boxes: Boxes, order: Ints, member: Ints, count: int) -> tuple[Floats, Floats]:
    mass, models = boxes.mass[order], boxes.weights.shape[1]
    edges = [np.bincount(member, mass * edge, count) for edge in boxes.corners[order].T]
    said = np.zeros(count * models)
    np.maximum.at(said, member * models + boxes.model[order], mass)
    total = np.bincount(member, mass, count)
    return np.stack(edges, axis=1) / total[:, None], said.reshape(count, models)


def _one_group(corners: Floats, mass: Floats, overlap: float, *, moving: bool) -> tuple[Ints, list[int]]:
    """The cluster of each box, and the box that each cluster began with; strongest first."""
    n, width = corners.shape
    axes = width // 2
    # With lows negated, the edges of an intersection are one minimum: of -low, and of high.
    edges = np.hstack([-corners[:, :axes], corners[:, axes:]])
    sizes = (edges[:, :axes] + edges[:, axes:]).prod(axis=1).tolist()
    kept, volume = np.empty((width, n)), np.empty(n)
    weight: list[float] = []
    total: list[list[float]] = []
    member: list[int] = []
    begun: list[int] = []
    columns, count = edges[:, :, None], 0
    for row, (edge, size, heavy) in enumerate(zip(edges.tolist(), sizes, mass.tolist(), strict=True)):
        if count:
            meet = np.minimum(kept[:, :count], columns[row])
            sides = np.maximum(meet[:axes] + meet[axes:], 0.0)
            shared = sides[0] * sides[1] if axes == 2 else sides.prod(axis=0)
            # IoU grows with what is shared over the sum of both sizes, which is cheaper to compare.
            best = int((shared / (volume[:count] + size)).argmax())
            if shared[best] > overlap * (volume[best] + size - shared[best]):
                member.append(best)
                if moving:
                    weight[best] += heavy
                    total[best] = [so_far + heavy * one for so_far, one in zip(total[best], edge, strict=True)]
                    mean = [one / weight[best] for one in total[best]]
                    kept[:, best], volume[best] = mean, _size(mean)
                continue
        member.append(count)
        begun.append(row)
        kept[:, count], volume[count] = edges[row], size
        weight.append(heavy)
        total.append([heavy * one for one in edge])
        count += 1
    return np.array(member, dtype=np.int64), begun


def _size(edge: list[float]) -> float:
    axes, size = len(edge) // 2, 1.0
    for axis in range(axes):  # several times faster than an array of four numbers
        size *= edge[axis] + edge[axes + axis]
    return size
