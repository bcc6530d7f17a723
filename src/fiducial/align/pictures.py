"""A pair and its alignment as the sheet that the report draws: cuts in patient space, both at one place."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from fiducial.align.pair import Alignment
from fiducial.report.pair_sheet import Curve, GateLine, PairSheet, View, save_pair_sheet
from fiducial.scans.volume import Volume

_STEP = 1.0  # mm a pixel
_MARGIN = 10.0  # mm around the body
_TALLEST = 1200  # pixels

Axis = NDArray[np.float64]


def save_sheet(title: str, found: Alignment, moving: Volume, fixed: Volume, path: Path) -> None:
    """Write the contact sheet of a pair as a PNG.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    save_pair_sheet(pair_sheet(title, found, moving, fixed), path)


def pair_sheet(title: str, found: Alignment, moving: Volume, fixed: Volume) -> PairSheet:
    """All that the contact sheet shows."""
    measured = found.measures
    shift = np.array(found.shift if found.shift is not None else (0.0, 0.0, 0.0))
    z = round(float(shift[2]), 1)
    place = "no place was found"
    if found.shift is not None:
        place = f"moving scan moved by {z} mm along z, {found.overlap:.0f} mm overlap"
    breath = "" if found.breathing is None else f", breathing {found.breathing:.0f} mm"
    reasons = f"; {', '.join(found.reasons)}" if found.reasons else ""
    best = second = line = None
    curves: tuple[Curve, ...] = ()
    if measured is not None:
        cell = found.overlay.cell[0]
        curves = tuple(
            Curve(
                name,
                (measured.zero - one.offset * cell).astype(np.float64),
                np.where(one.overlap * cell >= 20, one.value, np.nan),
            )
            for name, one in measured.curves.items()
            if name in {measured.decides, "bone", "everything", "air"}
        )
        best = (measured.shift[0], measured.best.value)
        second = _second(measured.curves[measured.decides].value, curves[0].shift, measured.best.second)
        line = (measured.ridge.slope, measured.ridge.at) if measured.ridge.inliers else None
    return PairSheet(
        f"{title}: {found.verdict.value}{reasons}",
        found.verdict.value,
        place + breath,
        tuple(_views(found, moving, fixed, shift)),
        curves,
        best,
        second,
        None if measured is None else measured.ridge.likeness,
        line,
        tuple(GateLine(gate.name, gate.shown, gate.bound, gate.passed) for gate in found.gates),
    )


def _second(values: NDArray[np.float64], shifts: NDArray[np.float64], second: float) -> tuple[float, float] | None:
    at = np.flatnonzero(np.isclose(values, second))
    return (float(shifts[at[0]]), second) if second > -1 and at.size else None


def _overlap(found: Alignment) -> tuple[float, float] | None:
    """The z in mm, from the feet up, between which both have data: what a file pads its picture with is none."""
    if found.measures is None:
        return None
    _, first, count = found.measures.slices
    z, half = found.overlay.fixed.z, found.overlay.cell[0] / 2
    return float(z[first]) - half, float(z[first + count - 1]) + half


def _views(found: Alignment, moving: Volume, fixed: Volume, shift: NDArray[np.float64]) -> list[View]:
    laid = found.overlay
    y, x = laid.y + laid.fixed_middle[0], laid.x + laid.fixed_middle[1]
    (_, (low, high)) = (moving.extent[2], fixed.extent[2])
    moved_low, moved_high = (end + shift[2] for end in moving.extent[2])
    bottom, top = _overlap(found) or (low, high)
    down = _places(max(high, moved_high), min(low, moved_low))
    rows, columns = _places(y[0] - _MARGIN, y[-1] + _MARGIN), _places(x[0] - _MARGIN, x[-1] + _MARGIN)
    middle_y, middle_x, middle_z = float(y.mean()), float(x.mean()), (bottom + top) / 2
    band = float(np.abs(down - top).argmin()), float(np.abs(down - bottom).argmin())
    overlap = band if found.shift is not None else None
    cuts = [
        (f"axial at z {middle_z:.0f} mm", "RLAP", (columns[None, :], rows[:, None], np.full((1, 1), middle_z)), None),
        ("coronal", "RLHF", (columns[None, :], np.full((1, 1), middle_y), down[:, None]), overlap),
        ("sagittal", "APHF", (np.full((1, 1), middle_x), rows[None, :], down[:, None]), overlap),
    ]
    return [
        View(name, _cut(fixed, *place), _cut(moving, *place, shift=shift), sides, band)
        for name, sides, place, band in cuts
    ]


def _places(first: float, last: float) -> Axis:
    count = min(_TALLEST, int(abs(last - first) / _STEP) + 1)
    return np.linspace(first, last, max(2, count))


def _cut(
    volume: Volume,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    z: NDArray[np.float64],
    *,
    shift: NDArray[np.float64] | None = None,
) -> NDArray[np.float32]:
    """A plane through patient space, linear between voxels; NaN outside. A thin volume is seen from all sides."""
    x, y, z = np.broadcast_arrays(x, y, z)
    places = np.stack([x, y, z, np.ones(x.shape)])
    if shift is not None:
        places[:3] -= shift[:, None, None]
    at = np.tensordot(np.linalg.inv(volume.affine)[:3], places, axes=1)
    for axis, length in enumerate(volume.array.shape):
        if length == 1:
            at[axis] = 0.0
    outside = np.logical_or.reduce(
        [(row < -0.5) | (row > length - 0.5) for row, length in zip(at, volume.array.shape, strict=True)]
    )
    found = ndimage.map_coordinates(volume.array, at, output=np.float32, order=1, mode="nearest")
    found[outside] = np.nan
    plane: NDArray[np.float32] = found
    return plane
