"""For every two readers, the sum over all pairs of an ill and a healthy case of the product of their kernels."""

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

_AT_ONCE = 2_000_000  # kernels held at a time, in bytes of a cache rather than of memory


def paired_products(ill: NDArray[np.float64], healthy: NDArray[np.float64]) -> NDArray[np.float64]:
    """For all cells a, b the sum over i, j of ``k(ill[a, i], healthy[a, j]) * k(ill[b, i], healthy[b, j])``.

    ``ill``: (cells, positives), ``healthy``: (cells, negatives), NaN where a cell did not read the case; gives (cells,
    cells). The kernel is 1 where the ill case is rated higher, 1/2 at a tie, 0 otherwise or where either was not read.
    """
    cells, positives = ill.shape
    above, below = _ranked(ill, healthy)
    step = max(1, _AT_ONCE // max(1, cells * healthy.shape[1]))
    total = np.zeros((cells, cells))
    with threadpool_limits(1):  # of products this small the threads wait for each other longer than they work
        for start in range(0, positives, step):
            kernels = _twice(above[:, start : start + step, None], below[:, None, :]).reshape(cells, -1)
            total += kernels @ kernels.T
    return total / 4


def _twice(one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.float32]:
    """Twice the kernel is 0, 1 or 2: small whole numbers, whose products a float32 sums exactly."""
    twice: NDArray[np.int8] = np.greater(one, other).view(np.int8)
    twice += np.greater_equal(one, other).view(np.int8)
    return twice.astype(np.float32)


def _ranked(ill: NDArray[np.float64], healthy: NDArray[np.float64]) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Ratings as whole numbers; an ill case that was not read lies below all others, a healthy one above."""
    both = np.concatenate([ill, healthy], axis=1)
    ranks = np.empty(both.shape, dtype=np.int16 if both.shape[1] < 32_000 else np.int32)
    for cell, row in enumerate(both):
        ranks[cell] = np.unique(row, return_inverse=True)[1]
    above, below = ranks[:, : ill.shape[1]], ranks[:, ill.shape[1] :]
    above[np.isnan(ill)] = -1
    below[np.isnan(healthy)] = both.shape[1]
    return above, below
