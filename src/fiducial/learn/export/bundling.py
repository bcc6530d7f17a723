"""Everything that leaves training, as the folder of a bundle: graph, head, preparation, thresholds, support, claims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from fiducial.claims.evidence import NOTICE
from fiducial.files.writing import replacing, write_text
from fiducial.learn.export.graph import parity, to_onnx
from fiducial.learn.export.operating import Operating, operating
from fiducial.learn.export.tables import as_npz, as_toml
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.recipe import Recipe
from fiducial.learn.rows import Labels
from fiducial.learn.training.pictures import Pictures
from fiducial.learn.training.scoring import Floats
from fiducial.models.manifest import SCHEMA
from fiducial.models.support.distance import fit_distance
from fiducial.models.support.vectors import vector_of
from fiducial.predictions.calibrator_specs import spec_of

MODEL = "model.onnx"
_COMPARED = 16  # real pictures on which torch and ONNX are compared


class Decided(Protocol):
    """The decisions of a split, a picture each or a volume each."""

    @property
    def labels(self) -> Labels:
        """(n, findings)."""
        ...

    @property
    def logits(self) -> Floats:
        """(n, findings)."""
        ...

    @property
    def vectors(self) -> Floats:
        """What support compares."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A split after training: its pictures, and what the network says of them."""

    pictures: Pictures
    logits: Floats
    features: Floats

    @property
    def labels(self) -> Labels:
        """(n, findings)."""
        return self.pictures.labels

    @property
    def vectors(self) -> Floats:
        """What support compares: features and statistics of every picture."""
        planes = (self.pictures[place, None][0].numpy()[:, np.newaxis] for place in range(len(self.pictures)))
        pairs = zip(planes, self.features, strict=True)
        return np.stack([vector_of(plane, own.astype(np.float32)) for plane, own in pairs])


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Slices as volumes: both splits, the bundle's ``[aggregation]``, and the graph that it names, if any."""

    train: Decided
    tune: Decided
    aggregation: Mapping[str, str]
    graph: bytes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A finished run, ready to be written down. ``provenance``: hashes, versions and metrics.

    With ``together`` every decision is about a volume: calibrators, thresholds, support and claims are volumes', too.
    """

    recipe: Recipe
    network: Classifier
    preparation: Sequence[Mapping[str, Any]]
    train: Judged
    tune: Judged
    provenance: Mapping[str, Any]
    together: Together | None = None

    @property
    def decided(self) -> tuple[Decided, Decided]:
        """What is decided about in ``train`` and in ``tune``."""
        return (self.train, self.tune) if self.together is None else (self.together.train, self.together.tune)

    def operating(self) -> dict[str, Operating]:
        """Calibrator and threshold of every finding, from the tuning split.

        Raises:
            CannotJudge: no threshold of a finding meets the recipe's rule.
        """
        asked, (_, tune) = self.recipe.export, self.decided
        return {
            finding: operating(
                tune.logits[:, column], tune.labels[:, column],
                calibrator=asked.calibrator, rule=asked.rule, finding=finding, deployed=asked.deployed(finding),
            )
            for column, finding in enumerate(self.recipe.recipe.findings)
        }  # fmt: skip


def write_bundle(trained: Trained, folder: Path, graph: bytes | None = None) -> float:
    """Fill ``folder``; gives the parity. ``bundle.toml`` is written last. ``graph``: if it was exported before.

    Raises:
        NotTheSame: the graph differs from the network.
        CannotJudge: no threshold meets the recipe's rule, or the support has too few rows.
    """
    points = trained.operating()
    graph = graph or to_onnx(trained.network, trained.tune.pictures.cache.shape)
    apart = parity(graph, trained.network, _some(trained.tune.pictures))
    _write(folder / MODEL, graph)
    _write(folder / "head.npz", as_npz(_head(trained.network)))
    support, together = _support(trained, folder), trained.together
    if together is not None and together.graph is not None:
        _write(folder / together.aggregation["file"], together.graph)
    for finding, point in points.items():
        write_text(folder / _claim_file(finding), as_toml(_claim(trained, finding, point)))
    manifest = _manifest(trained, points, apart) | ({"support": support} if support else {})
    manifest |= {"aggregation": dict(together.aggregation)} if together else {}
    write_text(folder / "bundle.toml", as_toml(manifest))
    return apart


def _manifest(trained: Trained, points: Mapping[str, Operating], apart: float) -> dict[str, Any]:
    about = trained.recipe.recipe
    return {
        "schema": SCHEMA,
        "name": about.name,
        "version": about.version,
        "task": "classification",
        "licence": about.licence,
        "statement": f"{about.statement} {NOTICE}".strip(),
        "graph": {"file": MODEL, "largest_batch": trained.recipe.export.largest_batch},
        "outputs": {"logits": "logits", "features": "features", "map": "map", "head": "head.npz"},
        "findings": [_finding(name, point) for name, point in points.items()],
        "preparation": list(trained.preparation),
        "provenance": dict(trained.provenance) | {"parity": float(f"{apart:.2e}")},
    }


def _finding(name: str, point: Operating) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "claim": _claim_file(name), "threshold": _threshold(point)}
    if point.calibrator is not None:
        found["calibrator"] = spec_of(point.calibrator).model_dump(mode="json")
    if point.deployed is not None:
        found["prevalence"] = {"fitted": point.fitted, "deployed": point.deployed}
    return found


def _threshold(point: Operating) -> dict[str, Any]:
    return {"value": point.threshold, "chosen_on": "tune", "rule": point.rule}


def _claim(trained: Trained, finding: str, point: Operating) -> dict[str, Any]:
    """A draft: whoever makes the claim says what it is for, and what it must hold."""
    recipe, deployed = trained.recipe, point.deployed
    prevalence = recipe.export.prevalence or (None if deployed is None else (deployed, deployed))
    claim = {
        "name": f"{recipe.recipe.name}-{_plain(finding)}",
        "finding": finding,
        "statement": _statement(trained, finding, point),
        "prevalence": None if prevalence is None else list(prevalence),
        "scores_at": deployed,
        "threshold": _threshold(point),
    }
    return {"claim": claim, "floors": recipe.export.floors}


def _statement(trained: Trained, finding: str, point: Operating) -> str:
    flags = f"Flags {'images' if trained.together is None else 'volumes'} with {finding}."
    if point.deployed is None:
        return flags
    return (
        f"{flags} Scores are probabilities where {100 * point.deployed:.3g}% have it, moved there from "
        f"{100 * point.fitted:.3g}% of the tuning split."
    )


def _claim_file(finding: str) -> str:
    return f"claims/{_plain(finding)}.toml"


def _plain(finding: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in finding)


def _head(network: Classifier) -> dict[str, npt.NDArray[Any]]:
    return {"weight": network.head.weight.detach().numpy(), "bias": network.head.bias.detach().numpy()}


def _support(trained: Trained, folder: Path) -> dict[str, Any] | None:
    asked = trained.recipe.export
    if asked.support == "none":
        return None
    train, tune = trained.decided
    _write(folder / "support.npz", as_npz(fit_distance(asked.support, train.vectors, tune.vectors)))
    finest = float(np.ceil(1e4 / (len(tune.labels) + 1)) / 1e4)  # that so many held out can tell
    return {"kind": asked.support, "file": "support.npz", "level": max(asked.level, finest)}


def _some(pictures: Pictures) -> npt.NDArray[np.float32]:
    return np.stack([pictures[place, None][0].numpy() for place in range(min(_COMPARED, len(pictures)))])


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)
