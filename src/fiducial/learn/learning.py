"""From a recipe to a bundle: rows, fitted preparation, cache, phases, evaluation on the tuning split, export."""

import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from fiducial.claims.evidence import NOTICE
from fiducial.cohort.fitted import part_of
from fiducial.cohort.table import read_cohort
from fiducial.errors import CannotJudge
from fiducial.files.hashes import hash_bytes
from fiducial.files.writing import write_text
from fiducial.learn.adversary.auditing import NetworkAudit, audit_network, require_askable
from fiducial.learn.augmenters.condition import UnderCondition
from fiducial.learn.augmenters.contract import Augmenter
from fiducial.learn.cache import Cache, Preparing, open_cache
from fiducial.learn.export.bundling import Judged, Trained, write_bundle
from fiducial.learn.fitting import fit_preparation
from fiducial.learn.members import parse_member
from fiducial.learn.mining.reviewed import read_reviewed
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.networks.weights import load_network, load_weights
from fiducial.learn.recipe import Located, Recipe, read_recipe
from fiducial.learn.rows import SEEN, TrainingRows, strange_sites
from fiducial.learn.sequence.stacking import Sequenced, require_stackable, sequence_slices, told_by_bundle
from fiducial.learn.training.peers import Peers
from fiducial.learn.training.phases import STATE, Run
from fiducial.learn.training.pictures import Pictures
from fiducial.learn.training.scoring import auroc, scored
from fiducial.learn.training.state import State, read_state
from fiducial.models.contract import Study
from fiducial.models.open import open_model
from fiducial.models.packing import pack_bundle
from fiducial.scans.conditions.stress import Stress
from fiducial.scans.preparation.preparing import parse_steps

SCHEMA = "fiducial.learn/1"
LEARNED = "learned.json"
WEIGHTS = "network.safetensors"  # what another run goes on from
Told = Callable[[int, int], None]
_PACKAGES = ("fiducial", "lightning", "monai", "numpy", "onnx", "onnxruntime", "timm", "torch")


@dataclass(frozen=True, slots=True)
class Learned:
    """``folder``: the bundle's, ``packed``: the same as one file. ``failed``: study -> why it was not learned from."""

    recipe: Recipe
    folder: Path
    packed: Path
    metrics: dict[str, float]
    parity: float
    notes: tuple[str, ...]
    failed: dict[str, str]
    leads: bool = True  # whether this is the process that wrote it; of several, one does
    sequence: Sequenced | None = None
    audit: NetworkAudit | None = None

    @property
    def exit_code(self) -> int:
        """0, or 5 where some images could not be prepared."""
        return 5 if self.failed else 0

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints and ``learned.json`` keeps; neither clock times nor absolute paths."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "name": self.recipe.recipe.name,
            "recipe_hash": self.recipe.hash,
            "bundle": self.packed.name,
            "metrics": self.metrics,
            "parity": self.parity,
            **({} if self.sequence is None else {"sequence": self.sequence.document()}),
            **({} if self.audit is None else {"audit": self.audit.document()}),
            "notes": list(self.notes),
            "failed": [{"study": study, "reason": reason} for study, reason in self.failed.items()],
        }


@dataclass(frozen=True, slots=True)
class Material:
    """What a recipe makes of a cohort before anything is learned: pictures of both splits, and how they were made."""

    preparation: tuple[dict[str, Any], ...]
    train: Pictures
    tune: Pictures
    failed: dict[str, str]
    notes: tuple[str, ...]
    look: Pictures | None = None  # every training picture, labelled or not, where a phase asks for them

    @property
    def hash(self) -> str:
        """Of the rows' keys and labels, split by split, and of the caches that they are read from."""
        mined = sorted(self.train.rows.mined)
        told: list[Any] = [mined] if mined else []  # a run without any keeps the hash that it had
        told += [
            [split.rows.studies, [[str(one) for one in row] for row in split.labels], split.cache.folder.name]
            for split in (self.train, self.tune)
        ]
        if self.look is not None:
            told.append([self.look.rows.studies, [], self.look.cache.folder.name])
        return hash_bytes(json.dumps(told).encode())


def learn_bundle(recipe: str | Path | Located, out: str | Path, *, told: Told | None = None) -> Learned:
    """Train by a recipe and leave a bundle in ``out``; a run that was stopped goes on from its last epoch.

    ``out`` gets ``bundle/``, ``<name>.fidu``, ``network.safetensors``, ``log.csv``, ``speed.csv``, ``tensorboard/``,
    ``learned.json`` and ``state.ckpt``.
    Rows of other splits than train and tune are never read. ``told(done, total)`` is called after every epoch.

    Raises:
        UnusableInput: the recipe, the cohort or a file of weights cannot be used.
        WrongUsage: a name that nothing bears, or ``out`` holds a run of another recipe.
        CannotJudge: too few patients, a finding that nobody has, or a rule that no threshold meets.
        Diverged: the loss is not finite.
    """
    located = recipe if isinstance(recipe, Located) else read_recipe(recipe)
    folder = Path(out)
    asked = located.recipe
    peers = Peers.join(asked.training)
    material = peers.in_turn(lambda: gather_material(located))
    require_stackable(asked, material.train.rows, material.tune.rows)
    require_askable(located, material.tune.rows.cohort)
    network, weights, state = train_network(located, material, folder, peers=peers, told=told)
    if not peers.seat.first:
        peers.wait()
        return _heard(asked, folder)
    train, tune = (_judged(network, one, state) for one in (material.train, material.tune))
    sequenced = sequence_slices(asked, asked.sequence, network.head, train, tune) if asked.sequence else None
    metrics = _metrics(train, tune) | (sequenced.metrics(asked.recipe.findings) if sequenced else {})
    provenance = _provenance(asked, material, weights, metrics)
    together = sequenced.together if sequenced else None
    trained = Trained(asked, network, material.preparation, train, tune, provenance, together)
    apart = write_bundle(trained, folder / "bundle")
    save_file(network.state_dict(), folder / WEIGHTS)
    packed = pack_bundle(folder / "bundle", folder / f"{asked.recipe.name}.fidu")
    audit, untold = _audit(located, trained, folder)
    notes = (*material.notes, *_start(asked, material), *state.notes, *_of_volumes(trained, sequenced, packed), *untold)
    learned = Learned(
        asked, folder / "bundle", packed, metrics, apart, notes, material.failed, sequence=sequenced, audit=audit
    )
    write_text(folder / LEARNED, json.dumps(learned.document(), indent=2, ensure_ascii=False) + "\n")
    peers.wait()
    return learned


def _heard(recipe: Recipe, folder: Path) -> Learned:
    """What the first process wrote, for the others of a run."""
    told = json.loads((folder / LEARNED).read_text(encoding="utf-8"))
    failed = {one["study"]: one["reason"] for one in told["failed"]}
    metrics, notes = told["metrics"], tuple(told["notes"])
    return Learned(
        recipe, folder / "bundle", folder / told["bundle"], metrics, told["parity"], notes, failed, leads=False
    )


def train_network(
    located: Located, material: Material, folder: Path, *, peers: Peers | None = None, told: Told | None = None
) -> tuple[Classifier, dict[str, str], State]:
    """All phases, from the last epoch that ``folder`` holds; gives also the hashes of the weights it started from.

    Raises:
        UnusableInput: a file of weights cannot be used, or the state cannot be written.
        WrongUsage: ``folder`` holds a run of another recipe.
        Diverged: the loss is not finite.
    """
    run, weights = _run(located, material, folder, peers, told)
    return run.finish(), weights, run.state


def pretrain_network(
    located: Located, material: Material, folder: Path, *, peers: Peers | None = None, told: Told | None = None
) -> Classifier:
    """The phases that look at pictures without labels, and no other; ``folder`` gets the backbones.

    Raises:
        UnusableInput: a file of weights cannot be used, or the state cannot be written.
        WrongUsage: ``folder`` holds a run of another recipe.
        Diverged: the loss is not finite.
    """
    run, _ = _run(located, material, folder, peers, told)
    return run.pretrain()


def _run(
    located: Located, material: Material, folder: Path, peers: Peers | None, told: Told | None
) -> tuple[Run, dict[str, str]]:
    asked = located.recipe
    torch.manual_seed(asked.recipe.seed)
    network, weights = _network(located, material.train.cache.shape[0])
    state = read_state(folder / STATE, asked.hash, material.hash)
    state = state or State(asked.hash, material.hash, asked.training.batch)
    peers = peers or Peers.join(asked.training)
    return Run(asked, network, material.train, material.tune, folder, state, peers, told, material.look), weights


def gather_material(located: Located) -> Material:
    """Rows of train and tune, their fitted preparation and their cached pictures.

    Raises:
        UnusableInput: the recipe's preparation or the cohort cannot be used.
        CannotJudge: too few patients, a finding that nobody has, or no image that can be prepared.
    """
    recipe = located.recipe
    cohort = read_cohort(located.path(recipe.data.cohort))
    rows = TrainingRows.of(cohort, recipe.recipe.findings)
    every = rows.with_unlabelled(cohort) if recipe.looks else rows.only(SEEN[0])
    home = located.path(recipe.data.cache)
    preparation = fit_preparation(recipe.preparation, rows, where="recipe")
    work = Preparing(parse_steps(preparation, where="recipe"))
    cache = open_cache(_of_both(rows, every), work, home)
    augmenters: tuple[Augmenter, ...] = tuple(
        parse_member("augmenters", section, where=f"augment {number}")
        for number, section in enumerate(recipe.augment, start=1)
    )
    kept = _checked(rows.with_studies(set(cache.places)))
    if recipe.data.mined is not None:
        kept = kept.with_mined(read_reviewed(located.path(recipe.data.mined), kept))
    every = every.with_studies(set(cache.places))
    train, tune = kept.with_share(recipe.training.labels, recipe.recipe.seed), kept.only(SEEN[1])
    stressed = _stressed(augmenters, every, work, home, recipe.recipe.seed)
    notes = [f"Site {site!r} is in the tuning split and not in the training split." for site in strange_sites(kept)]
    return Material(
        preparation, Pictures.of(train, cache, augmenters, stressed), Pictures.of(tune, cache), cache.failed,
        tuple(notes), Pictures.of(every, cache, augmenters, stressed) if recipe.looks else None,
    )  # fmt: skip


def _of_both(rows: TrainingRows, every: TrainingRows) -> list[Study]:
    """Whatever is learned from, each once; rows without a label come last."""
    images = rows.images()
    known = {one.study for one in images}
    return [*images, *(one for one in every.images() if one.study not in known)]


def _checked(rows: TrainingRows) -> TrainingRows:
    # Asked again: what could not be prepared may have been all of a class.
    return TrainingRows.of(rows.cohort, rows.findings)


def _stressed(
    augmenters: tuple[Augmenter, ...], train: TrainingRows, work: Preparing, home: Path, seed: int
) -> list[tuple[Stress, Cache]]:
    wanted = {stress for one in augmenters if isinstance(one, UnderCondition) for stress in one.stresses}
    images = train.images()
    return [
        (stress, open_cache(images, Preparing(work.steps, stress, seed), home)) for stress in sorted(wanted, key=str)
    ]


def _network(located: Located, channels: int) -> tuple[Classifier, dict[str, str]]:
    """The network, and the hashes of the files that it starts from."""
    asked = located.recipe.network
    network = Classifier(asked.backbones, channels, len(located.recipe.recipe.findings), asked.dropout)
    if asked.after is not None:
        return network, {"network": load_network(network, located.path(asked.after))}
    hashes = {}
    for one, name, file in zip(network.backbones, asked.backbones, asked.files, strict=False):
        hashes[f"weights {name}"] = load_weights(one, located.path(file))
    return network, hashes


def _start(recipe: Recipe, material: Material) -> tuple[str, ...]:
    begun = _begun(recipe)
    if material.look is None:
        return begun
    without = int(np.isnan(material.look.labels).all(axis=1).sum())
    looked = f"Before it saw a label it looked at {len(material.look)} pictures of the training split"
    return (*begun, f"{looked}, of which {without} have none.")


def _begun(recipe: Recipe) -> tuple[str, ...]:
    if recipe.network.after is not None:
        return (f"The network goes on from {Path(recipe.network.after).name} of an earlier run.",)
    return () if recipe.network.files else ("The network started from noise: the recipe names no weights.",)


def _audit(located: Located, trained: Trained, folder: Path) -> tuple[NetworkAudit | None, tuple[str, ...]]:
    """The audit that the recipe asks for, or why there is none: by now the bundle is written, and stays."""
    asked = located.recipe.audit
    if asked is None:
        return None, ()
    try:
        return audit_network(located, asked, trained, folder), ()
    except CannotJudge as reason:
        return None, (f"audit: not shown: {reason}",)


def _of_volumes(trained: Trained, sequenced: Sequenced | None, packed: Path) -> tuple[str, ...]:
    """What the finished bundle says of whole volumes against what was fitted, and the series that have no order."""
    if sequenced is None:
        return ()
    notes = [f"{series}: its slices have no order: {reason}" for series, reason in sequenced.left_out.items()]
    return (*notes, *told_by_bundle(open_model(packed), sequenced.tune, trained.operating()))


def _judged(network: Classifier, pictures: Pictures, state: State) -> Judged:
    plain = Pictures.of(pictures.rows, pictures.cache)
    return Judged(plain, *scored(network, plain, state.micro, torch.device("cpu"), state.notes.append))


def _metrics(train: Judged, tune: Judged) -> dict[str, float]:
    found: dict[str, float] = {}
    for split, judged in zip(SEEN, (train, tune), strict=True):
        areas = auroc(judged.logits, judged.pictures.labels)
        found |= {
            f"{split}.auroc.{name}": area for name, area in zip(judged.pictures.rows.findings, areas, strict=True)
        }
    return {name: round(area, 6) for name, area in found.items() if np.isfinite(area)}


def _provenance(
    recipe: Recipe, material: Material, weights: dict[str, str], metrics: dict[str, float]
) -> dict[str, Any]:
    data: dict[str, str] = {
        split: part_of(pictures.rows.cohort.rows["study"]).hash
        for split, pictures in zip(SEEN, (material.train, material.tune), strict=True)
    }
    if material.look is not None:
        data["look"] = part_of(material.look.rows.cohort.rows["study"]).hash
    versions = {name: version(name) for name in _PACKAGES}
    return {
        "recipe": f"{recipe.recipe.name} {recipe.recipe.version}",
        "recipe_hash": recipe.hash,
        "data": data | {"material": material.hash} | weights,
        "metrics": metrics,
        "versions": versions | {"python": platform.python_version()},
    }
