"""Manifests without a bundle around them."""

from typing import Any

from fiducial.models.manifest import Manifest

LEAST: dict[str, Any] = {
    "schema": "fiducial.bundle/1",
    "name": "made",
    "version": "1.0.0",
    "licence": "Apache-2.0",
    "task": "classification",
    "graph": {"file": "model.onnx"},
    "outputs": {"logits": "logits"},
    "findings": [{"name": "x"}],
}


def manifest(**more: Any) -> Manifest:  # noqa: ANN401  (whatever a bundle.toml may hold)
    """The least that a bundle says, and ``more``."""
    return Manifest.model_validate(LEAST | more)


def detection(**outputs: Any) -> Manifest:  # noqa: ANN401
    """Of a detector with one finding, x."""
    return manifest(task="detection", outputs={"boxes": "boxes", "box_scores": "scores"} | outputs)
