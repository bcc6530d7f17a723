"""How often does the bias rung fail a model that is fair? Never more often than one time in twenty."""

import numpy as np
import polars as pl

import fiducial as fd
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Verdict
from proofs.coverage import Proof

CLAIM = Claim.model_validate(
    {
        "claim": {"name": "fair", "finding": "x", "threshold": {"value": 0.5}},
        "floors": {"largest_gap": 0.0},  # the hardest case: any true gap would miss it, and there is none
        "ladder": {"required": ["bias"]},
        "evidence": {"internal": "all", "strata": ["sex", "age:0-40-60-120", "view"]},
    }
)


def fairness_proofs(runs: int = 300) -> list[Proof]:
    """The share of fair models that the bias rung fails."""
    failed = sum(_fails(np.random.default_rng([11, run])) for run in range(runs))
    return [Proof("bias rung fails a fair model, 3 strata, 12 gaps, largest_gap 0", 0.05, failed, runs, at_most=True)]


def _fails(rng: np.random.Generator, n: int = 600) -> bool:
    ill = rng.random(n) < 0.3
    names = [str(index) for index in range(n)]
    cohort = pl.DataFrame(
        {
            "study": names,
            "patient": names,
            "sex": rng.choice(["F", "M"], n),
            "age": rng.integers(18, 90, n),
            "view": rng.choice(["AP", "PA"], n),
            "label.x": ill.astype(int),
            "score": 1 / (1 + np.exp(-rng.normal(2 * ill - 1, 1))),
        }
    )
    return fd.climb(CLAIM, cohort=cohort, resamples=100)["bias"].verdict is Verdict.FAILS
