"""Shares in several groups whose trials come in clusters (images of one patient): counts that can be trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DENSE = 32  # codes up to this many times the rows are counted in a table; sparser ones are sorted


def numbered(cluster: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Each cluster by its rank, from 0 up, (n,), and how many clusters there are. ``cluster``: (n,), any integers."""
    if not _is_dense(cluster):
        kinds, member = np.unique(cluster, return_inverse=True)
        return member.astype(np.int64), int(kinds.size)
    ranks = np.cumsum(_present(cluster), dtype=np.int64) - 1
    return ranks[cluster], int(ranks[-1]) + 1 if ranks.size else 0


def count_clusters(cluster: NDArray[np.int64]) -> int:
    """How many clusters there are. ``cluster``: (n,), any integers."""
    return int(np.count_nonzero(_present(cluster))) if _is_dense(cluster) else int(np.unique(cluster).size)


def _is_dense(cluster: NDArray[np.int64]) -> bool:
    return cluster.size == 0 or (int(cluster.min()) >= 0 and int(cluster.max()) <= _DENSE * cluster.size)


def _present(cluster: NDArray[np.int64]) -> NDArray[np.bool_]:
    present = np.zeros(int(cluster.max(initial=-1)) + 1, dtype=bool)
    present[cluster] = True
    return present


def design_effect(terms: NDArray[np.float64], cluster: NDArray[np.int64]) -> float:
    """How many times larger clusters make the variance of a sum; at least 1. ``terms`` (mean 0), ``cluster``: (n,).

    Counts divided by it can be tested as if trials were independent. Taken over all groups at once it is that of the
    hypothesis that they are alike, and no group is too small to show its own.

    Source: Rao and Scott 1992, Biometrics 48:577-585, doi:10.2307/2532311.
    """
    member, clusters = numbered(cluster)
    apart = float(np.square(terms).sum())
    if clusters == terms.size or clusters < 2 or not apart:
        return 1.0
    together = float(np.square(np.bincount(member, terms)).sum())
    return max(1.0, clusters / (clusters - 1) * together / apart)


@dataclass(frozen=True, slots=True)
class GroupedShares:
    """One entry a group. ``effective``: the independent trials that the ``trials`` are worth."""

    successes: NDArray[np.int64]
    trials: NDArray[np.int64]
    clusters: NDArray[np.int64]
    effective: NDArray[np.float64]

    @property
    def share(self) -> NDArray[np.float64]:
        """Successes by trials."""
        return np.asarray(self.successes / self.trials, dtype=np.float64)


def grouped_shares(success: NDArray[np.bool_], group: NDArray[np.int64], cluster: NDArray[np.int64]) -> GroupedShares:
    """Count every group, and divide its trials by the design effect of its clusters.

    ``success``, ``group`` (0 to groups - 1, none empty), ``cluster`` (from 0 up): (n,).
    Tests for independent trials hold for the
    effective counts. Where a group shows one outcome only its design effect cannot be seen, and each cluster counts as
    one trial.

    Source: Rao and Scott 1992, Biometrics 48:577-585, doi:10.2307/2532311.
    """
    groups = int(group.max(initial=-1)) + 1
    width = int(cluster.max(initial=0)) + 1
    pairs, member = np.unique(group * width + cluster, return_inverse=True)
    of_pair = pairs // width
    sizes = np.bincount(member)
    hits = np.bincount(member, weights=success)
    trials, clusters = np.bincount(of_pair, sizes, groups), np.bincount(of_pair, minlength=groups)
    successes = np.bincount(of_pair, hits, groups)
    share = successes / trials
    squared = np.bincount(of_pair, (hits - share[of_pair] * sizes) ** 2, groups)
    variance = clusters / np.maximum(1, clusters - 1) * squared / trials**2
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.clip(share * (1 - share) / variance, 1.0, trials)
    effective = np.where((clusters > 1) & (variance > 0), effective, clusters)
    return GroupedShares(successes.astype(np.int64), trials.astype(np.int64), clusters, effective)
