"""``bundle.toml``: everything that a bundle says of itself, read strictly."""

from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from fiducial.claims.catalogue.entry import System
from fiducial.claims.claim import Share, Threshold
from fiducial.predictions.calibrator_specs import CalibratorSpec
from fiducial.predictions.calibrators import shift_prevalence

SCHEMA = "fiducial.bundle/1"

Name = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9._-]+$")]


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if not bounds[0] <= bounds[1]:
        raise ValueError(f"must be [low, high] with low <= high, got [{bounds[0]:g}, {bounds[1]:g}]")
    return bounds


def inside(name: str) -> str:
    """The name of a file of the bundle.

    Raises:
        ValueError: it leads out of the bundle.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not name:
        raise ValueError(f"must be a file inside the bundle, got {name!r}")
    return path.as_posix()


Inside = Annotated[str, AfterValidator(inside)]
Range = Annotated[tuple[float, float], AfterValidator(_rising)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Task(StrEnum):
    """What a model makes of an image."""

    CLASSIFICATION = "classification"  # a score a finding
    DETECTION = "detection"  # boxes
    SEGMENTATION = "segmentation"  # a mask a finding
    IMAGE_TO_IMAGE = "image-to-image"  # another image
    EMBEDDING = "embedding"  # a vector


class Graph(_Strict):
    """The ``[graph]`` section: an ONNX file of the bundle, or a model on a server of the KServe v2 protocol."""

    file: Inside | None = None
    url: str | None = None  # http://host:8000/v2/models/NAME
    input: str | None = None  # only where the graph has several
    dimensions: Literal[2, 3] = 2  # (batch, channels, rows, columns) or (batch, channels, slices, rows, columns)
    largest_batch: int = Field(default=16, ge=1)
    most_slices: int = Field(default=2000, ge=1)  # a study of more is refused: it would fill the memory

    @model_validator(mode="after")
    def _one_home(self) -> Self:
        if (self.file is None) == (self.url is None):
            raise ValueError("give either file (an ONNX graph in the bundle) or url (a KServe v2 server)")
        return self


class Outputs(_Strict):
    """The ``[outputs]`` section: which output of the graph is what. Those that a task needs must be named."""

    logits: str | None = None  # (batch, classes), or (batch, classes[, slices], rows, columns) of a segmentation
    probabilities: str | None = None  # as logits, after the activation
    map: str | None = None  # (batch, channels, rows, columns): the last feature map
    features: str | None = None  # (batch, width)
    boxes: str | None = None  # (batch, n, 4)
    box_logits: str | None = None  # (batch, n, classes)
    box_scores: str | None = None  # as box_logits, after the activation
    image: str | None = None  # (batch, 1[, slices], rows, columns)
    activation: Literal["sigmoid", "softmax"] = "sigmoid"
    classes: tuple[str, ...] = ()  # of a softmax: its classes in order, findings among them; default: the findings
    box_format: Literal["xyxy", "cxcywh"] = "xyxy"
    box_unit: Literal["pixels", "fractions"] = "pixels"  # of the prepared picture
    smallest_score: float = Field(default=0.05, ge=0, le=1)  # a box below is no box
    overlap: float = Field(default=0.5, gt=0, le=1)  # IoU above which the weaker box of a finding is dropped; 1: none
    head: Inside | None = None  # .npz of the bundle: weight (classes, channels), bias (classes,) of the last layer


class PriorShift(_Strict):
    """``prevalence`` of a finding: calibrated scores, right at ``fitted``, are moved to be right at ``deployed``.

    Odds are multiplied by the ratio of the prior odds. Source: Saerens, Latinne and Decaestecker 2002, Neural Comput
    14:21-41, doi:10.1162/089976602753284446; Elkan 2001, IJCAI, 973-978.
    """

    fitted: Share
    deployed: Share


class Finding(_Strict):
    """One ``[[findings]]``: what is scored, its codes, its claim, its threshold and how it is calibrated."""

    name: str = Field(min_length=1)
    codes: dict[System, str] = Field(default_factory=dict)
    claim: Inside | None = None  # a claim.toml of the bundle
    threshold: Threshold | None = None
    calibrator: CalibratorSpec | None = None
    prevalence: PriorShift | None = None  # after the calibrator

    def probability(self, score: float) -> float:
        """A score of the graph, 0-1, calibrated and moved to the prevalence where the model is used."""
        found = np.array([score], np.float64)
        if self.calibrator is not None:
            found = self.calibrator.calibrator().apply(found)
        if self.prevalence is not None:
            found = shift_prevalence(found, self.prevalence.fitted, self.prevalence.deployed)
        return float(found[0])


class Aggregation(_Strict):
    """The ``[aggregation]`` section: how slices become one study; without it a study of several slices is refused."""

    kind: Literal["max", "top-mean", "noisy-or", "graph"]
    k: int = Field(default=3, ge=1)  # of top-mean
    file: Inside | None = None  # of graph: ONNX, features (1, slices, width) -> logits (1, classes)

    @model_validator(mode="after")
    def _graph_has_a_file(self) -> Self:
        if (self.kind == "graph") != (self.file is not None):
            raise ValueError('aggregation.file goes with kind = "graph", and only with it')
        return self


class Inputs(_Strict):
    """``[support.inputs]``: what a study must be for the model to answer it; what is not named is not asked.

    Values are compared with the header; a header without the element is outside unless ``unknown`` says otherwise.
    """

    modality: tuple[str, ...] = ()
    body_part: tuple[str, ...] = ()
    view: tuple[str, ...] = ()
    photometric: tuple[str, ...] = ()
    spacing: Range | None = None  # mm, in the plane
    slice_spacing: Range | None = None  # mm
    values: Range | None = None  # physical: the 0.5 and 99.5 percentiles must lie within
    rows: Range | None = None
    columns: Range | None = None
    slices: Range | None = None
    unknown: Literal["outside", "inside"] = "outside"


class Support(_Strict):
    """The ``[support]`` section: when the model says "I do not know"."""

    inputs: Inputs = Field(default_factory=Inputs)
    kind: Literal["mahalanobis", "nearest", "conformal"] | None = None
    file: Inside | None = None  # .npz of the bundle: what fit_distance or fit_conformal gave
    level: float = Field(default=0.01, gt=0, lt=1)  # share of studies like those held out on which a distance abstains;
    # of a conformal support: how often the true class may be missing from the prediction set

    @model_validator(mode="after")
    def _kind_has_a_file(self) -> Self:
        if (self.kind is None) != (self.file is None):
            raise ValueError("support.kind and support.file go together: how doubt is told, and from what statistics")
        return self


class Provenance(_Strict):
    """The ``[provenance]`` section: what the model was made from, with what, and how it fared where it was made."""

    data: dict[str, str] = Field(default_factory=dict)  # name of a table or split -> its hash
    recipe: str | None = None
    recipe_hash: str | None = None
    metrics: dict[str, float] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    parity: float | None = None  # the largest difference between the exported graph and what was trained


class Manifest(_Strict):
    """A whole ``bundle.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_: str = Field(alias="schema")
    name: Name
    version: str = Field(min_length=1)
    task: Task
    licence: str = Field(min_length=1)  # SPDX, of weights and graph
    statement: str = ""
    graph: Graph
    outputs: Outputs
    findings: tuple[Finding, ...] = ()
    preparation: tuple[dict[str, Any], ...] = ()  # parsed by fiducial.scans.preparation
    aggregation: Aggregation | None = None
    support: Support = Field(default_factory=Support)
    provenance: Provenance = Field(default_factory=Provenance)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = _NEEDED[self.task]
        if not any(getattr(self.outputs, name) is not None for name in needed):
            raise ValueError(f"a {self.task} needs outputs.{' or outputs.'.join(needed)}")
        if self.task is Task.DETECTION and self.outputs.boxes is None:
            raise ValueError("a detection needs outputs.boxes")
        if self.task in _WITH_FINDINGS and not self.findings:
            raise ValueError(f"a {self.task} needs [[findings]]")
        if self.aggregation is not None and self.task is not Task.CLASSIFICATION:
            raise ValueError(f"aggregation makes one score of slice scores, and a {self.task} has none; leave it out")
        if self.support.kind == "conformal" and not self.findings:
            raise ValueError('support.kind = "conformal" weighs scores, and the bundle has no [[findings]]')
        return self

    @model_validator(mode="after")
    def _findings_are_told_apart(self) -> Self:
        names = [finding.name for finding in self.findings]
        if len(set(names)) < len(names):
            raise ValueError("two findings have one name")
        unknown = sorted(set(names) - set(self.classes))
        if unknown:
            raise ValueError(f"outputs.classes does not name the finding {unknown[0]!r}")
        return self

    @property
    def classes(self) -> tuple[str, ...]:
        """What each column of the graph's scores is about."""
        return self.outputs.classes or tuple(finding.name for finding in self.findings)


_NEEDED = {
    Task.CLASSIFICATION: ("logits", "probabilities"),
    Task.DETECTION: ("box_logits", "box_scores"),
    Task.SEGMENTATION: ("logits", "probabilities"),
    Task.IMAGE_TO_IMAGE: ("image",),
    Task.EMBEDDING: ("features",),
}
_WITH_FINDINGS = (Task.CLASSIFICATION, Task.DETECTION, Task.SEGMENTATION)
