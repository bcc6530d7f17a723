"""The hash of decoded pixels: equal for equal images, whatever file, format, name or header they came with."""

import hashlib

import numpy as np

from fiducial.scans.scan import Array


def pixel_hash(array: Array) -> str:
    """``sha256:<hex>`` over shape, type and pixels (slices, rows, columns[, samples]) in C order, little endian."""
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    digest = hashlib.sha256(f"{little.shape} {little.dtype.str}".encode())
    digest.update(little.reshape(-1).view(np.uint8).data)
    return f"sha256:{digest.hexdigest()}"
