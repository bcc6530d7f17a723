"""From a recipe and its axes to what each choice bought, on the tuning split: paired by seed and by patient."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

from fiducial.audit.gaps import holm
from fiducial.claims.ablation import Ablation, Contrast, Corner
from fiducial.claims.operating import KeepFloor, parse_operating_rule
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import CannotJudge, FiducialError, WrongUsage
from fiducial.learn.ablation.axes import Variant, parse_axes, variants
from fiducial.learn.ablation.runs import RUNS, Job, Scores, read_scores, train_all
from fiducial.learn.export.operating import operating
from fiducial.learn.learning import Material
from fiducial.learn.recipe import Located, Recipe, read_recipe
from fiducial.report.ablation import save_ablation
from fiducial.stats.seeds import auroc_over_seeds, compare_calls_over_seeds, compare_over_seeds

Logits: TypeAlias = npt.NDArray[np.float64]  # (n,) of one run, (seeds, n) of several
_FLATTERED = (
    "Every run chose its epoch on the tuning split, so its areas are flattered there; differences are less so. Report "
    "no area of this page: an audit measures it on patients whom nobody has looked at."
)
_ONE_SEED = "One seed: how much the outcome varies from one training to the next is not known, and no interval has it."


@dataclass(frozen=True, slots=True)
class AblateOptions:
    """``seeds``: how many, from the recipe's own upwards. ``workers``: runs at a time; -1 is one a core.

    ``cluster``: of other machines, as :func:`fiducial.batch.run` takes it; they see the same folders.
    """

    full: bool = False
    seeds: int = 3
    workers: int = 1
    cluster: str | None = None
    resamples: int = 1000
    confidence: float = 0.95

    def __post_init__(self) -> None:
        """Raises WrongUsage: a number that cannot be."""
        if self.seeds < 1 or self.resamples < 100:
            raise WrongUsage("seeds must be 1 or more, and resamples 100 or more.")
        if not 0 < self.confidence < 1:
            raise WrongUsage(f"confidence must be between 0 and 1, got {self.confidence}.")


def ablate_recipe(
    recipe: str | Path | Located,
    over: Sequence[str],
    out: str | Path,
    options: AblateOptions | None = None,
    *,
    told: Callable[[int, int], None] | None = None,
) -> Ablation:
    """Train the recipe and its variants, and compare each with the recipe; a finished run is never trained again.

    ``over``: keys of the recipe, such as ``augment.rotation`` (switched off) or ``network.dropout=0.2|0.5``. ``out``
    gets ``ablation.html``, ``ablation.json``, ``ablation.csv`` and ``runs/``. Of the cohort train and tune alone are
    read. ``told(done, total)`` is called after every run that is trained.

    Raises:
        UnusableInput: the recipe, the cohort or a value cannot be used.
        WrongUsage: a key that the recipe has not.
        CannotJudge: the recipe itself could not be trained, or too few patients.
    """
    asked = options or AblateOptions()
    located = recipe if isinstance(recipe, Located) else read_recipe(recipe)
    axes = parse_axes(over, located.recipe)
    tried = variants(located.recipe, axes, full=asked.full)
    first = located.recipe.recipe.seed
    seeds = tuple(range(first, first + asked.seeds))
    home = Path(out)
    baseline = [Job.of(located, seed, home / RUNS) for seed in seeds]
    jobs, failed = _jobs(tried, located, seeds, home / RUNS)
    broken = train_all(
        [*baseline, *(job for some in jobs.values() for job in some)], asked.workers, asked.cluster, told
    )
    if reasons := [broken[job.folder] for job in baseline if job.folder in broken]:
        raise CannotJudge(f"the recipe itself could not be trained, so nothing can be compared: {reasons[0]}")
    failed |= {
        name: broken[job.folder] for name, some in jobs.items() for job in reversed(some) if job.folder in broken
    }
    pairs = {name: some for name, some in jobs.items() if name not in failed}
    contrasts = _contrasts(located, [read_scores(job) for job in baseline], pairs, asked)
    found = Ablation(
        located.recipe.recipe.name, located.recipe.hash, tuple(axis.key for axis in axes), asked.full, seeds,
        asked.resamples, asked.confidence, contrasts, {name: failed[name] for name in sorted(failed)},
        _notes(asked, baseline),
    )  # fmt: skip
    save_ablation(found, home)
    return found


def _jobs(
    tried: Sequence[Variant], located: Located, seeds: Sequence[int], home: Path
) -> tuple[dict[str, list[Job]], dict[str, str]]:
    jobs, failed = {}, {}
    for one in tried:
        try:
            jobs[one.name] = [Job.of(replace(located, recipe=one.recipe), seed, home) for seed in seeds]
        except FiducialError as told:
            failed[one.name] = str(told)
    return jobs, failed


def _contrasts(
    located: Located, baseline: list[Scores], pairs: dict[str, list[Job]], asked: AblateOptions
) -> tuple[Contrast, ...]:
    recipe = located.recipe
    found = [
        compared(name, finding, baseline, [read_scores(job) for job in some], recipe=recipe, asked=asked)
        for name, some in pairs.items()
        for finding in recipe.recipe.findings
    ]
    adjusted = holm([one.p for one in found], len(found)).tolist() if found else []
    return tuple(replace(one, p_holm=p) for one, p in zip(found, adjusted, strict=True))


def compared(  # noqa: PLR0913  (what is compared, on what, and how)
    variant: str, finding: str, baseline: list[Scores], others: list[Scores], *, recipe: Recipe, asked: AblateOptions
) -> Contrast:
    """One variant less the baseline, paired by seed and by patient; Holm is left to who has them all.

    Raises:
        CannotJudge: too few patients in the tuning split.
    """
    judged = shared(finding, [*baseline, *others])
    truth, patient, logits = arrays(judged)
    before, after = logits[: len(baseline)], logits[len(baseline) :]
    rng = np.random.default_rng(recipe.recipe.seed)  # the same patients for every variant
    try:
        found = compare_over_seeds(
            truth, after, before, patient, rng, resamples=asked.resamples, confidence=asked.confidence
        )
    except ValueError as few:
        raise CannotJudge(f"{finding}: too few patients in the tuning split for an interval ({few}).") from few
    baseline_area, area = (float(np.mean(auroc_over_seeds(truth, one))) for one in (before, after))
    return Contrast(
        variant, finding, judged.height, judged["patient"].n_unique(), baseline_area, area,
        found.difference, found.interval, found.spread, found.by_seed, found.p, found.p,
        _corner(recipe, finding, truth, (before, after), patient=patient, asked=asked),
    )  # fmt: skip


def _corner(  # noqa: PLR0913  (as above)
    recipe: Recipe,
    finding: str,
    truth: npt.NDArray[np.bool_],
    logits: tuple[Logits, Logits],
    *,
    patient: npt.NDArray[np.int64],
    asked: AblateOptions,
) -> Corner | None:
    rule = parse_operating_rule(recipe.export.rule)
    keeps_sensitivity = isinstance(rule, KeepFloor) and rule.kept == "sensitivity"
    where, right = (~truth, False) if keeps_sensitivity else (truth, True)
    try:
        before, after = (
            np.stack([_called(one, truth, str(rule), finding) for one in some])[:, where] for some in logits
        )
    except CannotJudge:
        return None
    found = compare_calls_over_seeds(
        after == right, before == right, patient[where], np.random.default_rng(recipe.recipe.seed),
        resamples=asked.resamples, confidence=asked.confidence,
    )  # fmt: skip
    baseline, value = (float((some == right).mean()) for some in (before, after))
    name: Literal["sensitivity", "specificity"] = "specificity" if keeps_sensitivity else "sensitivity"
    return Corner(name, str(rule), baseline, value, found.difference, found.interval)


def _called(logits: Logits, truth: npt.NDArray[np.bool_], rule: str, finding: str) -> npt.NDArray[np.bool_]:
    point = operating(logits, truth.astype(np.float32), calibrator="none", rule=rule, finding=finding)
    return np.asarray(expit(logits) >= point.threshold)


def shared(finding: str, runs: list[Scores]) -> pl.DataFrame:
    """The labelled studies that every run could prepare, with one column of logits a run."""
    label = f"{LABEL_PREFIX}{finding}"
    found = runs[0].table.select("study", "patient", truth=pl.col(label)).drop_nulls("truth")
    for number, one in enumerate(runs):
        named = one.logits(finding).rename({"logit": f"run {number}"})
        found = found.join(named, on="study", how="inner", maintain_order="left")
    return found


def arrays(judged: pl.DataFrame) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Of what ``shared`` gave: truth (n,), patient (n,) and logits (runs, n)."""
    truth = judged["truth"].cast(pl.Int64).to_numpy() == 1
    patient = judged["patient"].cast(pl.String).rank("dense").to_numpy().astype(np.int64)
    return truth, patient, judged.select(pl.exclude("study", "patient", "truth")).to_numpy().T


def told_of(asked: AblateOptions, material: Material) -> tuple[str, ...]:
    """What a reader of any page on the tuning split must know."""
    notes = [_FLATTERED, *([_ONE_SEED] if asked.seeds == 1 else []), *material.notes]
    if material.failed:
        notes.append(f"{len(material.failed)} images could not be prepared.")
    return tuple(notes)


def _notes(asked: AblateOptions, baseline: list[Job]) -> tuple[str, ...]:
    first = baseline[0]
    notes = [*told_of(asked, first.material)]
    if not first.located.recipe.network.files:
        notes.append("The network started from noise: the recipe names no weights.")
    return tuple(notes)
