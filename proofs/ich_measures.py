"""What is measured on patients whom nobody trained on: the gap from slices to volumes, and what a skull is worth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from torch import nn

import fiducial as fd
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.learn.learning import Learned
from fiducial.learn.recipe import SliceSequence
from fiducial.learn.rows import TrainingRows
from fiducial.learn.sequence.fitting import fit_head
from fiducial.learn.sequence.gap import Difference, Ranked, difference
from fiducial.learn.sequence.heads import SequenceHead
from fiducial.learn.sequence.volumes import Volumes
from fiducial.predictions.calibrators import shift_prevalence
from fiducial.stats.calibration import expected_calibration_error
from fiducial.stats.intervals import Interval
from fiducial.stats.seeds import compare_calls_over_seeds
from proofs.ich_heads import Heads

JUDGED = ("test", "external")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One row of a table: two AUROCs, or two sensitivities, and the second less the first."""

    what: str
    n: int
    first: float
    second: float
    apart: Difference

    def markdown(self) -> str:
        """As the page shows it."""
        return f"| {self.what} | {self.n:,} | {self.first:.3f} | {self.second:.3f} | {self.apart} | {self.verdict} |"

    @property
    def verdict(self) -> str:
        """What the interval says of the second."""
        interval = self.apart.interval
        if interval is None or interval.low <= 0 <= interval.high:
            return "no difference shown"
        return "higher" if interval.low > 0 else "lower"


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """Judged volumes by three rules: the greatest slice, a GRU, a transformer; logits (volumes, findings)."""

    volumes: Volumes
    slices: Floats
    by: Mapping[str, Floats]


def judge_volumes(heads: Heads, learned: Learned) -> Judgement:
    """The heads of both kinds over features that the exported graph gives of judged slices."""
    rows = _judged(heads.images)
    features, logits = _of_slices(learned, rows, heads.folder / "judged")
    volumes = Volumes.of(rows)
    stack = [torch.from_numpy(features[own][np.newaxis]) for own in volumes.places]
    by = {"max": volumes.greatest(logits)}
    for kind, head in _heads(learned).items():
        with torch.no_grad():
            by[kind] = np.concatenate([head(one).double().numpy() for one in stack])
    return Judgement(volumes, logits, by)


def gaps(judgement: Judgement, findings: Sequence[str]) -> Iterator[Ahead]:
    """Slices against volumes by their greatest, then that against each head; patients are drawn for both together."""
    volumes = judgement.volumes
    rng = np.random.default_rng(11)
    for column, finding in enumerate(findings):
        slices = Ranked.of(volumes.rows.labels[:, column], judgement.slices[:, column], volumes.patients_of_slices)
        ranked = {
            kind: Ranked.of(volumes.labels[:, column], logits[:, column], volumes.patients)
            for kind, logits in judgement.by.items()
        }
        yield _ahead(f"{finding}: slices, then volumes by max", slices, ranked["max"], rng)
        for kind in ("gru", "transformer"):
            yield _ahead(f"{finding}: max, then {kind}", ranked["max"], ranked[kind], rng)


def skulls(heads: Heads, whole: Path, stripped: Path) -> Iterator[Ahead]:
    """Slices that both could prepare, by where their blood lies: AUROC against slices without blood, sensitivity."""
    scored = _side_by_side(heads, whole, stripped)
    rng = np.random.default_rng(12)
    for place in ("superficial", "deep"):
        rows = scored.filter((pl.col("label.any") == 0) | (pl.col("place") == place))
        truth = (rows["label.any"] == 1).to_numpy()
        patient = rows["patient"].rank("dense").to_numpy().astype(np.int64)
        first, second = (Ranked(truth, rows[name].to_numpy(), patient) for name in ("whole", "stripped"))
        yield _ahead(f"{place} blood: AUROC", first, second, rng)
        yield _sensitivity(place, rows.filter(pl.col("label.any") == 1), rng, whole, stripped)


@dataclass(frozen=True, slots=True)
class Moved:
    """ECE of volumes at another prevalence, with scores as they were fitted and moved there."""

    split: str
    prevalence: float
    fitted: float
    before: float
    after: float

    def markdown(self) -> str:
        """As the page shows it."""
        shares = f"{100 * self.fitted:.0f}% | {100 * self.prevalence:g}%"
        return f"| {self.split} | {shares} | {self.before:.3f} | {self.after:.3f} |"


def moved(heads: Heads, learned: Learned, predictions: Path) -> Iterator[Moved]:
    """Judged volumes drawn anew so that as few bleed as in an emergency room; scores of the bundle itself."""
    shift = fd.open_bundle(learned.packed).manifest.findings[0].prevalence
    if shift is None:
        raise ValueError("the bundle says nothing of where it is used")
    scores = pl.read_parquet(predictions).filter(pl.col("finding") == "any")
    rng = np.random.default_rng(13)
    for split, prevalence in product(JUDGED, (0.01, 0.03, 0.05)):
        known = scores.join(heads.volumes.rows.filter(split=split), on="study").drop_nulls("score")
        truth, said = (known["label.any"] == 1).to_numpy(), known["score"].to_numpy()
        fitted = shift_prevalence(said, shift.deployed, shift.fitted)
        drawn = np.concatenate(
            [
                rng.choice(np.flatnonzero(truth == ill), round(20_000 * (prevalence if ill else 1 - prevalence)))
                for ill in (True, False)
            ]
        )
        there = shift_prevalence(fitted, shift.fitted, prevalence)
        errors = [expected_calibration_error(truth[drawn], some[drawn]) for some in (fitted, there)]
        yield Moved(split, prevalence, shift.fitted, *errors)


def _judged(cohort: Cohort) -> TrainingRows:
    rows = cohort.rows.filter(pl.col("split").is_in(JUDGED))
    files = cohort.files
    kept = None if files is None else files.join(rows, on="study", how="semi")
    findings = tuple(cohort.findings)
    return TrainingRows(Cohort(rows, kept, cohort.folder, cohort.name), findings)


def _of_slices(learned: Learned, rows: TrainingRows, out: Path) -> tuple[npt.NDArray[np.float32], Floats]:
    """Features and logits of slices, by the bundle of images that the recipe's audit left."""
    options = fd.PredictOptions(features=True)
    fd.predict(learned.folder.parent / "audit" / "bundle", rows.cohort, out / "slices.parquet", options)
    told = pl.read_parquet(out / "slices.features.parquet").join(
        pl.DataFrame({"study": rows.studies, "place": range(len(rows.studies))}), on="study"
    )
    named = sorted((name for name in told.columns if name[1:].isdecimal()), key=lambda name: int(name[1:]))
    features = told.sort("place").select(named).to_numpy().astype(np.float32)
    with np.load(learned.folder / "head.npz") as last:
        return features, features.astype(np.float64) @ last["weight"].T.astype(np.float64) + last["bias"]


def _heads(learned: Learned) -> dict[str, SequenceHead]:
    """Both kinds over the same network, each fitted as the recipe says."""
    sequence, asked = learned.sequence, learned.recipe.sequence
    if sequence is None or asked is None:
        raise ValueError("the recipe has no [sequence]")
    with np.load(learned.folder / "head.npz") as saved:
        last = nn.Linear(saved["weight"].shape[1], saved["weight"].shape[0])
        last.load_state_dict({name: torch.from_numpy(saved[name]) for name in ("weight", "bias")})
    splits = sequence.train.stacked, sequence.tune.stacked
    seed = learned.recipe.recipe.seed
    kinds = [SliceSequence.model_validate(asked.model_dump() | {"kind": kind}) for kind in ("gru", "transformer")]
    return {one.kind: fit_head(last, one, *splits, seed).head.eval() for one in kinds}


def _side_by_side(heads: Heads, whole: Path, stripped: Path) -> pl.DataFrame:
    rows = _judged(heads.images)
    found = rows.cohort.rows.select("study", "patient", "place", f"{LABEL_PREFIX}any")
    for name, bundle in (("whole", whole), ("stripped", stripped)):
        out = heads.folder / "judged" / f"{name}.parquet"
        fd.predict(bundle, rows.cohort, out)
        scores = pl.read_parquet(out).filter(pl.col("finding") == "any").drop_nulls("score")
        found = found.join(scores.select("study", pl.col("score").alias(name)), on="study", maintain_order="left")
    return found


def _sensitivity(place: str, ill: pl.DataFrame, rng: np.random.Generator, whole: Path, stripped: Path) -> Ahead:
    """Each at its own threshold, which its tuning split gave."""
    calls = [
        (ill[name].to_numpy() >= _threshold(bundle))[np.newaxis]
        for name, bundle in (("whole", whole), ("stripped", stripped))
    ]
    patient = ill["patient"].rank("dense").to_numpy().astype(np.int64)
    found = compare_calls_over_seeds(calls[1], calls[0], patient, rng)
    apart = Difference(found.difference, Interval(found.interval.low, found.interval.high))
    return Ahead(f"{place} blood: sensitivity", ill.height, float(calls[0].mean()), float(calls[1].mean()), apart)


def _threshold(bundle: Path) -> float:
    threshold = fd.open_bundle(bundle).manifest.findings[0].threshold
    if threshold is None:
        raise ValueError(f"{bundle}: has no threshold")
    return threshold.value


def _ahead(what: str, first: Ranked, second: Ranked, rng: np.random.Generator) -> Ahead:
    return Ahead(what, second.truth.size, first.auroc, second.auroc, difference(second, first, rng))
