"""Two outcomes of the same trials: did more turn one way than the other? By patient where patients repeat."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fiducial.stats.clusters import count_clusters, numbered

EXACT_UP_TO = 50  # patients who turned; beyond, the normal law serves


@dataclass(frozen=True, slots=True)
class Turned:
    """How the same trials turned out twice. ``lost``: right before and wrong after; ``gained``: the other way round.

    ``p``: two-sided, of the hypothesis that both are as likely. ``method``: in words, for a table.
    """

    lost: int
    gained: int
    p: float
    method: str


def mcnemar(before: NDArray[np.bool_], after: NDArray[np.bool_], cluster: NDArray[np.int64]) -> Turned:
    """McNemar's test of two outcomes of the same trials, which may come in clusters. All arrays: (n,).

    Exact where at most 50 clusters turned: the sign of each cluster's net change is as likely to be the other one;
    with one trial a cluster this is the binomial test. Beyond: Obuchowski's statistic, McNemar's own with one trial a
    cluster but for the factor (clusters - 1) / clusters. Nothing turned: p = 1.

    Sources: McNemar 1947, Psychometrika 12:153-157, doi:10.1007/BF02295996; Obuchowski 1998, Stat Med 17:1495-1507,
    doi:10.1002/(SICI)1097-0258(19980715)17:13<1495::AID-SIM863>3.0.CO;2-I, as Yang, Sun and Hardin 2010 write it,
    Biom J 52:638-652, doi:10.1002/bimj.201000035.

    Raises:
        ValueError: no trial.
    """
    if not before.size:
        raise ValueError("need at least one trial; got none")
    lost, gained = int(np.sum(before & ~after)), int(np.sum(~before & after))
    member, clusters = numbered(cluster)
    net = np.bincount(member, after.astype(np.int64) - before.astype(np.int64)).astype(np.int64)
    turned = net[net != 0]
    by_patient = clusters < before.size
    if turned.size <= EXACT_UP_TO:
        return Turned(lost, gained, _exact(turned), f"exact McNemar{', signs of patients' if by_patient else ''}")
    statistic = clustered_statistic(before, after, cluster)
    p = float(2 * stats.norm.sf(abs(statistic)))
    return Turned(lost, gained, p, f"McNemar{', by patient (Obuchowski)' if by_patient else ''}")


def clustered_statistic(before: NDArray[np.bool_], after: NDArray[np.bool_], cluster: NDArray[np.int64]) -> float:
    """Obuchowski's statistic as a normal deviate, positive where more was gained; 0 where nothing turned.

    Arrays: (n,). Its square is (K - 1) / K times the squared sum of the K clusters' net changes by the sum of their
    squares.
    """
    member, clusters = numbered(cluster)
    net = np.bincount(member, after.astype(np.int64) - before.astype(np.int64))
    spread = sqrt(float(np.square(net).sum()))
    return sqrt((clusters - 1) / clusters) * float(net.sum()) / spread if spread else 0.0


def turned_patients(before: NDArray[np.bool_], after: NDArray[np.bool_], cluster: NDArray[np.int64]) -> int:
    """How many clusters hold a trial that turned. Arrays: (n,)."""
    return count_clusters(cluster[before != after])


def _exact(net: NDArray[np.int64]) -> float:
    """Two-sided p of a sum of fixed sizes whose signs are tossed: its whole distribution, by convolution."""
    sizes = np.abs(net)
    chance = np.ones(1)
    for size in sizes.tolist():
        step = np.zeros(2 * size + 1)
        step[[0, -1]] = 0.5
        chance = np.convolve(chance, step)
    reach = int(sizes.sum())
    far = np.abs(np.arange(-reach, reach + 1)) >= abs(int(net.sum()))
    return min(1.0, float(chance[far].sum()))
