"""The clusters of ``clusters.interpreted``, compiled by numba; imported only where numba is installed."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

MOST_CELLS = 256  # of the grid, along each of its two axes
FEW = 24  # boxes that insertion sorts as fast as anything


@njit(cache=True)
def compiled(  # noqa: PLR0913, PLR0917  (as its twin)
    corners: NDArray[np.float64],
    score: NDArray[np.float64],
    model: NDArray[np.int64],
    group: NDArray[np.int64],
    weights: NDArray[np.float64],
    overlap: float,
    moving: bool,  # noqa: FBT001  (as its twin)
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """As ``clusters.interpreted``: the cluster of each box, first boxes, weighted means, and what each model said."""
    n, width = corners.shape
    mass = np.empty(n)
    ends = np.zeros(weights.shape[0] + 1, dtype=np.int64)
    for row in range(n):
        mass[row] = score[row] * weights[group[row], model[row]]
        if mass[row] > 0:
            ends[group[row] + 1] += 1
    starts = np.cumsum(ends)
    rows, filled = np.empty(starts[-1], dtype=np.int64), starts[:-1].copy()
    for row in range(n):
        if mass[row] > 0:
            rows[filled[group[row]]] = row
            filled[group[row]] += 1
    member, first = np.full(n, -1), np.empty(n, dtype=np.int64)
    total, weight = np.zeros((n, width)), np.zeros(n)
    said = np.zeros((n, weights.shape[1]))
    room = (np.empty((n, width)), np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64))
    count = 0
    for one in range(weights.shape[0]):
        if starts[one] < starts[one + 1]:
            own = rows[starts[one] : starts[one + 1]]
            _sort(own, mass, corners, model)
            count += _one_group(own, corners, mass, overlap, moving, member, first, total, weight, count, room)
    for row in range(n):
        if member[row] >= 0:
            said[member[row], model[row]] = max(said[member[row], model[row]], mass[row])
    return member, first[:count], total[:count] / weight[:count].reshape(-1, 1), said[:count]


@njit(cache=True)
def _sort(rows, mass, corners, model):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (numba's own kinds)
    """Heaviest first, equal ones by corners and model: an insertion sort, of what is all but sorted or short."""
    if rows.size > FEW:
        rows[:] = rows[np.argsort(-mass[rows])]
    for place in range(1, rows.size):
        row = rows[place]
        before = place - 1
        while before >= 0 and _comes_first(row, rows[before], mass, corners, model):
            rows[before + 1] = rows[before]
            before -= 1
        rows[before + 1] = row


@njit(cache=True)
def _comes_first(one, other, mass, corners, model):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (as above)
    if mass[one] != mass[other]:
        return mass[one] > mass[other]
    for place in range(corners.shape[1]):
        if corners[one, place] != corners[other, place]:
            return corners[one, place] < corners[other, place]
    return model[one] < model[other]


@njit(cache=True)
def _one_group(rows, corners, mass, overlap, moving, member, first, total, weight, found, room):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0913, PLR0917  (as above)
    """Boxes that overlap more than a share have near corners, so only near cells of a grid over (x0, y0) are asked."""
    width = corners.shape[1]
    cells = min(MOST_CELLS, int(np.sqrt(rows.size)) + 1)
    kept, volume, after, cell_of = room
    origin, scale = np.empty(2), np.empty(2)
    for axis in range(2):
        lowest, highest = corners[rows[0], axis], corners[rows[0], axis]
        for row in rows:
            lowest, highest = min(lowest, corners[row, axis]), max(highest, corners[row, axis])
        origin[axis], scale[axis] = lowest, cells / max(highest - lowest, 1e-300)
    head = np.full(cells * cells, -1)
    count = 0
    for row in rows:
        size = _volume(corners, row)
        best = _best(corners, row, size, kept, volume, head, after, origin, scale, cells, overlap)
        shared = _shared(corners, row, kept, best) if best >= 0 else 0.0
        joins = best >= 0 and shared > overlap * (volume[best] + size - shared)
        if not joins:
            best = count
            first[found + best] = row
            count += 1
        member[row] = found + best
        weight[found + best] += mass[row]
        for place in range(width):
            total[found + best, place] += mass[row] * corners[row, place]
        if not joins:
            for place in range(width):
                kept[best, place] = corners[row, place]
            volume[best] = size
            _link(best, _cell(corners, row, origin, scale, cells), head, after, cell_of)
        elif moving:
            for place in range(width):
                kept[best, place] = total[found + best, place] / weight[found + best]
            volume[best] = _volume(kept, best)
            moved = _cell(kept, best, origin, scale, cells)
            if moved != cell_of[best]:
                _unlink(best, cell_of[best], head, after)
                _link(best, moved, head, after, cell_of)
    return count


@njit(cache=True, inline="always")
def _best(corners, row, size, kept, volume, head, after, origin, scale, cells, overlap):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913, PLR0917  (as above)
    axes = corners.shape[1] // 2
    wide, high = corners[row, axes] - corners[row, 0], corners[row, axes + 1] - corners[row, 1]
    near = 1.0 - overlap  # as far as a corner can lie inside the box, in widths of it; outside it is further
    far = near / overlap if overlap > 0 else np.inf
    first_x = _along(corners[row, 0] - far * wide, origin[0], scale[0], cells)
    last_x = _along(corners[row, 0] + near * wide, origin[0], scale[0], cells)
    first_y = _along(corners[row, 1] - far * high, origin[1], scale[1], cells)
    last_y = _along(corners[row, 1] + near * high, origin[1], scale[1], cells)
    best, most = -1, 0.0
    for x in range(first_x, last_x + 1):
        for y in range(first_y, last_y + 1):
            other = head[x * cells + y]
            while other >= 0:
                share = _shared(corners, row, kept, other) / (volume[other] + size)
                if share > most or (share == most and share > 0 and other < best):
                    best, most = other, share
                other = after[other]
    return best


@njit(cache=True)
def _along(value, origin, scale, cells):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (as above)
    return int(min(max((value - origin) * scale, 0.0), cells - 1.0))


@njit(cache=True)
def _cell(boxes, row, origin, scale, cells):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (as above)
    x = _along(boxes[row, 0], origin[0], scale[0], cells)
    return x * cells + _along(boxes[row, 1], origin[1], scale[1], cells)


@njit(cache=True)
def _link(one, cell, head, after, cell_of):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (as above)
    after[one], head[cell], cell_of[one] = head[cell], one, cell


@njit(cache=True)
def _unlink(one, cell, head, after):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (as above)
    if head[cell] == one:
        head[cell] = after[one]
        return
    before = head[cell]
    while after[before] != one:
        before = after[before]
    after[before] = after[one]


@njit(cache=True)
def _shared(boxes, row, others, other):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (as above)
    axes = boxes.shape[1] // 2
    shared = 1.0
    for axis in range(axes):
        side = min(boxes[row, axes + axis], others[other, axes + axis]) - max(boxes[row, axis], others[other, axis])
        if side <= 0.0:
            return 0.0
        shared *= side
    return shared


@njit(cache=True)
def _volume(boxes, row):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (as above)
    axes = boxes.shape[1] // 2
    volume = 1.0
    for axis in range(axes):
        volume *= boxes[row, axes + axis] - boxes[row, axis]
    return volume
