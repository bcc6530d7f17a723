"""What of a scan is body, and each kind of tissue as numbers that can be correlated on its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from fiducial.align.grid import AIR, Upright, Voxels

Mask = NDArray[np.bool_]  # (z, y, x)

_SKIN = -350.0  # HU: half of the way from air to fat, averaged over a cell
_LUNG = -500.0
_SOFT = (-150.0, 100.0)
_BONE = (320.0, 600.0)  # from what contrast seldom reaches; a screw may weigh no more than the bone that holds it
_FEWEST = 50  # cells of a slice that count as body
_TOUCHES = 0.02  # share of a side of the frame that the body covers


@dataclass(frozen=True, slots=True)
class Tissues:
    """Each is (z, y, x) float32 and 0 outside the body."""

    everything: Voxels  # HU above air
    bone: Voxels  # HU above 320, at most 280
    air: Voxels  # 1 in the lungs and in gas
    body: Voxels  # 1 inside the skin

    def between(self, first: int, last: int) -> "Tissues":
        """The slices from ``first`` to before ``last``."""
        return Tissues(*(part[first:last] for part in (self.everything, self.bone, self.air, self.body)))

    def mean(self) -> "Tissues":
        """One slice: the mean along z."""
        return Tissues(
            *(part.mean(axis=0, keepdims=True) for part in (self.everything, self.bone, self.air, self.body))
        )

    def moved(self, by: tuple[int, int]) -> "Tissues":
        """Rolled by whole cells along y and x."""
        if by == (0, 0):
            return self
        return Tissues(*(np.roll(part, by, axis=(1, 2)) for part in (self.everything, self.bone, self.air, self.body)))

    def turned(self, degrees: float) -> "Tissues":
        """Turned about the middle of the plane, linear between cells."""
        if degrees == 0:
            return self
        weights = _rotation(self.body.shape[1:], degrees)
        parts = (self.everything, self.bone, self.air, self.body)
        return Tissues(*((weights @ part.reshape(len(part), -1).T).T.reshape(part.shape) for part in parts))


def _rotation(shape: tuple[int, ...], degrees: float) -> sparse.csr_array:
    """What each cell of a turned plane takes from the four around the place that it came from."""
    rows, columns = shape
    y, x = np.mgrid[:rows, :columns] - (np.array(shape)[:, None, None] - 1) / 2
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    at = np.stack([cosine * y - sine * x + (rows - 1) / 2, sine * y + cosine * x + (columns - 1) / 2]).reshape(2, -1)
    below = np.floor(at).astype(int)
    share = at - below
    cells, sources, weights = [], [], []
    for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
        row, column = below[0] + down, below[1] + across
        inside = np.flatnonzero((row >= 0) & (row < rows) & (column >= 0) & (column < columns))
        weight = np.abs(1 - down - share[0]) * np.abs(1 - across - share[1])
        cells.append(inside)
        sources.append((row * columns + column)[inside])
        weights.append(weight[inside].astype(np.float32))
    places = np.concatenate(cells), np.concatenate(sources)
    return sparse.csr_array((np.concatenate(weights), places), (rows * columns, rows * columns))


def tissues(array: Voxels, body: Mask) -> Tissues:
    """Split (z, y, x) in HU."""
    inside = body.astype(np.float32)
    return Tissues(
        (np.clip(array, AIR, 300) - np.float32(AIR)) * inside,
        (np.clip(array, *_BONE) - np.float32(_BONE[0])) * inside,
        ((array < _LUNG) & body).astype(np.float32),
        inside,
    )


def body_mask(scan: Upright) -> Mask:
    """In each slice the largest piece that is no air, with its holes filled; the table and what lies on it is none.

    The slice is axial; of a single coronal or sagittal layer it is the layer itself.
    """
    layer = next((axis for axis in (0, 1, 2) if scan.is_thin(axis)), 0)
    stack = np.moveaxis(scan.array, layer, 0)
    within = np.zeros((3, 3, 3), dtype=bool)
    within[1] = True
    solid = _neighbours(_neighbours(stack > _SKIN, np.logical_and), np.logical_or)  # an opening: what is thin goes
    largest = _largest(solid, within)
    filled = ~_outside(~largest)
    return np.moveaxis(filled, 0, layer)


def centroid(scan: Upright, body: Mask) -> tuple[float | None, float | None]:
    """The middle of the body along y and x in mm, the median over its slices; None where the frame cuts it off."""
    counts = body.sum(axis=(1, 2))
    enough = counts > min(_FEWEST, counts.max(initial=0) // 2)
    found: list[float | None] = []
    for axis in (1, 2):
        if scan.is_thin(axis) or not enough.any() or _touches(body[enough], axis):
            found.append(None)
            continue
        profile = body[enough].sum(axis=3 - axis)
        middles = profile @ np.arange(body.shape[axis]) / counts[enough]
        found.append(scan.origin[axis] + scan.spacing[axis] * float(np.median(middles)))
    return found[0], found[1]


def _touches(body: Mask, axis: int) -> bool:
    """Whether the frame cuts the body off at either end of an axis, in more slices than not."""
    ends = [np.take(body, end, axis).mean(axis=1) > _TOUCHES for end in (0, -1)]
    return bool(np.logical_or(*ends).mean() > 0.5)


def _neighbours(mask: Mask, combine: np.ufunc) -> Mask:
    """Every cell of a slice with the eight around it; what lies outside is empty. Much faster than a structure."""
    for axis in (1, 2):
        wide = np.moveaxis(np.pad(mask, [(int(one == axis), int(one == axis)) for one in range(3)]), axis, 0)
        mask = np.moveaxis(combine(combine(wide[:-2], wide[1:-1]), wide[2:]), 0, axis)
    return mask


def _largest(solid: Mask, within: NDArray[np.bool_]) -> Mask:
    pieces, count = ndimage.label(solid, within)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    home = np.zeros(count + 1, dtype=np.intp)
    home[pieces.reshape(len(pieces), -1)] = np.arange(len(pieces))[:, None]
    per_slice = np.zeros(len(solid), dtype=pieces.dtype)
    by_size = np.argsort(sizes[1:], kind="stable") + 1
    per_slice[home[by_size]] = by_size  # the last to be written is the largest
    chosen: Mask = (pieces == per_slice[:, None, None]) & (pieces > 0)
    return chosen


def _outside(empty: Mask) -> Mask:
    """What of the empty part of each slice is connected with its edge."""
    cross = np.zeros((3, 3, 3), dtype=bool)
    cross[1, 1], cross[1, :, 1] = True, True
    pieces, count = ndimage.label(empty, cross)
    reached = np.zeros(count + 1, dtype=bool)
    for edge in (pieces[:, 0], pieces[:, -1], pieces[:, :, 0], pieces[:, :, -1]):
        reached[np.unique(edge)] = True
    reached[0] = False
    outside: Mask = reached[pieces]
    return outside
