"""Whether a study is of the kind that a bundle takes: header and pixels against ``[support.inputs]``."""

import math
from collections.abc import Iterator

import numpy as np

from fiducial.models.manifest import Inputs, Range
from fiducial.models.support.vectors import thinned
from fiducial.scans.physical import physical
from fiducial.scans.scan import Scan

_HEADERS = {  # key of [support.inputs] -> DICOM keyword
    "modality": "Modality",
    "body_part": "BodyPartExamined",
    "view": "ViewPosition",
    "photometric": "PhotometricInterpretation",
}
_TAILS = (0.5, 99.5)  # percent; a few dead or hot pixels are no reason to refuse a study


def outside(inputs: Inputs, scan: Scan) -> str | None:
    """What was found and what the bundle takes, for everything that does not fit; None where all does.

    Raises:
        UnusableInput: a pixel is NaN or infinite.
    """
    return "; ".join([*_words(inputs, scan), *_ranges(inputs, scan)]) or None


def _words(inputs: Inputs, scan: Scan) -> Iterator[str]:
    for key, keyword in _HEADERS.items():
        taken: tuple[str, ...] = getattr(inputs, key)
        found = scan.header.get(keyword, "").strip()
        known = found.upper() in {one.upper() for one in taken}
        if taken and not known and (found or inputs.unknown == "outside"):
            yield f"{keyword} is {found or 'not given'}; the bundle takes {' or '.join(taken)}"


def _ranges(inputs: Inputs, scan: Scan) -> Iterator[str]:
    slices, rows, columns = scan.array.shape[:3]
    z, y, x = scan.spacing or (math.nan, math.nan, math.nan)
    lengths: tuple[tuple[str, Range | None, tuple[float, ...], str], ...] = (
        ("the pixel spacing", inputs.spacing, (y, x), " mm"),
        ("the slice spacing", inputs.slice_spacing, (z,), " mm"),
    )
    for what, taken, found, unit in lengths:
        if taken is None:
            continue
        if math.isnan(found[0]):
            if inputs.unknown == "outside":
                yield f"{what} is not given; the bundle takes {_told(taken)}{unit}"
        elif not _within(found, taken):
            yield f"{what} is {_listed(found)}{unit}; the bundle takes {_told(taken)}{unit}"
    for what, taken, count in (
        ("rows", inputs.rows, rows),
        ("columns", inputs.columns, columns),
        ("slices", inputs.slices, slices),
    ):
        if taken is not None and not _within((count,), taken):
            yield f"has {count} {what}; the bundle takes {_told(taken)}"
    if inputs.values is not None:
        tails = tuple(np.percentile(thinned(physical(scan)), _TAILS).tolist())
        if not _within(tails, inputs.values):
            yield f"its values go from {tails[0]:.4g} to {tails[1]:.4g}; the bundle takes {_told(inputs.values)}"


def _within(found: tuple[float, ...], taken: Range) -> bool:
    slack = 1e-6 * max(1.0, abs(taken[0]), abs(taken[1]))  # a spacing of 0.7 may be stored as 0.69999999
    return all(taken[0] - slack <= one <= taken[1] + slack for one in found)


def _told(taken: Range) -> str:
    return f"{taken[0]:g} to {taken[1]:g}"


def _listed(found: tuple[float, ...]) -> str:
    return " x ".join(dict.fromkeys(f"{one:.3g}" for one in found))
