"""The runs of an ablation: each is trained once, and its scores on the tuning split are kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import torch

from fiducial.batch import run
from fiducial.claims.ablation import SPLIT
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes, hash_file
from fiducial.files.tables import write_table
from fiducial.learn.learning import Material, gather_material, train_network
from fiducial.learn.recipe import Located
from fiducial.learn.rows import TrainingRows
from fiducial.learn.training.phases import STATE
from fiducial.learn.training.scoring import scored

SCORES = "scores.parquet"
RUNS = "runs"
_LOGIT = "logit."
_SHORT = 24  # digits of a hash in the name of a folder


@dataclass(frozen=True, slots=True)
class Job:
    """One recipe with one seed, and the folder of its run, named by everything that its result follows from."""

    located: Located
    material: Material
    folder: Path

    @classmethod
    def of(cls, located: Located, seed: int, home: Path, material: Material | None = None) -> "Job":
        """Its pictures are decoded here, once for all runs that prepare them alike, unless they are handed in.

        Raises:
            UnusableInput: the preparation, the cohort or a file of weights cannot be used.
            CannotJudge: no image can be prepared, or too few patients.
        """
        about = located.recipe.recipe.model_copy(update={"seed": seed})
        seeded = replace(located, recipe=located.recipe.model_copy(update={"recipe": about}))
        material = material or gather_material(seeded)
        weights = [_hashed(seeded.path(name)) for name in seeded.recipe.network.files]
        key = hash_bytes("\n".join([seeded.recipe.hash, material.hash, *weights]).encode())
        return cls(seeded, material, home / key.removeprefix("sha256:")[:_SHORT])

    @property
    def done(self) -> bool:
        """Whether its scores are there; they are written last, and as a whole."""
        return (self.folder / SCORES).exists()


def _hashed(path: Path) -> str:
    try:
        return hash_file(path)
    except OSError as refused:
        raise UnusableInput(
            f"{path}: weights that cannot be read ({refused.strerror}); name a file that can."
        ) from None


@dataclass(frozen=True, slots=True)
class Scores:
    """``table``: study, patient, labels and logits of the tuning split."""

    table: pl.DataFrame

    def logits(self, finding: str) -> pl.DataFrame:
        """``study`` and ``logit``."""
        return self.table.select("study", logit=pl.col(f"{_LOGIT}{finding}"))


def train(job: Job) -> None:
    """Train, or go on from the last epoch; leave the scores and throw the state away."""
    network, _, state = train_network(job.located, job.material, job.folder)
    tune = job.material.tune
    logits, _ = scored(network, tune, state.micro, torch.device("cpu"), state.notes.append)
    write_table(_table(tune.rows, logits), job.folder / SCORES)
    (job.folder / STATE).unlink()  # weights and moments of every run would fill a disk


def train_all(
    jobs: Sequence[Job], workers: int, cluster: str | None = None, told: Callable[[int, int], None] | None = None
) -> dict[Path, str]:
    """Train whatever is not finished yet; gives folder -> reason for those that could not be."""
    left = list({job.folder: job for job in jobs if not job.done}.values())
    outcomes = run(train, left, workers=workers, few=1, cluster=cluster, told=told)
    return {done.item.folder: done.reason for done in outcomes if done.reason is not None}


def read_scores(job: Job) -> Scores:
    """What a finished run left."""
    return Scores(pl.read_parquet(job.folder / SCORES))


def _table(rows: TrainingRows, logits: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> pl.DataFrame:
    frame = rows.only(SPLIT).cohort.rows
    named = [pl.col(name).cast(pl.String) for name in ("patient", "study") if name in frame.columns]
    labels = [f"{LABEL_PREFIX}{finding}" for finding in rows.findings]
    kept = frame.select("study", pl.coalesce(named).alias("patient"), *labels)
    return kept.with_columns(
        pl.Series(f"{_LOGIT}{finding}", column) for finding, column in zip(rows.findings, logits.T, strict=True)
    )
