"""Everything that leaves training, as the folder of a bundle: graph, head, preparation, thresholds, support, claims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fiducial.claims.evidence import NOTICE
from fiducial.files.writing import replacing, write_text
from fiducial.learn.export.graph import parity, to_onnx
from fiducial.learn.export.operating import Operating, operating
from fiducial.learn.export.tables import as_npz, as_toml
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.recipe import Recipe
from fiducial.learn.training.pictures import Pictures
from fiducial.learn.training.scoring import Floats
from fiducial.models.manifest import SCHEMA
from fiducial.models.support.distance import fit_distance
from fiducial.models.support.vectors import vector_of
from fiducial.predictions.calibrator_specs import spec_of

_COMPARED = 16  # real pictures on which torch and ONNX are compared


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A split after training: its pictures, and what the network says of them."""

    pictures: Pictures
    logits: Floats
    features: Floats

    @property
    def vectors(self) -> Floats:
        """What support compares: features and statistics of every picture."""
        planes = (self.pictures[place, None][0].numpy()[:, np.newaxis] for place in range(len(self.pictures)))
        pairs = zip(planes, self.features, strict=True)
        return np.stack([vector_of(plane, own.astype(np.float32)) for plane, own in pairs])


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A finished run, ready to be written down. ``provenance``: hashes, versions and metrics."""

    recipe: Recipe
    network: Classifier
    preparation: Sequence[Mapping[str, Any]]
    train: Judged
    tune: Judged
    provenance: Mapping[str, Any]

    def operating(self) -> dict[str, Operating]:
        """Calibrator and threshold of every finding, from the tuning split.

        Raises:
            CannotJudge: no threshold of a finding meets the recipe's rule.
        """
        asked, labels = self.recipe.export, self.tune.pictures.labels
        return {
            finding: operating(
                self.tune.logits[:, column], labels[:, column],
                calibrator=asked.calibrator, rule=asked.rule, finding=finding,
            )
            for column, finding in enumerate(self.recipe.recipe.findings)
        }  # fmt: skip


def write_bundle(trained: Trained, folder: Path) -> float:
    """Fill ``folder``; gives the parity. ``bundle.toml`` is written last.

    Raises:
        NotTheSame: the graph differs from the network.
        CannotJudge: no threshold meets the recipe's rule, or the support has too few rows.
    """
    points = trained.operating()
    graph = to_onnx(trained.network, trained.tune.pictures.cache.shape)
    apart = parity(graph, trained.network, _some(trained.tune.pictures))
    _write(folder / "model.onnx", graph)
    _write(folder / "head.npz", as_npz(_head(trained.network)))
    support = _support(trained, folder)
    for finding, point in points.items():
        write_text(folder / _claim_file(finding), as_toml(_claim(trained.recipe, finding, point)))
    manifest = _manifest(trained, points, apart) | ({"support": support} if support else {})
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
        "graph": {"file": "model.onnx", "largest_batch": trained.recipe.export.largest_batch},
        "outputs": {"logits": "logits", "features": "features", "map": "map", "head": "head.npz"},
        "findings": [_finding(name, point) for name, point in points.items()],
        "preparation": list(trained.preparation),
        "provenance": dict(trained.provenance) | {"parity": float(f"{apart:.2e}")},
    }


def _finding(name: str, point: Operating) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "claim": _claim_file(name), "threshold": _threshold(point)}
    if point.calibrator is not None:
        found["calibrator"] = spec_of(point.calibrator).model_dump(mode="json")
    return found


def _threshold(point: Operating) -> dict[str, Any]:
    return {"value": point.threshold, "chosen_on": "tune", "rule": point.rule}


def _claim(recipe: Recipe, finding: str, point: Operating) -> dict[str, Any]:
    """A draft: whoever makes the claim says what it is for, and what it must hold."""
    prevalence = recipe.export.prevalence
    claim = {
        "name": f"{recipe.recipe.name}-{_plain(finding)}",
        "finding": finding,
        "statement": f"Flags images with {finding}.",
        "prevalence": None if prevalence is None else list(prevalence),
        "threshold": _threshold(point),
    }
    return {"claim": claim, "floors": recipe.export.floors}


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
    _write(folder / "support.npz", as_npz(fit_distance(asked.support, trained.train.vectors, trained.tune.vectors)))
    finest = float(np.ceil(1e4 / (len(trained.tune.pictures) + 1)) / 1e4)  # that so many held out can tell
    return {"kind": asked.support, "file": "support.npz", "level": max(asked.level, finest)}


def _some(pictures: Pictures) -> npt.NDArray[np.float32]:
    return np.stack([pictures[place, None][0].numpy() for place in range(min(_COMPARED, len(pictures)))])


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)
