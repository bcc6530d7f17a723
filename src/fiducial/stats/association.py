"""How well one column predicts a yes/no label: cross-validated AUROC, a patient never on both sides.

Everything works on counts of (fold, code, label), so that 100,000 rows cost milliseconds a column.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from fiducial.stats.clusters import numbered
from fiducial.stats.intervals import Interval
from fiducial.stats.roc import newcombe_auroc_interval

_BINS = 32
_FOLDS = 5
_NOTHING = 1e-9  # a spread below this is rounding
_PRIOR_ROWS = 1.0  # how many rows at the overall rate every code starts with


@dataclass(frozen=True, slots=True)
class Association:
    """How well a column alone tells who bears a label; 0.5 is not at all."""

    auroc: float
    standard_error: float  # patients are the independent unit
    n: int  # rows
    patients: int
    bearers: int  # patients with a row that bears the label
    others: int  # patients with a row that does not
    error_by_chance: float  # the standard error, were the column dealt to the patients by lot

    @property
    def interval(self) -> Interval:
        """The 95% interval."""
        return self.interval_at(0.95)

    def interval_at(self, confidence: float) -> Interval:
        """Student's t on the logit scale; the degrees of freedom are the patients of the rarer class less one.

        Where nothing varies (AUROC 0 or 1, or every score tied) it is Newcombe's interval for that many patients, so
        that perfection on ten patients does not read as certainty. It never leaves out 0.5 where a column that means
        nothing would come as far: of 20 patients who bear a rare label none may have a rare word, and what does not
        vary among them looks certain.
        """
        if not 0 < self.auroc < 1 or self.standard_error < _NOTHING:
            return newcombe_auroc_interval(self.auroc, self.bearers, self.others, confidence)
        quantile = float(stdtrit(min(self.bearers, self.others) - 1, (1 + confidence) / 2))
        centre = log(self.auroc / (1 - self.auroc))
        reach = quantile * self.standard_error / (self.auroc * (1 - self.auroc))
        low, high = _expit(centre - reach), _expit(centre + reach)
        if abs(self.auroc - 0.5) <= quantile * self.error_by_chance:
            return Interval(min(low, 0.5), max(high, 0.5))
        return Interval(low, high)


@dataclass(frozen=True, slots=True)
class Folds:
    """Which fold every row is left out in. ``label``, ``patient`` (0 to ``patients - 1``), ``fold``: (n,)."""

    label: NDArray[np.bool_]
    patient: NDArray[np.int64]
    fold: NDArray[np.int64]
    patients: int
    bearers: int
    others: int
    count: int


def draw_folds(
    label: NDArray[np.bool_], patient: NDArray[np.int64], generator: np.random.Generator, folds: int = _FOLDS
) -> Folds | None:
    """Deal the patients into folds, each with both classes; None with fewer than two patients of a class.

    ``label``, ``patient``: (n,); equal integers are one patient. Patients are shuffled, put in order (never the label,
    both, always) and dealt like cards: every fold gets its share of those who bear the label and of those who do not.
    """
    member, patients = numbered(patient)
    bears = np.bincount(member, weights=label, minlength=patients) > 0
    lacks = np.bincount(member, weights=~label, minlength=patients) > 0
    bearers, others = int(bears.sum()), int(lacks.sum())
    if min(bearers, others) < 2:
        return None
    count = min(folds, bearers, others)
    shuffled = generator.permutation(patients)
    order = shuffled[np.argsort((bears.astype(np.int8) - lacks)[shuffled], kind="stable")]
    dealt = np.empty(patients, dtype=np.int64)
    dealt[order] = np.arange(patients) % count
    return Folds(label, member, dealt[member], patients, bearers, others, count)


def associate(codes: NDArray[np.int64], folds: Folds) -> Association:
    """The AUROC of a column, given as codes from 0 up, one a row; a missing value has a code of its own.

    The score of a row is the smoothed share of its code that bears the label in the other folds. The AUROC is taken
    within each fold and averaged: pooled scores of different folds would be compared with each other and bias it down.

    Sources: influence curve of the cross-validated AUROC: LeDell, Petersen and van der Laan 2015, Electron J Stat
    9:1583-1607, doi:10.1214/15-EJS1035; summed over the rows of a patient: Obuchowski 1997, Biometrics 53:567-578,
    doi:10.2307/2533958.
    """
    width = int(codes.max(initial=0)) + 1
    cell = (folds.fold * width + codes) * 2 + folds.label
    counts = np.bincount(cell, minlength=folds.count * width * 2).astype(float).reshape(folds.count, width, 2)
    placements = np.stack([_placements(inside, counts.sum(axis=0) - inside) for inside in counts])
    per_fold = (placements[..., 1] * counts[..., 1]).sum(axis=1) / counts[..., 1].sum(axis=1)
    auroc = float(per_fold.mean())
    # Centred on the mean of the folds, not on each fold's own value: their scatter is part of the uncertainty.
    influence = (placements - auroc) / counts.sum(axis=1, keepdims=True) / folds.count
    influence *= np.sqrt([folds.others / (folds.others - 1), folds.bearers / (folds.bearers - 1)])
    by_patient = np.zeros(folds.patients)
    by_patient += np.bincount(folds.patient, weights=influence.reshape(-1)[cell], minlength=folds.patients)
    codes_in_use = int(np.count_nonzero(counts.any(axis=(0, 2))))
    variance = float(np.square(by_patient).sum())
    variance *= _inflation(auroc, variance, codes_in_use)
    by_chance = _variance_by_chance(codes, folds, counts, placements)
    by_chance *= _inflation(auroc, by_chance, codes_in_use)
    auroc = min(1.0, max(0.0, auroc))
    return Association(auroc, sqrt(variance), codes.size, folds.patients, folds.bearers, folds.others, sqrt(by_chance))


def bin_numbers(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Codes of numbers: each value its own where there are at most 32, else 32 quantile bins; NaN is the last code."""
    missing = np.isnan(values)
    known, codes = np.unique(values[~missing], return_inverse=True)
    if known.size > _BINS:
        edges = np.unique(np.quantile(values[~missing], np.arange(1, _BINS) / _BINS))
        codes = np.searchsorted(edges, values[~missing], side="right")
    binned = np.empty(values.size, dtype=np.int64)
    binned[~missing] = codes
    binned[missing] = codes.max(initial=-1) + 1
    return binned


def _placements(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of every code, how a row with it fares against the other class of its fold; (codes, 2), last axis as the label.

    For a bearer, the share of others scored lower (ties half); for another, the share of bearers scored higher.
    """
    rate = outside[:, 1].sum() / outside.sum()
    score = (outside[:, 1] + _PRIOR_ROWS * rate) / (outside.sum(axis=1) + _PRIOR_ROWS)
    _, rank = np.unique(score, return_inverse=True)
    others, bearers = np.bincount(rank, inside[:, 0]), np.bincount(rank, inside[:, 1])
    lower = (np.cumsum(others) - others / 2) / others.sum()
    higher = 1 - (np.cumsum(bearers) - bearers / 2) / bearers.sum()
    placed: NDArray[np.float64] = np.column_stack([higher[rank], lower[rank]])
    return placed


def _variance_by_chance(
    codes: NDArray[np.int64], folds: Folds, counts: NDArray[np.float64], placements: NDArray[np.float64]
) -> float:
    """The variance of the AUROC over all ways to deal the column's values to the patients of each fold.

    The AUROC less 0.5 is a sum of rank times weight over the rows (1 by the bearers of the fold, minus 1 by the
    others), and ranks that mean nothing have one variance in both classes, and one correlation within a patient.

    Source: variance of a linear rank statistic under permutation, Hajek and Sidak 1967, Theory of Rank Tests, II.3.
    """
    others, bearers = counts.sum(axis=1).T
    rows = others + bearers
    rank = (placements[..., 1].T * others + (1 - placements[..., 0]).T * bearers).T / rows[:, np.newaxis] - 0.5
    spread = (counts.sum(axis=2) * rank**2).sum(axis=1) / np.maximum(1, rows - 1)
    variance = float((spread * (1 / bearers + 1 / others)).sum())
    if folds.patients < codes.size:
        weight = np.where(folds.label, (1 / bearers)[folds.fold], (-1 / others)[folds.fold])
        alike = _likeness(rank[folds.fold, codes], folds)
        within = spread[folds.fold] * weight * np.bincount(folds.patient, weight, folds.patients)[folds.patient]
        variance += alike * float((within - spread[folds.fold] * weight**2).sum())
    return variance / folds.count**2


def _likeness(rank: NDArray[np.float64], folds: Folds) -> float:
    """How far the rows of one patient share their rank: the mean product of two of them by the mean square, 0 to 1."""
    square, rows_of = float(np.square(rank).sum()), np.bincount(folds.patient, minlength=folds.patients)
    pairs = float((rows_of * (rows_of - 1)).sum())
    if not square or not pairs:
        return 0.0
    products = float(np.square(np.bincount(folds.patient, rank, folds.patients)).sum()) - square
    return min(1.0, max(0.0, products / pairs * rank.size / square))


def _inflation(auroc: float, variance: float, codes: int) -> float:
    """How much the folds' dependence adds to the variance: twice without association, nothing with a clear one.

    Let d_v be what fold v shows of each code's leaning. Where the other folds learned mostly noise, fold v contributes
    d_v * sum(d_w), so that every product d_v * d_w stands in the mean twice and its variance is doubled. The share of
    noise in what was learned falls with the signal: about p / (p + z^2) for p free codes.
    """
    free = max(1, codes - 1)
    z_squared = max(0.0, auroc - 0.5) ** 2 / variance if variance else 0.0
    return 1 + free / (free + z_squared)


def _expit(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit > -700 else 0.0
