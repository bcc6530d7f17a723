"""Cohorts of known truth for the ladder."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from scipy.special import expit

from fiducial.claims.claim import Claim


@dataclass
class Study:
    """A made-up study: a cohort and predictions with known accuracy, to be changed column by column."""

    columns: dict[str, Any]
    score: Any
    floors: dict[str, Any] = field(default_factory=lambda: {"auroc": 0.8, "sensitivity": 0.7, "specificity": 0.7})
    evidence: dict[str, Any] = field(default_factory=lambda: {"external_by": ["site"], "strata": ["sex"]})
    threshold: float = 0.5
    prevalence: tuple[float, float] | None = None
    stressed: dict[str, Any] = field(default_factory=dict)  # condition -> scores, NaN where the model gave none
    abstained: dict[str, Any] = field(default_factory=dict)  # condition or "clean" -> mask
    population: dict[str, Any] = field(default_factory=dict)
    labels: pl.DataFrame | None = None
    readings: pl.DataFrame | None = None
    use: dict[str, Any] = field(default_factory=dict)  # workload, threshold_probability

    @property
    def cohort(self) -> pl.DataFrame:
        return pl.DataFrame(self.columns)

    @property
    def predictions(self) -> pl.DataFrame:
        return pl.concat([self._under("clean", self.score), *map(self._under, self.stressed, self.stressed.values())])

    def _under(self, condition: str, score: object) -> pl.DataFrame:
        scores = np.asarray(score, dtype=float)
        silent = np.asarray(self.abstained.get(condition, np.zeros(scores.size)), dtype=int)
        without = np.isnan(scores)
        return pl.DataFrame(
            {
                "study": self.columns["study"],
                "condition": [condition] * scores.size,
                "score": pl.Series(scores, nan_to_null=True),
                "abstained": silent,
                "reason": ["file unreadable" if gap else None for gap in without],
            },
            schema_overrides={"reason": pl.String},
        )

    @property
    def claim(self) -> Claim:
        statement = {
            "name": "c",
            "finding": "x",
            "threshold": {"value": self.threshold},
            "prevalence": self.prevalence,
            "population": self.population,
            **self.use,
        }
        return Claim.model_validate({"claim": statement, "floors": self.floors, "evidence": self.evidence})


def make_study(n: int = 2000, signal: float = 3.0, seed: int = 0) -> Study:
    """``n`` patients, a third ill, half of them at an external site; scores are true probabilities."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.33
    logit = signal * (truth - 0.5) + rng.normal(size=n)
    columns = {
        "study": [f"s{i}" for i in range(n)],
        "patient": [f"p{i}" for i in range(n)],
        "site": np.where(np.arange(n) % 2, "B", "A").astype(object),
        "split": np.where(np.arange(n) % 2, "external", "test").astype(object),
        "sex": rng.choice(["F", "M"], n).astype(object),
        "label.x": truth.astype(int),
    }
    return Study(columns, expit(signal * logit + np.log(0.33 / 0.67)))
