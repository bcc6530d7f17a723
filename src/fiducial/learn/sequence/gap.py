"""The gap between slices and volumes: how well slices are ranked, volumes by their greatest slice, and by a head."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fiducial.learn.sequence.stacked import Stacked
from fiducial.learn.training.scoring import Floats
from fiducial.stats.clusters import count_clusters
from fiducial.stats.intervals import Interval
from fiducial.stats.resampling import Weights, expanded, patient_bootstrap, weighted_auroc

RESAMPLES = 1000
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Difference:
    """One AUROC less another, and the percentile interval of a bootstrap of patients who are in both."""

    value: float
    interval: Interval | None  # None where a class is absent too often among resampled patients

    def document(self) -> dict[str, float | None]:
        """As learned.json keeps it."""
        low, high = (None, None) if self.interval is None else (self.interval.low, self.interval.high)
        return {
            "value": round(self.value, _DIGITS),
            "low": None if low is None else round(low, _DIGITS),
            "high": None if high is None else round(high, _DIGITS),
        }

    def __str__(self) -> str:
        """For people."""
        if self.interval is None:
            return f"{self.value:+.3f} (too few patients for an interval)"
        return f"{self.value:+.3f} ({self.interval.low:+.3f} to {self.interval.high:+.3f})"


@dataclass(frozen=True, slots=True)
class Gap:
    """AUROCs of one finding. ``head_less_greatest`` is what a head buys; None where there is no head."""

    finding: str
    volumes: int
    slices: float
    greatest: float
    head: float | None
    greatest_less_slices: Difference
    head_less_greatest: Difference | None

    def document(self) -> dict[str, Any]:
        """As learned.json keeps it."""
        return {
            "finding": self.finding,
            "volumes": self.volumes,
            "auroc_slices": round(self.slices, _DIGITS),
            "auroc_max": round(self.greatest, _DIGITS),
            "auroc_head": None if self.head is None else round(self.head, _DIGITS),
            "max_less_slices": self.greatest_less_slices.document(),
            "head_less_max": None if self.head_less_greatest is None else self.head_less_greatest.document(),
        }

    def __str__(self) -> str:
        """One line for people."""
        told = f"{self.finding}: AUROC of slices {self.slices:.3f}, of volumes by their greatest {self.greatest:.3f}"
        if self.head is None:
            return f"{told} ({self.greatest_less_slices})"
        return f"{told}, by the head {self.head:.3f}: {self.head_less_greatest}"


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Scored rows of one finding, all of them labelled: ``truth``, ``score``, ``patient`` (n,)."""

    truth: npt.NDArray[np.bool_]
    score: Floats
    patient: npt.NDArray[np.int64]

    @classmethod
    def of(cls, labels: npt.NDArray[np.float32], score: Floats, patient: npt.NDArray[np.int64]) -> "Ranked":
        """Those whose label is known."""
        known = ~np.isnan(labels)
        return cls(labels[known] == 1, score[known], patient[known])

    @property
    def auroc(self) -> float:
        """NaN where a class is absent."""
        return weighted_auroc(self.truth, self.score)(np.ones(self.truth.size, np.int64))


def measure_gap(
    stacked: Stacked, head: Floats | None, findings: tuple[str, ...], *, seed: int, resamples: int = RESAMPLES
) -> tuple[Gap, ...]:
    """One a finding that both classes of volumes have. ``head``: its logits (volumes, findings), if there is one."""
    return tuple(_gaps(stacked, head, findings, seed, resamples))


def difference(one: Ranked, other: Ranked, rng: np.random.Generator, resamples: int = RESAMPLES) -> Difference:
    """AUROC of ``one`` less that of ``other``; rows may be of two kinds, patients are drawn for both together."""
    first, second = (weighted_auroc(some.truth, some.score) for some in (one, other))
    cut = one.truth.size

    def apart(weights: Weights) -> float:
        return first(weights[:cut]) - second(weights[cut:])

    patient = np.concatenate([one.patient, other.patient])
    try:
        asked = expanded(0.95, count_clusters(patient))
        interval = patient_bootstrap(apart, patient, rng, resamples=resamples, confidence=asked)
    except ValueError:
        interval = None
    return Difference(one.auroc - other.auroc, interval)


def _gaps(stacked: Stacked, head: Floats | None, findings: tuple[str, ...], seed: int, resamples: int) -> Iterator[Gap]:
    volumes, slices = stacked.volumes, stacked.slices
    greatest, rng = volumes.greatest(slices.logits), np.random.default_rng(seed)
    for column, finding in enumerate(findings):
        whole = Ranked.of(volumes.labels[:, column], greatest[:, column], volumes.patients)
        single = Ranked.of(slices.labels[:, column], slices.logits[:, column], volumes.patients_of_slices)
        if np.isnan(whole.auroc) or np.isnan(single.auroc):
            continue
        by_head = None if head is None else Ranked.of(volumes.labels[:, column], head[:, column], volumes.patients)
        yield Gap(
            finding, whole.truth.size, single.auroc, whole.auroc, None if by_head is None else by_head.auroc,
            difference(whole, single, rng, resamples),
            None if by_head is None else difference(by_head, whole, rng, resamples),
        )  # fmt: skip
