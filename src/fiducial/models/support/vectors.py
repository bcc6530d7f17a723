"""What a picture is compared by: the model's features, where there are any, and statistics of the prepared pixels."""

import math

import numpy as np

from fiducial.models.contract import Floats
from fiducial.models.support.contract import Vector
from fiducial.scans.preparation.contract import Pixels

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
_LOOKED_AT = 1_000_000  # pixels of a large volume; percentiles need no more


def thinned(values: Floats) -> Floats:
    """(..., rows, columns): every n-th row and column, so that about a million values are left at most."""
    step = max(1, math.ceil(math.sqrt(values.size / _LOOKED_AT)))
    return values[..., ::step, ::step]


def statistics(pixels: Pixels) -> Vector:
    """Mean, standard deviation and PERCENTILES of a prepared picture, (9,), in its own values."""
    looked_at = thinned(pixels).astype(np.float64)
    spread = np.percentile(looked_at, PERCENTILES)
    return np.concatenate([[looked_at.mean(), looked_at.std()], spread])


def vector_of(pixels: Pixels, features: Floats | None) -> Vector:
    """Features (width,) and then the statistics; the statistics alone for a model without features."""
    known = statistics(pixels)
    return known if features is None else np.concatenate([features.astype(np.float64), known])
