"""The hash of decoded pixels: equal for equal images, whatever file, format, name or header they came with."""

import numpy as np
from blake3 import blake3

from fiducial.scans.scan import Array


def pixel_hash(array: Array) -> str:
    """``blake3:<hex>`` over shape, type and pixels (slices, rows, columns[, samples]) in C order, little endian."""
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    digest = blake3(f"{little.shape} {little.dtype.str}".encode())
    digest.update(little.reshape(-1).view(np.uint8).data)
    return f"blake3:{digest.hexdigest()}"
