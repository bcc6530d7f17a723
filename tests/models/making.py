"""Small bundles of known behaviour: graphs made node by node, so that every score can be worked out by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

IR = 10  # of the ONNX file; what every runtime since 1.20 reads
OPSET = 20

CLASSIFIER = """
schema = "fiducial.bundle/1"
name = "bright"
version = "1.0.0"
task = "classification"
licence = "Apache-2.0"

[graph]
file = "model.onnx"

[outputs]
logits = "logits"
map = "map"
features = "features"
head = "head.npz"

[[findings]]
name = "bright"

[[preparation]]
step = "window"
windows = [[50, 101]]
"""


def wide_graph(width: int) -> bytes:
    """(n, 1, rows, columns) -> logits (n, 1), by way of ``width`` floats a picture that are put aside and summed."""
    shape = numpy_helper.from_array(np.array([1, width], np.int64), "shape")
    axes = numpy_helper.from_array(np.array([1], np.int64), "axes")
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Expand", ["flat", "shape"], ["wide"]),
        helper.make_node("ReduceMean", ["wide", "axes"], ["logits"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ("n", 1, "rows", "columns"))
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ("n", 1))
    graph = helper.make_graph(nodes, "wide", [image], [logits], [shape, axes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    return bytes(model.SerializeToString())


def bright_graph(*, scale: float = 8.0, bias: float = -4.0) -> bytes:
    """(n, 1, rows, columns) -> logits (n, 1) = scale * mean + bias, features (n, 2), map (n, 2, rows, columns).

    The map holds the picture and its negative, so that features are (mean, 1 - mean).
    """
    kernel = np.array([1.0, -1.0], np.float32).reshape(2, 1, 1, 1)
    constants = {
        "kernel": kernel,
        "offset": np.array([0.0, 1.0], np.float32),
        "weight": np.array([[scale], [0.0]], np.float32),
        "bias": np.array([bias], np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["image", "kernel", "offset"], ["map"]),
        helper.make_node("GlobalAveragePool", ["map"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
        helper.make_node("Gemm", ["features", "weight", "bias"], ["logits"]),
    ]
    return graph_of(
        nodes,
        {"image": ("n", 1, "rows", "columns")},
        {"logits": ("n", 1), "map": ("n", 2, "rows", "columns"), "features": ("n", 2)},
        constants,
    )


def graph_of(
    nodes: list[Any],
    inputs: Mapping[str, tuple[Any, ...]],
    outputs: Mapping[str, tuple[Any, ...]],
    constants: Mapping[str, Any],
) -> bytes:
    """The bytes of an ONNX file of float32 tensors."""
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def write_bundle(folder: Path, manifest: str = CLASSIFIER, graph: bytes | None = None, **files: bytes) -> Path:
    """A bundle as a folder; further files by name, with ``__`` for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bundle.toml").write_text(manifest, encoding="utf-8")
    (folder / "model.onnx").write_bytes(bright_graph() if graph is None else graph)
    np.savez(folder / "head.npz", weight=np.array([[8.0, 0.0]], np.float32), bias=np.array([-4.0], np.float32))
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder
