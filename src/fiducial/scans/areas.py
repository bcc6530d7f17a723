"""Named parts of an image that a model should not need, or should: border, corners, marker, body, outside of it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from fiducial.claims import regions
from fiducial.scans.conditions.body import body_of
from fiducial.scans.overlay import find_overlays
from fiducial.scans.physical import physical
from fiducial.scans.plane import grey_plane, middle_slice
from fiducial.scans.scan import Scan

Mask = npt.NDArray[np.bool_]  # (slices, rows, columns)

_BORDER = 0.08  # of each side: where collimation, letters and burned-in text lie
_CORNER = 0.2  # of each side


def areas_of(scan: Scan) -> Mapping[str, Mask]:
    """Every named part that this image has, (slices, rows, columns) each; parts may overlap.

    ``marker`` is all that looks like letters and markers near the border; it is missing where none were found.

    Raises:
        UnusableInput: a pixel is NaN or infinite.
    """
    body = body_of(physical(scan), hounsfield=scan.header.get("Modality") == "CT")
    found = {
        regions.BORDER: _border(scan),
        regions.CORNERS: _corners(scan),
        regions.MARKER: _marker(scan),
        regions.BODY: body,
        regions.OUTSIDE_BODY: ~body,
    }
    return {name: mask for name, mask in found.items() if mask.any()}


def _border(scan: Scan) -> Mask:
    rows, columns = scan.array.shape[1:3]
    frame = np.ones((rows, columns), dtype=bool)
    down, across = max(1, round(_BORDER * rows)), max(1, round(_BORDER * columns))
    frame[down:-down, across:-across] = False
    return _every_slice(frame, scan)


def _corners(scan: Scan) -> Mask:
    rows, columns = scan.array.shape[1:3]
    down, across = max(1, round(_CORNER * rows)), max(1, round(_CORNER * columns))
    y, x = np.arange(rows)[:, None], np.arange(columns)[None, :]
    near = ((y < down) | (y >= rows - down)) & ((x < across) | (x >= columns - across))
    return _every_slice(near, scan)


def _marker(scan: Scan) -> Mask:
    rows, columns = scan.array.shape[1:3]
    mask = np.zeros((rows, columns), dtype=bool)
    for one in find_overlays(grey_plane(middle_slice(scan))):
        top, bottom = (round(share * rows) for share in one.rows)
        left, right = (round(share * columns) for share in one.columns)
        mask[top:bottom, left:right] = True
    return _every_slice(mask, scan)


def _every_slice(plane: npt.NDArray[np.bool_], scan: Scan) -> Mask:
    return np.broadcast_to(plane, (len(scan.array), *plane.shape))
