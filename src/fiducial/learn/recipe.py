"""A recipe: every choice of a training run in one TOML file, read strictly and hashed into the bundle."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fiducial.claims.claim import Bound, Condition, Share
from fiducial.claims.floors import FLOORS
from fiducial.claims.operating import parse_operating_rule
from fiducial.files.hashes import hash_bytes
from fiducial.files.names import did_you_mean
from fiducial.files.toml import read_toml

Names: TypeAlias = Annotated[tuple[str, ...], Field(min_length=1)]
Section: TypeAlias = dict[str, Any]  # parsed by the plugin that its ``kind`` names
_WITH_INTERCEPT = ("platt", "beta", "isotonic")  # calibrators that find the prevalence of what they are fitted on


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class About(_Strict):
    """The ``[recipe]`` section."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    version: str = "1.0.0"
    statement: str = ""
    licence: str = "Apache-2.0"  # SPDX, of weights and graph
    findings: Names
    seed: int = Field(default=0, ge=0)


class Data(_Strict):
    """The ``[data]`` section: files relative to the recipe's own folder."""

    cohort: str
    cache: str = "cache"
    mined: str | None = None  # a reviewed list of hard negatives, as ``fiducial learn mine`` writes it


class Network(_Strict):
    """The ``[network]`` section. Several backbones are fused: their features stand side by side before one layer."""

    backbone: str | Names
    dropout: float = Field(default=0.0, ge=0, lt=1)
    weights: str | Names | None = None  # local files, one a backbone; without any the network starts from noise
    after: str | None = None  # network.safetensors of an earlier run: backbones and last layer go on from there

    @property
    def backbones(self) -> tuple[str, ...]:
        """One or several, in order."""
        return (self.backbone,) if isinstance(self.backbone, str) else self.backbone

    @property
    def files(self) -> tuple[str, ...]:
        """As many as backbones, or none."""
        return () if self.weights is None else (self.weights,) if isinstance(self.weights, str) else self.weights

    @model_validator(mode="after")
    def _a_file_each(self) -> Self:
        if self.files and self.after is not None:
            raise ValueError("weights and after contradict each other: a network begins once; keep one")
        if self.files and len(self.files) != len(self.backbones):
            raise ValueError(f"weights must be one file a backbone: {len(self.backbones)}, got {len(self.files)}")
        return self


class Training(_Strict):
    """The ``[training]`` section."""

    batch: int = Field(default=32, ge=1)  # images at a time in the memory
    accumulate: int = Field(default=1, ge=1)  # such batches a step: the effective batch is batch x accumulate
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    weight_decay: float = Field(default=1e-2, ge=0)
    warmup: float = Field(default=0.1, ge=0, lt=1)  # share of a phase's steps on the way up to its learning rate
    ema: float | None = Field(default=None, gt=0, lt=1)  # decay a step of the averaged weights, which are then kept
    patience: int | None = Field(default=None, ge=1)  # epochs without a better tuning score until a phase ends
    monitor: Literal["loss", "auroc"] = "loss"  # on the tuning split: what is best
    deterministic: bool = True
    channels_last: bool = False  # pixels lie channel by channel in the memory, which tensor cores prefer
    compile: bool = False  # torch.compile: minutes at the start of a phase, faster steps after it
    workers: int = Field(default=0, ge=0)  # processes that load and augment
    labels: float = Field(default=1.0, gt=0, le=1)  # share of the training split's patients whose labels are used


class Phase(_Strict):
    """One ``[[phases]]``: what is trained, for how long and how fast; its own sampler and loss where named.

    With an ``objective`` it learns from the pictures of the training split alone, and from no label.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    frozen: bool = False  # the backbones; the last layer alone learns
    unfrozen_from: str | Names | None = None  # a layer of each backbone; what lies before it is frozen
    layer_decay: float = Field(default=1.0, gt=0, le=1)  # each stage towards the input learns by this factor slower
    sampler: Section | None = None
    loss: Section | None = None
    objective: Section | None = None

    @model_validator(mode="after")
    def _labels_or_an_objective(self) -> Self:
        told = [name for name in ("frozen", "sampler", "loss") if self.objective and getattr(self, name)]
        if told:
            raise ValueError(f"{told[0]} has no meaning beside an objective, which looks at no label; keep one")
        return self

    @model_validator(mode="after")
    def _frozen_or_from_a_layer(self) -> Self:
        if self.frozen and self.unfrozen_from is not None:
            raise ValueError("frozen and unfrozen_from contradict each other; keep one")
        return self


class SliceSequence(_Strict):
    """The ``[sequence]`` section: how the slices of a series become one decision; without it each image is one.

    ``gru`` and ``transformer`` learn over the features of slices in their order; ``max`` is the greatest slice's score.
    """

    kind: Literal["gru", "transformer", "max"]
    width: int = Field(default=64, ge=4, multiple_of=4)
    layers: int = Field(default=1, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    epochs: int = Field(default=20, ge=1)  # that with the least loss on tuning volumes is kept, the start among them
    learning_rate: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=1e-2, ge=0)
    batch: int = Field(default=8, ge=1)  # volumes


class Audit(_Strict):
    """The ``[audit]`` section: once it is trained, the network is asked on tuning images what it looks at.

    ``harmless``: regions that hold no finding, such as a coil; each is filled in, and no decision should turn.
    ``vital``: those that hold it; filled in, a right positive call should fall. Without ``masks`` nobody knows where
    they lie, and the audit says so.
    """

    finding: str | None = None  # default: the first
    masks: str | None = None  # a masks table: study, region, path
    harmless: tuple[Condition, ...] = ()
    vital: tuple[Condition, ...] = ()
    conditions: tuple[str, ...] = ("mask-border:3", "mask-corners:3", "mask-outside-body:1")
    studies: int = Field(default=200, ge=2)  # images; up to half of them such as show a harmless region


class Export(_Strict):
    """The ``[export]`` section: what the bundle and its claims say. All of it is fitted on ``tune``."""

    rule: str = "specificity >= 0.85"
    calibrator: Literal["temperature", "platt", "beta", "isotonic", "none"] = "temperature"
    support: Literal["mahalanobis", "nearest", "none"] = "mahalanobis"
    level: float = Field(default=0.01, gt=0, lt=1)  # share of images like the tuning split's on which it abstains
    prevalence: tuple[Share, Share] | None = None
    # where scores are to be probabilities, of all findings or of each:
    deployed_prevalence: Share | dict[str, Share] | None = None
    floors: dict[str, Bound | tuple[Bound, Bound]] = Field(default_factory=dict)
    largest_batch: int = Field(default=32, ge=1)

    @field_validator("rule")
    @classmethod
    def _a_rule(cls, rule: str) -> str:
        parse_operating_rule(rule)
        return rule

    @field_validator("floors")
    @classmethod
    def _known(cls, floors: dict[str, Any]) -> dict[str, Any]:
        for name in floors:
            if name not in FLOORS:
                raise ValueError(f"unknown floor {name!r}.{did_you_mean(name, FLOORS)} There are: {', '.join(FLOORS)}")
        return floors

    @model_validator(mode="after")
    def _a_calibrator_that_knows_the_prevalence(self) -> Self:
        if self.deployed_prevalence is not None and self.calibrator not in _WITH_INTERCEPT:
            raise ValueError(
                f"deployed_prevalence starts from scores that are right on tune, and the calibrator "
                f"{self.calibrator!r} leaves in them what the sampler taught; take {', '.join(_WITH_INTERCEPT)}"
            )
        return self

    def deployed(self, finding: str) -> float | None:
        """How many have it where the model will be used, if the recipe says so."""
        told = self.deployed_prevalence
        return told.get(finding) if isinstance(told, dict) else told


class Recipe(_Strict):
    """A whole ``recipe.toml``."""

    recipe: About
    data: Data
    preparation: tuple[Section, ...] = Field(min_length=1)  # the bundle's own; normalise may say mean = "fit"
    sampler: Section = Field(default_factory=lambda: {"kind": "plain"})
    network: Network
    loss: Section = Field(default_factory=lambda: {"kind": "bce"})
    augment: tuple[Section, ...] = ()
    training: Training = Field(default_factory=Training)
    phases: tuple[Phase, ...] = Field(min_length=1)
    sequence: SliceSequence | None = None
    audit: Audit | None = None
    export: Export = Field(default_factory=Export)

    @model_validator(mode="after")
    def _named_findings_are_known(self) -> Self:
        told = self.export.deployed_prevalence
        audited = self.audit.finding if self.audit else None
        named = [("export.deployed_prevalence", name) for name in (told if isinstance(told, dict) else ())]
        for where, name in (*named, *([("audit.finding", audited)] if audited else [])):
            if name not in self.recipe.findings:
                hint = did_you_mean(name, self.recipe.findings)
                raise ValueError(f"{where} names {name!r}, which is no finding of the recipe.{hint}")
        return self

    @model_validator(mode="after")
    def _labels_come_last(self) -> Self:
        told = [phase.objective is not None for phase in self.phases]
        if told != sorted(told, reverse=True) or all(told):
            raise ValueError(
                "phases: those with an objective come first, and one without must follow, which learns from labels"
            )
        return self

    @property
    def looks(self) -> tuple[Phase, ...]:
        """The phases that look at pictures without their labels."""
        return tuple(phase for phase in self.phases if phase.objective is not None)

    @property
    def hash(self) -> str:
        """``sha256:...`` of every choice, defaults written out; the folders of cohort and cache are no choice."""
        told = self.model_dump(mode="json", exclude={"data"})
        return hash_bytes(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class Located:
    """A recipe and the folder that its files are relative to."""

    recipe: Recipe
    folder: Path

    def path(self, name: str) -> Path:
        """A file that the recipe names; absolute, as processes that prepare images may stand in another folder."""
        return (self.folder / name).absolute()


def read_recipe(path: str | Path) -> Located:
    """Read and validate a ``recipe.toml``; sections of plugins are checked when they are used.

    Raises:
        UnusableInput: naming the file, the key, the nearest known key and what it may be.
    """
    return Located(read_toml(Path(path), Recipe), Path(path).parent)
