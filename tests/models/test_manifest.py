"""What a bundle.toml may say, and how it is told what it may not."""

from typing import Any

import pytest
from pydantic import ValidationError

from models.on_paper import manifest

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"graph": {}}, "give either file"),
    ({"graph": {"file": "a", "url": "b"}}, "give either file"),
    ({"graph": {"file": "../model.onnx"}}, "must be a file inside the bundle, got '../model.onnx'"),
    ({"graph": {"file": "/etc/model.onnx"}}, "must be a file inside the bundle"),
    ({"outputs": {}}, "a classification needs outputs.logits or outputs.probabilities"),
    ({"task": "segmentation", "outputs": {"boxes": "b"}}, "a segmentation needs outputs.logits"),
    ({"task": "detection", "outputs": {"box_scores": "b"}}, "a detection needs outputs.boxes"),
    ({"findings": []}, r"a classification needs \[\[findings\]\]"),
    ({"findings": [{"name": "x"}, {"name": "x"}]}, "two findings have one name"),
    ({"outputs": {"logits": "l", "classes": ["y"]}}, "outputs.classes does not name the finding 'x'"),
    ({"aggregation": {"kind": "graph"}}, 'aggregation.file goes with kind = "graph"'),
    ({"aggregation": {"kind": "max", "file": "a"}}, 'aggregation.file goes with kind = "graph"'),
    (
        {"task": "detection", "outputs": {"boxes": "b", "box_scores": "s"}, "aggregation": {"kind": "max"}},
        "a detection has none; leave it out",
    ),
    ({"support": {"kind": "nearest"}}, "support.kind and support.file go together"),
    ({"support": {"file": "s.npz"}}, "support.kind and support.file go together"),
    ({"support": {"kind": "nearest", "file": "../s.npz"}}, "must be a file inside the bundle"),
    ({"support": {"inputs": {"rows": [9, 3]}}}, r"must be \[low, high\] with low <= high, got \[9, 3\]"),
    (
        {"task": "embedding", "outputs": {"features": "f"}, "findings": []}
        | {"support": {"kind": "conformal", "file": "s.npz"}},
        "weighs scores, and the bundle has no",
    ),
    ({"name": "a b"}, "pattern"),
    ({"colour": "red"}, "Extra inputs"),
]


@pytest.mark.parametrize(("said", "told"), REFUSED)
def test_what_cannot_be_meant_is_refused(said: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        manifest(**said)


def test_classes_are_the_findings_unless_they_are_named() -> None:
    assert manifest().classes == ("x",)
    named = {"logits": "l", "activation": "softmax", "classes": ["healthy", "x"]}
    assert manifest(outputs=named).classes == ("healthy", "x")
