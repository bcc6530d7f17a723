"""How often does a 95% interval hold the truth, and how often does a fair model fail? Seeded simulations."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from fiducial.audit.metrics import bayes, predictive_values_at
from fiducial.claims.evidence import Figure
from fiducial.stats.calibration import bin_of, estimate_ece
from fiducial.stats.intervals import Interval, difference, wilson, wilson_clustered
from fiducial.stats.resampling import patient_bootstrap, weighted_auroc
from fiducial.stats.roc import delong

RUNS = 2000
ECES = (("0", 0.0, 1.0), ("0.05, all too low", 0.3, 1.0), ("0.05, too extreme", 0.0, 0.7))


@dataclass(frozen=True, slots=True)
class Proof:
    """A share of runs that ought to be ``nominal`` or more, or at most that, with its own interval."""

    what: str
    nominal: float
    hits: int
    runs: int
    at_most: bool = False

    @property
    def interval(self) -> Interval:
        """Wilson's, 95%."""
        return wilson(self.hits, self.runs)

    @property
    def holds(self) -> bool:
        """Whether the interval includes the nominal share or lies on its good side."""
        return self.interval.low <= self.nominal if self.at_most else self.interval.high >= self.nominal

    def markdown(self) -> str:
        """One row of the table."""
        share = f"{self.hits / self.runs:.3f} ({self.interval.low:.3f}-{self.interval.high:.3f})"
        nominal = f"{'at most ' if self.at_most else ''}{self.nominal:g}"
        return f"| {self.what} | {nominal} | {share} | {self.runs:,} | {'yes' if self.holds else '**no**'} |"


def coverage_proofs() -> list[Proof]:
    """Every interval that the ladder uses, where it is easy and where it is hard."""
    return [
        *(_proof(f"Wilson, p = {p}, n = {n}", 0.95, _share(p, n, 1)) for p, n in ((0.9, 50), (0.98, 60), (0.8, 400))),
        *(_proof(f"Wilson by patient, p = {p}, 80 patients of 1-6 images", 0.95, _share(p, 80, 6)) for p in (0.7, 0.9)),
        *(_proof(f"DeLong, AUROC {a}, 40 ill and 120 healthy", 0.95, _area(a, 160, 1)) for a in (0.7, 0.85, 0.95)),
        *(
            _proof(f"the same on the logit scale, AUROC {a}", 0.95, _area(a, 160, 1, logit=True))
            for a in (0.7, 0.85, 0.95)
        ),
        _proof("by patient on the logit scale, AUROC 0.85", 0.95, _area(0.85, 120, 4, logit=True)),
        _proof("DeLong by patient, AUROC 0.85, 120 patients of 1-4 images", 0.95, _area(0.85, 120, 4)),
        _proof("patient bootstrap of the same", 0.95, _area(0.85, 120, 4, bootstrap=True), runs=400),
        *(_proof(f"PPV at {p:g} ill (MOVER-R), 60 ill and 150 healthy", 0.95, _ppv(p)) for p in (0.01, 0.05, 0.2)),
        *(_proof(f"ECE, truly {w}, 300 patients", 0.95, _ece(a, b), 400) for w, a, b in ECES),
        _proof("difference of two shares (square-and-add), 60 against 90", 0.95, _gap),
    ]


def _proof(what: str, nominal: float, holds: Callable[[np.random.Generator], bool], runs: int = RUNS) -> Proof:
    hits = sum(holds(np.random.default_rng([7, run])) for run in range(runs))
    return Proof(what, nominal, hits, runs)


def _within(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def _patients(rng: np.random.Generator, patients: int, most: int) -> NDArray[np.int64]:
    return np.repeat(np.arange(patients), rng.integers(1, most + 1, patients))


def _share(p: float, patients: int, most: int) -> Callable[[np.random.Generator], bool]:
    def holds(rng: np.random.Generator) -> bool:
        patient = _patients(rng, patients, most)
        spread = 0.0 if most == 1 else 1.0  # how much alike the images of one patient are
        habit = spread * rng.normal(size=patients)[patient]
        cut = norm.ppf(p) * np.sqrt(1 + spread**2)
        return _within(wilson_clustered(habit + rng.normal(size=patient.size) < cut, patient), p)

    return holds


def _area(
    area: float, patients: int, most: int, *, bootstrap: bool = False, logit: bool = False
) -> Callable[[np.random.Generator], bool]:
    def holds(rng: np.random.Generator) -> bool:
        patient = _patients(rng, patients, most)
        ill = (np.arange(patients) % 4 == 0)[patient]
        spread = 0.0 if most == 1 else 0.7
        noise = spread * rng.normal(size=patients)[patient] + np.sqrt(1 - spread**2) * rng.normal(size=patient.size)
        score = noise + ill * norm.ppf(area) * np.sqrt(2)
        if bootstrap:
            return _within(patient_bootstrap(weighted_auroc(ill, score), patient, rng, resamples=1000), area)
        found = delong(ill, score, patient)
        return _within(found.logit_interval() if logit else found.interval(), area)

    return holds


def _ppv(prevalence: float) -> Callable[[np.random.Generator], bool]:
    def holds(rng: np.random.Generator) -> bool:
        hits, cleared = int(rng.binomial(60, 0.85)), int(rng.binomial(150, 0.9))
        found, _ = predictive_values_at(
            prevalence,
            Figure("sensitivity", hits / 60, wilson(hits, 60), 60),
            Figure("specificity", cleared / 150, wilson(cleared, 150), 150),
        )
        return found.interval is not None and _within(found.interval, bayes(prevalence, 0.85, 0.9))

    return holds


def _gap(rng: np.random.Generator) -> bool:
    first, second = int(rng.binomial(60, 0.9)), int(rng.binomial(90, 0.8))
    return _within(difference(first / 60, wilson(first, 60), second / 90, wilson(second, 90)), 0.1)


def _ece(shift: float, slope: float) -> Callable[[np.random.Generator], bool]:
    """Scores whose true probabilities are a logistic curve of them; the true error is that of a large population."""
    population = np.random.default_rng(0).normal(-1, 1.3, 200_000)
    score, right = expit(population), expit(shift + slope * population)
    truth = float(np.abs(np.bincount(bin_of(score, 10), weights=score - right, minlength=10)).sum() / score.size)

    def holds(rng: np.random.Generator) -> bool:
        drawn = rng.integers(0, score.size, 300)
        ill = rng.random(300) < right[drawn]
        return _within(estimate_ece(ill, score[drawn], np.arange(300), rng, resamples=400).interval, truth)

    return holds
