"""A full audit of made-up predictions against their number: ``python -m benchmarks.audit [ROWS ...]``.

All table rungs, 20 subgroups, 2,000 resamples; seconds and peak memory of a process of its own.
"""

import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np
import polars as pl
from scipy.special import expit

import fiducial as fd
from benchmarks.timing import Row
from fiducial.claims.claim import Claim

SIZES = (10_000, 100_000, 1_000_000)
AIM = "under 5 minutes and 4 GB at 1e6"
_IMAGES_A_PATIENT = 1.25
_KILOBYTES_A_GIGABYTE = 1024**2


@dataclass(frozen=True, slots=True)
class Audited:
    """What one audit took: ``seconds`` by the clock, ``gigabytes`` at the peak, and the verdict of every rung."""

    rows: int
    seconds: float
    gigabytes: float
    verdicts: dict[str, str]


def made_up(rows: int) -> tuple[Claim, pl.DataFrame, pl.DataFrame]:
    """A claim, its cohort (a third external, two sites, some patients twice) and its predictions."""
    rng = np.random.default_rng(0)
    ill = rng.random(rows) < 0.2
    logit = 3.0 * (ill - 0.5) + rng.normal(size=rows)
    study = pl.Series("study", np.arange(rows)).cast(pl.String)
    cohort = pl.DataFrame(
        {
            "study": study,
            "patient": pl.Series(rng.integers(0, int(rows / _IMAGES_A_PATIENT), rows)).cast(pl.String),
            "site": rng.choice(["Alder", "Birch"], rows),
            "split": rng.choice(["test", "test", "external"], rows),
            "sex": rng.choice(["F", "M"], rows),
            "view": rng.choice(["PA", "AP", "LL"], rows),
            "scanner": rng.choice([f"scanner {letter}" for letter in "ABCDEFG"], rows),
            "age": rng.uniform(0, 96, rows).round(),
            "label.x": ill.astype(np.int8),
        }
    )
    predictions = pl.DataFrame({"study": study, "score": expit(3.0 * logit - 1.4)})
    return _claim(), cohort, predictions


def audit_of(rows: int) -> Audited:
    """Audit in a process of its own, so that the peak is this audit's alone."""
    command = [sys.executable, "-m", "benchmarks.audit", "--one", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (our own)
    return Audited(**json.loads(done.stdout.splitlines()[-1]))


def row(found: Audited) -> Row:
    """The line of the benchmark table."""
    what = f"full audit, {found.rows:,} predictions (peak {found.gigabytes:.2f} GB)"
    return Row(what, found.seconds, "", None, AIM)


def _claim() -> Claim:
    floors = {"auroc": 0.8, "sensitivity": 0.7, "specificity": 0.7, "largest_gap": 0.05, "ece": 0.5}
    evidence = {"external_by": ["site"], "strata": ["sex", "view", "scanner", "age:0-12-24-36-48-60-72-84-96"]}
    statement = {"name": "speed", "finding": "x", "threshold": {"value": 0.5}, "prevalence": [0.1, 0.2]}
    return Claim.model_validate(
        {"claim": statement, "floors": floors | {"lead_over_baselines": 0.1}, "evidence": evidence}
    )


def _measure(rows: int) -> Audited:
    claim, cohort, predictions = made_up(rows)
    start = perf_counter()
    evidence = fd.climb(claim, cohort=cohort, predictions=predictions)
    seconds = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILOBYTES_A_GIGABYTE
    return Audited(rows, seconds, peak, {result.rung: str(result.verdict) for result in evidence.rungs})


def main(words: list[str]) -> None:
    """Print one line a size, or with ``--one`` measure it in this process and print it as JSON."""
    if words[:1] == ["--one"]:
        print(json.dumps(asdict(_measure(int(words[1])))))
        return
    for rows in [int(word) for word in words] or SIZES:
        print(audit_of(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
