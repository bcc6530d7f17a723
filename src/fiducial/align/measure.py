"""What the gates are asked about: shifts of each tissue and of parts, the ridge, and what covers what."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.align.correlation import Correlation, Peak, correlate, peak
from fiducial.align.overlay import Overlay
from fiducial.align.ridge import Ridge, ridge
from fiducial.align.tissue import Tissues

_TOGETHER = "mean of tissues"  # decides where a scan is a single layer
_PARTS = 3
_NEARLY, _SLACK = 0.9, 3  # of the best correlation; slices around the place of the whole
_MARROW = 30.0  # HU above the threshold of bone from which a cell counts as bone
_SHORTEST = 20.0  # mm of overlap in which bones can still be told apart
_CLEAR = 0.5  # correlation of a place that is worth telling
_TWISTS = sorted(np.arange(-5.0, 5.5, 0.5).tolist(), key=abs)  # degrees about the long axis; the least wins a tie
_FARTHEST = 10  # cells by which the plane may still be off


@dataclass(frozen=True, slots=True)
class Measures:
    """Shifts are mm to be added to the moving scan: ``shift`` is (z, y, x), ``parts`` those of each third along z.

    ``by_tissue`` maps a tissue to its z shift. The curves are kept for the picture; ``decides``
    names the one whose peak is the place.
    """

    shift: tuple[float, float, float]
    overlap: float
    overlap_share: float
    best: Peak
    by_tissue: dict[str, float]
    outline: str  # the tissue whose shift speaks for the outline: all of it where the frame cuts the body off
    parts: tuple[float, ...]
    ridge: Ridge
    body_dice: float
    bone_dice: float
    curves: dict[str, Correlation]
    decides: str
    zero: float  # mm of shift at offset 0 of the curves
    slices: tuple[int, int, int]  # first of moving, first of fixed, how many overlap
    turn: tuple[int, int]  # cells by which the plane of the fixed was moved onto the moving's
    nearer: Peak | None  # the best place with less overlap than is asked for, where that is better


def measure(pair: Overlay, least_overlap: float) -> Measures | None:
    """Measure a pair; None where it never overlaps by ``least_overlap`` mm."""
    cell = pair.cell[0]
    least = max(1, round(least_overlap / cell))
    moving, fixed = pair.moving.tissues, pair.fixed.tissues
    fixed, turn = _laid(moving, fixed, least, pair)
    curves = {
        name: correlate(getattr(moving, name), getattr(fixed, name)) for name in ("bone", "everything", "air", "body")
    }
    peaks = {name: peak(curve, least, cell) for name, curve in curves.items()}
    decides = "bone"
    if pair.is_thin:
        decides, curves[_TOGETHER] = _TOGETHER, _together(curves)
    best = peak(curves[decides], least, cell)
    if best is None:
        return None
    zero = float(pair.fixed.z[0] - pair.moving.z[0])
    first, count = max(0, best.whole), int(curves["bone"].overlap[best.whole + len(pair.fixed.z) - 1])
    slices = first, first - best.whole, count
    a = moving.between(first, first + count)
    b = fixed.between(slices[1], slices[1] + count)
    more = _turn(a.mean(), b.mean())
    b, turn = b.moved(more), (turn[0] + more[0], turn[1] + more[1])
    down, across = pair.offset
    return Measures(
        (zero - best.offset * cell, down - turn[0] * pair.cell[1], across - turn[1] * pair.cell[2]),
        count * cell,
        count / min(len(pair.moving.z), len(pair.fixed.z)),
        best,
        {name: zero - found.offset * cell for name, found in peaks.items() if found is not None},
        "everything" if pair.is_cut else "body",
        tuple(_parts(moving, fixed, slices, zero, cell)),
        ridge(moving, fixed),
        _dice(a.body > 0.5, b.body > 0.5),
        _dice(a.bone > _MARROW, b.bone > _MARROW),
        curves,
        decides,
        zero,
        slices,
        turn,
        _nearer(curves[decides], best, cell),
    )


def _nearer(bone: Correlation, best: Peak, cell: float) -> Peak | None:
    shortest = peak(bone, max(1, round(_SHORTEST / cell)), cell)
    # Any better place counts: one vertebra further the bones fit nearly as well, and there they share enough.
    if shortest is None or shortest.value < _CLEAR or shortest.value <= best.value:
        return None
    return shortest


def _together(curves: dict[str, Correlation]) -> Correlation:
    """The mean over tissues: two single layers seldom cut the same bones."""
    tissues = [curves[name] for name in ("bone", "everything", "air")]
    return Correlation(tissues[0].offset, np.mean([one.value for one in tissues], axis=0), tissues[0].overlap)


def _parts(moving: Tissues, fixed: Tissues, slices: tuple[int, int, int], zero: float, cell: float) -> list[float]:
    """The shift of each third of the moving's overlap, found anew along the whole of the fixed.

    Vertebrae repeat: where the place that fits the whole fits a third nearly as well as its best, it stands.
    """
    first, second, count = slices
    found = []
    for number in range(_PARTS):
        start, stop = (first + count * part // _PARTS for part in (number, number + 1))
        curve = correlate(moving.bone[start:stop], fixed.bone)
        near = np.abs(curve.offset - (first - second - start)) <= _SLACK
        best = peak(curve, stop - start, cell)
        here = peak(curve.within(near), stop - start, cell)
        if best is not None and here is not None and here.value >= _NEARLY * best.value:
            best = here
        if best is not None and best.value > 0:
            found.append(zero - (best.offset + start) * cell)
    return found


def _laid(moving: Tissues, fixed: Tissues, least: int, pair: Overlay) -> tuple[Tissues, tuple[int, int]]:
    """The fixed turned and moved in its plane onto the moving, and by how many cells it was moved.

    First at the place along z that all tissue together suggests, roughly right where bones do not meet yet; then at
    the one that bones suggest, where breathing does not mislead.
    """
    turn = 0, 0
    for tissue in ("everything", "bone"):
        best = peak(correlate(getattr(moving, tissue), getattr(fixed, tissue)), least, pair.cell[0])
        if best is None:
            break
        first, start = max(0, best.whole), max(0, -best.whole)
        count = min(len(moving.body) - first, len(fixed.body) - start)
        a = moving.between(first, first + count).mean()
        if tissue == "bone" and not pair.is_thin:
            fixed = fixed.turned(_twist(a, fixed.between(start, start + count).mean()))
        more = _turn(a, fixed.between(start, start + count).mean())
        fixed, turn = fixed.moved(more), (turn[0] + more[0], turn[1] + more[1])
    return fixed, turn


def _twist(a: Tissues, b: Tissues) -> float:
    """Degrees by which the second is to be turned to look most like the first."""

    def likeness(degrees: float) -> float:
        turned = b.turned(degrees)
        return float(
            sum(correlate(getattr(a, name), getattr(turned, name)).value[0] for name in ("everything", "bone"))
        )

    return float(max(_TWISTS, key=likeness))


def _turn(a: Tissues, b: Tissues) -> tuple[int, int]:
    """How many cells along y and x the second lies off, by the correlation of both; each is one slice."""
    pictures = [(part.everything[0], part.bone[0]) for part in (a, b)]
    total: NDArray[np.float64] = np.zeros(pictures[0][0].shape)
    for one, other in zip(*pictures, strict=True):
        spectra = [np.fft.rfft2(picture - picture.mean()) for picture in (one, other)]
        product = np.fft.irfft2(spectra[0] * spectra[1].conj(), one.shape)
        total += product / max(float(np.abs(product).max()), 1e-9)
    signed = [np.fft.fftfreq(length, 1 / length).round().astype(int) for length in total.shape]
    near = [np.abs(steps) <= min(_FARTHEST, len(steps) // 2) for steps in signed]
    total[~np.logical_and.outer(*near)] = -np.inf
    row, column = np.unravel_index(int(total.argmax()), total.shape)
    return int(signed[0][row]), int(signed[1][column])


def _dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(2 * (one & other).sum() / max(1, one.sum() + other.sum()))
