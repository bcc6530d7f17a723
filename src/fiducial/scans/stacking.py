"""Slices in order of place, and the affine they share: gaps, copies and slants are found here, by position alone."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput
from fiducial.scans.slices import Slice, Vector
from fiducial.scans.volume import Affine

SAME_PLACE = 0.01  # mm
_GAP = 1.5  # of the usual distance: here a slice is missing
_JITTER = 0.1  # of the usual distance: more than that is no even grid
_ROUNDING = 0.01  # of the usual distance: below that, positions were merely rounded
_TURNED = 1e-3  # direction cosines that differ by this are two orientations
_STRETCHED = 1e-3  # relative


def in_order(slices: Sequence[Slice]) -> list[Slice]:
    """Sorted by position along the normal, never by InstanceNumber; to the head where slices are axial.

    Raises:
        UnusableInput: two orientations, sizes or spacings.
    """
    first = slices[0]
    for one in slices[1:]:
        _refuse_unlike(first, one)
    normal = first.normal
    return sorted(slices, key=lambda one: (float(one.position @ normal), str(one.path), one.frame))


def together(ordered: Sequence[Slice]) -> list[list[Slice]]:
    """Runs of slices that lie at one place; most have one member."""
    runs = [[ordered[0]]]
    normal = ordered[0].normal
    for one in ordered[1:]:
        if (one.position - runs[-1][0].position) @ normal < SAME_PLACE:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def affine_of(ordered: Sequence[Slice]) -> tuple[Affine, tuple[str, ...]]:
    """(4, 4) from (slice, row, column) to LPS in mm, and what was odd; the step is the true way between neighbours.

    A tilted gantry therefore gives a sheared affine. A single slice steps along its normal by its thickness.

    Raises:
        UnusableInput: a slice is missing, or the slices lie unevenly.
    """
    first = ordered[0]
    if len(ordered) > 1:
        step, notes = _step(ordered)
    else:
        step, notes = _thickness(first)
    affine = np.eye(4)
    affine[:3, 0] = step
    affine[:3, 1] = first.down * first.spacing[0]
    affine[:3, 2] = first.right * first.spacing[1]
    affine[:3, 3] = first.position
    return affine, notes


def place(one: Slice) -> str:
    """The file, and the frame where there are several."""
    return f"{one.path.name} frame {one.frame + 1}" if "NumberOfFrames" in one.header else one.path.name


def both(first: Slice, other: Slice) -> tuple[str, str]:
    """The places of two, with their folders where the files bear one name."""
    if first.path.name != other.path.name or first.path == other.path:
        return place(first), place(other)
    one, two = (f"{each.path.parent.name}/{place(each)}" for each in (first, other))
    return one, two


def _refuse_unlike(first: Slice, other: Slice) -> None:
    one, two = both(first, other)
    turned = max(np.abs(first.right - other.right).max(), np.abs(first.down - other.down).max())
    if turned > _TURNED:
        raise UnusableInput(
            f"{one} and {two} lie in two orientations "
            f"({_cosines(first)} and {_cosines(other)}); put each orientation in a folder of its own"
        )
    if first.shape != other.shape:
        raise UnusableInput(
            f"{one} has {first.shape[0]} x {first.shape[1]} pixels and {two} has "
            f"{other.shape[0]} x {other.shape[1]}; put each size in a folder of its own"
        )
    if not np.allclose(first.spacing, other.spacing, rtol=_STRETCHED):
        raise UnusableInput(
            f"{one} has pixels of {_mm(first)} mm and {two} of {_mm(other)} mm; "
            "put each reconstruction in a folder of its own"
        )


def _step(ordered: Sequence[Slice]) -> tuple[Vector, tuple[str, ...]]:
    positions = np.array([one.position for one in ordered])
    steps = np.diff(positions, axis=0)
    gaps = steps @ ordered[0].normal
    usual = float(np.sort(gaps)[(len(gaps) - 1) // 2])
    _refuse_missing(ordered, gaps, usual)
    worst = int(np.argmax(np.abs(gaps - usual)))
    jitter = abs(gaps[worst] - usual) / usual
    grid = positions[0] + np.outer(np.arange(len(ordered)), (positions[-1] - positions[0]) / (len(ordered) - 1))
    off = np.linalg.norm(positions - grid, axis=1)
    if jitter > _JITTER:
        raise UnusableInput(
            f"{place(ordered[worst])} and {place(ordered[worst + 1])} lie {gaps[worst]:.2f} mm apart where "
            f"{usual:.2f} mm is usual; put each part with even spacing in a folder of its own"
        )
    if off.max() > usual / 2:
        astray = int(np.argmax(off))
        raise UnusableInput(
            f"{place(ordered[astray])} lies {off[astray]:.2f} mm off the line from the first slice to the last; "
            "export the original series again"
        )
    notes = (f"Slices lie unevenly, by up to {jitter:.0%} of {usual:.2f} mm; the mean step is used.",)
    return (positions[-1] - positions[0]) / (len(ordered) - 1), notes if jitter > _ROUNDING else ()


def _refuse_missing(ordered: Sequence[Slice], gaps: npt.NDArray[np.float64], usual: float) -> None:
    wide = np.flatnonzero(gaps > _GAP * usual)
    if not wide.size:
        return
    at = int(wide[np.argmax(gaps[wide])])
    more = f", and {wide.size - 1} more such gaps" if wide.size > 1 else ""
    raise UnusableInput(
        f"slices are missing: {place(ordered[at])} and {place(ordered[at + 1])} lie {gaps[at]:.1f} mm apart where "
        f"{usual:.1f} mm is usual{more}; copy the whole series again"
    )


def _thickness(only: Slice) -> tuple[Vector, tuple[str, ...]]:
    if only.thickness is not None:
        return only.normal * only.thickness, ()
    return only.normal, ("A single slice without SliceThickness; 1 mm is used.",)


def _cosines(one: Slice) -> str:
    return " ".join(f"{value:.3g}" for value in (*one.right, *one.down))


def _mm(one: Slice) -> str:
    return f"{one.spacing[0]:.4g} x {one.spacing[1]:.4g}"
