"""The one sum behind windows, levels and normalisation, without a copy on the way."""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]


def scale_into(out: Values, values: Values, low: float, width: float) -> None:
    """Write (values - low) / width into ``out``, which has the shape of the values."""
    np.subtract(values, low, out=out)
    np.divide(out, width, out=out)
