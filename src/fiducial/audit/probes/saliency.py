"""Numbers from saliency maps: the share that lies inside a region, and how far the map depends on the weights."""

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import rankdata

from fiducial.models.contract import Floats
from fiducial.scans.areas import Mask

_STEP = 4  # every fourth pixel: maps are smooth


def energies(heat: Floats, places: Mapping[str, Mask]) -> Iterator[tuple[str, float, float]]:
    """(region, energy, area) of each place: its share of what speaks for the finding, and of the image.

    ``heat``: (slices, rows, columns). Nothing is given where nothing speaks for the finding.

    Source: Wang et al. 2020, Score-CAM, CVPR Workshops, 24-25 (energy-based pointing game).
    """
    positive = np.clip(heat, 0, None)
    total = float(positive.sum(dtype=np.float64))
    if total <= 0:
        return
    for name, mask in places.items():
        share = float(positive[mask].sum(dtype=np.float64)) / total
        yield name, min(1.0, share), float(mask.mean())


def similarity(heat: Floats, other: Floats) -> float | None:
    """The rank correlation of two maps (slices, rows, columns), 0-1; None where one of them is flat.

    Its absolute value: a map and its negative mark the same places.
    """
    own, theirs = (rankdata(one[:, ::_STEP, ::_STEP].ravel()) for one in (heat, other))
    if own.std() == 0 or theirs.std() == 0:
        return None
    return float(abs(np.corrcoef(own, theirs)[0, 1]))
