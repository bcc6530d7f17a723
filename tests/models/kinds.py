"""A model of every kind that a bundle can be, small enough that its answers can be worked out by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from onnx import helper

from models.making import CLASSIFIER, graph_of, write_bundle

WINDOW = '[[preparation]]\nstep = "window"\nwindows = [[50, 101]]\n'
_HEAD = 'schema = "fiducial.bundle/1"\nname = "made"\nversion = "1.0.0"\nlicence = "Apache-2.0"\n'
_FEATURES = [
    helper.make_node("Conv", ["image", "kernel", "offset"], ["map"]),
    helper.make_node("GlobalAveragePool", ["map"], ["pooled"]),
    helper.make_node("Flatten", ["pooled"], ["features"]),
]
_TWO_CHANNELS = {
    "kernel": np.array([1.0, -1.0], np.float32).reshape(2, 1, 1, 1),
    "offset": np.array([0.0, 1.0], np.float32),
}
_IMAGE = {"image": ("n", 1, "rows", "columns")}
BOXES = ((1.0, 2.0, 5.0, 6.0), (4.0, 4.0, 9.0, 8.0))


def manifest(task: str, outputs: str, *findings: str, more: str = "", graph: str = "") -> str:
    """A bundle.toml; ``more``: further sections."""
    named = "".join(f'[[findings]]\nname = "{finding}"\n' for finding in findings)
    return f'{_HEAD}task = "{task}"\n[graph]\nfile = "model.onnx"\n{graph}[outputs]\n{outputs}\n{named}{WINDOW}{more}'


def bright(folder: Path) -> Path:
    return write_bundle(folder)


def softmax(folder: Path) -> Path:
    outputs = 'logits = "logits"\nactivation = "softmax"\nclasses = ["neither", "bright", "dark"]'
    graph = _linear(np.array([[0, 6, -2], [0, -1, 5]]))
    return write_bundle(folder, manifest("classification", outputs, "dark", "bright"), graph)


def several_findings(folder: Path) -> Path:
    graph = _linear(np.array([[6, -2], [-1, 5]]))
    return write_bundle(folder, manifest("classification", 'logits = "logits"', "bright", "dark"), graph)


def aggregated(kind: str) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        return write_bundle(folder, f'{CLASSIFIER}\n[aggregation]\nkind = "{kind}"\nk = 2\n')

    return made


def sequence(folder: Path) -> Path:
    """The head sees the features of all slices and takes their mean."""
    nodes = [
        helper.make_node("ReduceMean", ["features", "axes"], ["mean"], keepdims=0),
        helper.make_node("Gemm", ["mean", "weight", "bias"], ["logits"]),
    ]
    constants = {
        "axes": np.array([1]),
        "weight": np.array([[8], [0]], np.float32),
        "bias": np.array([-4.0], np.float32),
    }
    head = graph_of(nodes, {"features": (1, "slices", 2)}, {"logits": (1, 1)}, constants)
    text = f'{CLASSIFIER}\n[aggregation]\nkind = "graph"\nfile = "head.onnx"\n'
    return write_bundle(folder, text, head__onnx=head)


def detector(folder: Path) -> Path:
    """Two boxes at fixed places; the brighter the picture the surer."""
    nodes = [
        *_FEATURES,
        helper.make_node("Gemm", ["features", "nothing", "places"], ["flat"]),
        helper.make_node("Reshape", ["flat", "of_boxes"], ["boxes"]),
        helper.make_node("Gemm", ["features", "weight", "bias"], ["sure"]),
        helper.make_node("Reshape", ["sure", "of_scores"], ["box_logits"]),
    ]
    constants = _TWO_CHANNELS | {
        "nothing": np.zeros((2, 8), np.float32),
        "places": np.array(BOXES, np.float32).ravel(),
        "of_boxes": np.array([-1, 2, 4]),
        "weight": np.array([[6, 3], [0, 0]], np.float32),
        "bias": np.array([-3, -2], np.float32),
        "of_scores": np.array([-1, 2, 1]),
    }
    graph = graph_of(nodes, _IMAGE, {"boxes": ("n", 2, 4), "box_logits": ("n", 2, 1)}, constants)
    return write_bundle(folder, manifest("detection", 'boxes = "boxes"\nbox_logits = "box_logits"', "spot"), graph)


def segmenter(folder: Path) -> Path:
    """What is brighter than the middle of the window."""
    graph = _pointwise(20.0, -10.0, "logits", 2)
    return write_bundle(folder, manifest("segmentation", 'logits = "logits"', "bright"), graph)


def segmenter_of_volumes(folder: Path) -> Path:
    text = manifest("segmentation", 'logits = "logits"', "bright", graph="dimensions = 3\n")
    return write_bundle(folder, text, _pointwise(20.0, -10.0, "logits", 3))


def negative(folder: Path) -> Path:
    return write_bundle(folder, manifest("image-to-image", 'image = "image_out"'), _pointwise(-1, 1, "image_out", 2))


def embedding(folder: Path) -> Path:
    return write_bundle(folder, manifest("embedding", 'features = "features"'))


OF_IMAGES: dict[str, Callable[[Path], Path]] = {
    "classification": bright,
    "softmax": softmax,
    "several-findings": several_findings,
    "detection": detector,
    "segmentation": segmenter,
    "image-to-image": negative,
    "embedding": embedding,
}
OF_VOLUMES: dict[str, Callable[[Path], Path]] = {
    "max": aggregated("max"),
    "top-mean": aggregated("top-mean"),
    "noisy-or": aggregated("noisy-or"),
    "sequence": sequence,
    "segmentation-3d": segmenter_of_volumes,
    "segmentation-of-slices": segmenter,
}


def not_a_number(folder: Path) -> Path:
    """The logarithm of what lies below zero: NaN for every dark picture."""
    nodes = [*_FEATURES, helper.make_node("Gemm", ["features", "weight", "bias"], ["s"])]
    nodes.append(helper.make_node("Log", ["s"], ["logits"]))
    constants = _TWO_CHANNELS | {
        "weight": np.array([[8], [0]], np.float32),
        "bias": np.array([-4.0], np.float32),
    }
    graph = graph_of(nodes, _IMAGE, {"logits": ("n", 1)}, constants)
    return write_bundle(folder, manifest("classification", 'logits = "logits"', "bright"), graph)


def _linear(weight: np.ndarray) -> bytes:
    nodes = [*_FEATURES, helper.make_node("Gemm", ["features", "weight"], ["logits"])]
    constants = _TWO_CHANNELS | {"weight": weight.astype(np.float32)}
    return graph_of(nodes, _IMAGE, {"logits": ("n", weight.shape[1]), "features": ("n", 2)}, constants)


def _pointwise(scale: float, bias: float, output: str, dimensions: int) -> bytes:
    free = ("slices", "rows", "columns")[-dimensions:]
    constants = {
        "kernel": np.full((1, 1, *[1] * dimensions), scale, np.float32),
        "offset": np.array([bias], np.float32),
    }
    nodes = [helper.make_node("Conv", ["image", "kernel", "offset"], [output])]
    return graph_of(nodes, {"image": ("n", 1, *free)}, {output: ("n", 1, *free)}, constants)
