"""All studies' scores of one reading: means and right choices, with intervals that draw patients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.metric.plan import TRUE, Condition, Reading
from fiducial.audit.metric.trials import Scores
from fiducial.claims.evidence import Figure
from fiducial.stats.clusters import count_clusters
from fiducial.stats.intervals import Interval, wilson_clustered
from fiducial.stats.resampling import resampled_sums

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Doubt:
    """How intervals are made. ``trusted``: patients are known and more than one, so that there can be any."""

    trusted: bool
    seed: int
    resamples: int
    confidence: float

    @property
    def tails(self) -> tuple[float, float]:
        """The quantiles between which an interval lies."""
        return (1 - self.confidence) / 2, (1 + self.confidence) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """``scores``: per condition (n, draws), one row a slice, NaN where not compared; ``patient``: (n,)."""

    scores: dict[Condition, Floats]
    patient: NDArray[np.int64]
    higher_is_better: bool
    unit: str
    doubt: Doubt

    @property
    def patients(self) -> int:
        """How many."""
        return count_clusters(self.patient)

    def __contains__(self, condition: Condition) -> bool:
        """Whether any slice was scored so."""
        return condition in self.scores and not np.isnan(self.scores[condition]).all()

    def means(self, conditions: list[Condition], *, minus_true: bool = False) -> list[Figure]:
        """The mean score in each condition, or by how much it differs from the true one on the same slices."""
        columns = np.column_stack([_by_slice(self.scores[one]) for one in conditions])
        if minus_true:
            columns = columns - _by_slice(self.scores[TRUE])[:, np.newaxis]
        name = "change" if minus_true else "score"
        found = ratio_of_sums(np.nan_to_num(columns), (~np.isnan(columns)).astype(np.float64), self.patient, self.doubt)
        counts = (~np.isnan(columns)).sum(axis=0)
        return [
            Figure(name, value, interval, int(n), self.unit, condition=told(condition))
            for condition, (value, interval), n in zip(conditions, found, counts, strict=True)
        ]

    def peak(self, conditions: list[Condition]) -> Figure:
        """By how many mm the target must be moved for the best mean score; 0 belongs to the distances tried."""
        distances = np.array([0.0, *(one.mm for one in conditions)])
        true = _by_slice(self.scores[TRUE])[:, np.newaxis]
        changes = np.column_stack([np.zeros(true.size), *(_by_slice(self.scores[one]) for one in conditions)])
        changes[:, 1:] -= true
        if not self.higher_is_better:
            changes = -changes
        top, bottom = np.nan_to_num(changes), (~np.isnan(changes)).astype(np.float64)
        best = float(distances[np.argmax(top.sum(axis=0) / bottom.sum(axis=0))])
        interval = None
        if self.doubt.trusted:
            drawn = _resampled_ratios(top, bottom, self.patient, self.doubt)
            ends = np.quantile(distances[np.nanargmax(drawn, axis=1)], self.doubt.tails, method="nearest")
            interval = Interval(float(ends[0]), float(ends[1]))
        return Figure("peak", best, interval, self.patients, "mm", condition=conditions[0].kind)

    def right(self, condition: Condition, name: str = "right_choices") -> Figure:
        """In what share of choices the true pair scores better than the alternative; a tie is no choice."""
        return self._chosen(condition, name, of_true=True)

    def wrong(self, condition: Condition) -> Figure:
        """In what share of choices the alternative scores better."""
        return self._chosen(condition, "wrong_choices", of_true=False)

    def _chosen(self, condition: Condition, name: str, *, of_true: bool) -> Figure:
        true, other = _by_slice(self.scores[TRUE])[:, np.newaxis], self.scores[condition]
        better = true > other if self.higher_is_better == of_true else true < other
        made = ~np.isnan(other)
        cluster = np.broadcast_to(self.patient[:, np.newaxis], other.shape)[made]
        interval = wilson_clustered(better[made], cluster, self.doubt.confidence) if self.doubt.trusted else None
        return Figure(name, float(better[made].mean()), interval, int(made.sum()), condition=told(condition))


def observe(scores: list[Scores], number: int, reading: Reading, patient: NDArray[np.int64], doubt: Doubt) -> Observed:
    """Gather the reading of that number. ``patient``: (studies,)."""
    heights = [study[number, TRUE].shape[0] for study in scores]
    kinds = dict.fromkeys(condition for study in scores for of, condition in study if of == number)
    gathered = {}
    for condition in kinds:
        parts = [study.get((number, condition)) for study in scores]
        width = max(part.shape[1] for part in parts if part is not None)
        gathered[condition] = np.concatenate(
            [_padded(part, height, width) for part, height in zip(parts, heights, strict=True)]
        )
    likeness = reading.likeness
    return Observed(gathered, np.repeat(patient, heights), likeness.higher_is_better, likeness.unit, doubt)


def ratio_of_sums(
    top: Floats, bottom: Floats, patient: NDArray[np.int64], doubt: Doubt
) -> list[tuple[float, Interval | None]]:
    """Per column the ratio of two sums over rows, with the percentile interval of the patient bootstrap.

    ``top``, ``bottom``: (n, k). All columns share their draws. Source: as :func:`patient_bootstrap`.
    """
    values = top.sum(axis=0) / bottom.sum(axis=0)
    if not doubt.trusted:
        return [(float(value), None) for value in values]
    low, high = np.nanquantile(_resampled_ratios(top, bottom, patient, doubt), doubt.tails, axis=0)
    return [(float(value), Interval(float(a), float(b))) for value, a, b in zip(values, low, high, strict=True)]


def _resampled_ratios(top: Floats, bottom: Floats, patient: NDArray[np.int64], doubt: Doubt) -> Floats:
    k = top.shape[1]
    rng = np.random.default_rng(doubt.seed)
    sums = resampled_sums(np.hstack([top, bottom]), patient, rng, doubt.resamples)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: Floats = sums[:, :k] / sums[:, k:]
    return ratios


def told(condition: Condition) -> str:
    """``air``, ``along z +6 mm``."""
    return f"{condition.kind} {condition.mm:+g} mm" if condition.mm else condition.kind


def _by_slice(scores: Floats) -> Floats:
    counts = (~np.isnan(scores)).sum(axis=1)
    return np.where(counts > 0, np.nansum(scores, axis=1) / np.maximum(counts, 1), np.nan)


def _padded(part: Floats | None, height: int, width: int) -> Floats:
    made = np.full((height, width), np.nan)
    if part is not None:
        made[:, : part.shape[1]] = part
    return made
