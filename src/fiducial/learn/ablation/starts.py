"""What each start buys at each share of labels: from noise, from a file of weights, from pictures without labels.

Backbones are pretrained once a seed, as they see no label; every start then goes through the same phases with the same
seed, from the same labels in the same order, so that differences are paired.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fiducial.audit.gaps import holm
from fiducial.batch import run
from fiducial.claims.ablation import Contrast
from fiducial.claims.starts import Area, Starts
from fiducial.errors import CannotJudge, FiducialError, WrongUsage
from fiducial.learn.ablation.ablating import AblateOptions, arrays, compared, shared, told_of
from fiducial.learn.ablation.axes import parse_axes
from fiducial.learn.ablation.runs import RUNS, Job, Scores, read_scores, train_all
from fiducial.learn.changing import IN_DOMAIN, NOISE, START, changed
from fiducial.learn.learning import pretrain_network
from fiducial.learn.pretraining.backbones import backbone_files
from fiducial.learn.recipe import Located, read_recipe
from fiducial.learn.training.phases import STATE
from fiducial.report.starts import save_starts
from fiducial.stats.seeds import area_over_seeds

Cell = tuple[str, float]  # a start and a share


@dataclass(frozen=True, slots=True)
class _Grid:
    """What is trained, and what cannot be: ``jobs`` by start and share, one a seed; ``failed``: what -> why."""

    jobs: dict[Cell, list[Job]]
    failed: dict[str, str]


def compare_starts(  # noqa: PLR0913  (what is compared, where, and how)
    recipe: str | Path | Located,
    over: Sequence[str],
    labels: Sequence[float],
    out: str | Path,
    options: AblateOptions | None = None,
    *,
    told: Callable[[int, int], None] | None = None,
) -> Starts:
    """Train the recipe from each start with each share of labels; a finished run is never trained again.

    ``over``: one axis, ``start=noise|weights.safetensors|in-domain``. ``labels``: shares of the training split's
    patients, above 0 and up to 1. ``out`` gets ``starts.html``, ``starts.json``, ``starts.csv`` and ``runs/``.

    Raises:
        UnusableInput: the recipe, the cohort or a file of weights cannot be used.
        WrongUsage: another axis, a share that is none, or in-domain without a phase that looks.
        CannotJudge: nothing at all could be trained.
    """
    asked, home = options or AblateOptions(), Path(out)
    located = recipe if isinstance(recipe, Located) else read_recipe(recipe)
    starts, shares = _starts(over, located), _shares(labels)
    seeds = _seeds(located, asked)
    grid = _grid(located, starts, shares, home / RUNS, asked)
    broken = train_all([job for some in grid.jobs.values() for job in some], asked.workers, asked.cluster, told)
    reasons = {
        cell: broken[job.folder] for cell, some in grid.jobs.items() for job in reversed(some) if job.folder in broken
    }
    kept = {cell: some for cell, some in grid.jobs.items() if cell not in reasons}
    failed = grid.failed | {_named(*cell): reason for cell, reason in reasons.items()}
    if not kept:
        raise CannotJudge(f"nothing could be trained, so nothing can be compared: {next(iter(failed.values()))}")
    reference = NOISE if NOISE in starts else starts[0]
    scores = {cell: [read_scores(job) for job in some] for cell, some in kept.items()}
    found = Starts(
        located.recipe.recipe.name, located.recipe.hash, starts, reference, shares, seeds, asked.resamples,
        asked.confidence, _areas(located, kept, scores, asked), _bought(located, scores, reference, asked), failed,
        told_of(asked, next(iter(kept.values()))[0].material),
    )  # fmt: skip
    save_starts(found, home)
    return found


def _starts(over: Sequence[str], located: Located) -> tuple[str, ...]:
    axes = parse_axes(over, located.recipe)
    if [axis.key for axis in axes] != [START]:
        raise WrongUsage(
            f"shares of labels are compared by start alone; write --over {START}={NOISE}|FILE|{IN_DOMAIN}."
        )
    for value in axes[0].values:
        changed(located.recipe, {START: value}, f"{START}={value}")
    return axes[0].values


def _shares(labels: Sequence[float]) -> tuple[float, ...]:
    if not labels or not all(0 < one <= 1 for one in labels):
        raise WrongUsage(f"shares of labels are above 0 and at most 1, such as 0.01,0.1,1; got {list(labels)}.")
    return tuple(sorted(set(labels)))


def _named(start: str, share: float) -> str:
    return f"{start} at {100 * share:.4g}% of labels"


def _seeds(located: Located, asked: AblateOptions) -> tuple[int, ...]:
    first = located.recipe.recipe.seed
    return tuple(range(first, first + asked.seeds))


def _grid(located: Located, starts: Sequence[str], shares: Sequence[float], home: Path, asked: AblateOptions) -> _Grid:
    seeds = _seeds(located, asked)
    backbones, failed = _pretrained(located, seeds, home, asked) if IN_DOMAIN in starts else ({}, {})
    jobs: dict[Cell, list[Job]] = {}
    for share in shares:
        try:  # all starts learn from the same pictures and labels
            alike = {seed: Job.of(_begun(located, NOISE, share, None), seed, home).material for seed in seeds}
        except CannotJudge as few:
            failed[f"{100 * share:.4g}% of labels"] = str(few)
            continue
        for start in (one for one in starts if _named_pretraining(one) not in failed):
            try:
                jobs[start, share] = [
                    Job.of(_begun(located, start, share, backbones.get(seed)), seed, home, alike[seed])
                    for seed in seeds
                ]
            except FiducialError as told:
                failed[_named(start, share)] = str(told)
    return _Grid(jobs, failed)


def _named_pretraining(start: str) -> str:
    return f"{start} at any share of labels"


def _begun(located: Located, start: str, share: float, backbones: Sequence[Path] | None) -> Located:
    """The recipe without phases that look, from this start."""
    setting = {START: NOISE if start == IN_DOMAIN else start, "training.labels": str(share)}
    made = changed(located.recipe, setting, _named(start, share))
    if start == IN_DOMAIN and backbones is not None:
        weights = tuple(str(file.absolute()) for file in backbones)
        network = made.network.model_copy(update={"weights": weights})
        made = made.model_copy(update={"network": network})
    return replace(located, recipe=made)


def _pretrained(
    located: Located, seeds: Sequence[int], home: Path, asked: AblateOptions
) -> tuple[dict[int, tuple[Path, ...]], dict[str, str]]:
    """Backbones by seed; they see every picture of the training split, whatever the share of labels."""
    recipe = changed(located.recipe, {START: IN_DOMAIN, "training.labels": "1.0"}, IN_DOMAIN)
    jobs = {seed: Job.of(replace(located, recipe=recipe), seed, home) for seed in seeds}
    left = [job for job in jobs.values() if not all(file.exists() for file in _files(job))]
    outcomes = run(pretrain, left, workers=asked.workers, few=1, cluster=asked.cluster)
    failed = {_named_pretraining(IN_DOMAIN): done.reason for done in outcomes if done.reason is not None}
    return {seed: _files(job) for seed, job in jobs.items()}, failed


def _files(job: Job) -> tuple[Path, ...]:
    return backbone_files(job.folder / "pretrained", len(job.located.recipe.network.backbones))


def pretrain(job: Job) -> None:
    """Do the phases that look, or go on from the last epoch; the backbones appear as a whole."""
    network = pretrain_network(job.located, job.material, job.folder)
    finished = job.folder / "pretrained"
    finished.mkdir(exist_ok=True)
    for file in reversed(backbone_files(job.folder, len(network.backbones))):
        file.replace(finished / file.name)
    (job.folder / STATE).unlink()


def _areas(
    located: Located, jobs: dict[Cell, list[Job]], scores: dict[Cell, list[Scores]], asked: AblateOptions
) -> tuple[Area, ...]:
    findings = located.recipe.recipe.findings
    cells = sorted(jobs, key=lambda cell: cell[1])
    return tuple(
        _area(finding, cell, jobs[cell][0], scores[cell], located.recipe.recipe.seed, asked)
        for finding in findings
        for cell in cells
    )


def _area(  # noqa: PLR0913, PLR0917  (what is measured, on what, and how)
    finding: str, cell: Cell, job: Job, scores: list[Scores], seed: int, asked: AblateOptions
) -> Area:
    judged = shared(finding, scores)
    truth, patient, logits = arrays(judged)
    rng = np.random.default_rng(seed)
    try:
        auroc, interval = area_over_seeds(
            truth, logits, patient, rng, resamples=asked.resamples, confidence=asked.confidence
        )
    except ValueError as few:
        raise CannotJudge(f"{finding}: too few patients in the tuning split for an interval ({few}).") from few
    return Area(
        cell[0], cell[1], finding, job.material.train.rows.patients, judged["patient"].n_unique(), auroc, interval
    )


def _bought(
    located: Located, scores: dict[Cell, list[Scores]], reference: str, asked: AblateOptions
) -> tuple[tuple[float, Contrast], ...]:
    recipe = located.recipe
    found = [
        (share, compared(start, finding, scores[reference, share], some, recipe=recipe, asked=asked))
        for finding in located.recipe.recipe.findings
        for (start, share), some in scores.items()
        if start != reference and (reference, share) in scores
    ]
    adjusted = holm([one.p for _, one in found], len(found)).tolist() if found else []
    return tuple((share, replace(one, p_holm=p)) for (share, one), p in zip(found, adjusted, strict=True))
