"""Where the body is in any image: above air in a CT, above the darkest of three classes elsewhere."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.filters import threshold_multiotsu

from fiducial.scans.body_mask import BODY_HU
from fiducial.scans.physical import Values
from fiducial.scans.plane import grey_plane

Mask = npt.NDArray[np.bool_]  # (rows, columns)

_PIECE = 0.02  # of the image: smaller pieces are letters and dirt
_OPENED = 2  # pixels: cables are thinner than twice this
_FAINT = 0.35  # of the way from the median of air to the threshold: fingertips and skin are hardly brighter
_SAMPLED = 128  # pixels a side are enough to find the threshold; fewer than 1024, which would be averaged


def body_of(values: Values, *, hounsfield: bool) -> npt.NDArray[np.bool_]:
    """The body in each of (slices, rows, columns): every large piece, with what lies between its outlines.

    Where no ``hounsfield`` helps, the threshold is the lower of two that part the greys into air, soft parts and bone
    (Liao et al. 2001, J Inf Sci Eng 17:713-727). A bright rim that was never exposed counts as body.
    """
    return np.stack([_within(plane > BODY_HU if hounsfield else _above_air(plane)) for plane in values])


def _above_air(plane: npt.NDArray[np.float32]) -> Mask:
    step = max(1, min(plane.shape) // _SAMPLED)
    sampled = plane[::step, ::step]
    greys = grey_plane(sampled)
    if len(np.unique(greys)) < 4:
        return np.ones(plane.shape, dtype=bool)
    air = sampled[greys <= threshold_multiotsu(greys, 3)[0]]  # type: ignore[no-untyped-call]  # scikit-image has no types
    middle = np.median(air)
    above: Mask = plane > middle + np.float32(_FAINT) * (air.max() - middle)
    return above


def _within(above: Mask) -> Mask:
    labelled, count = ndimage.label(ndimage.binary_opening(above, iterations=_OPENED))
    if not count:
        return above
    sizes = np.bincount(labelled.ravel())
    sizes[0] = 0
    large = np.isin(labelled, np.flatnonzero((sizes >= _PIECE * above.size) | (sizes == sizes.max())))
    return _between(large) & _between(large.T).T | large


def _between(mask: Mask) -> Mask:
    """True from the first to the last True of every row."""
    return np.logical_or.accumulate(mask, axis=1) & np.logical_or.accumulate(mask[:, ::-1], axis=1)[:, ::-1]
