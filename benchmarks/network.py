"""A bundle of middle size with random weights: a residual network of about a billion multiplications an image."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 224  # rows and columns of the prepared picture
STAGES = ((64, 4), (128, 4), (256, 4))  # channels, convolutions of 3 x 3
MANIFEST = f"""
schema = "fiducial.bundle/1"
name = "random-residual"
version = "1.0.0"
task = "classification"
licence = "Apache-2.0"

[graph]
file = "model.onnx"
largest_batch = 8

[outputs]
logits = "logits"
map = "map"
features = "features"
head = "head.npz"

[[findings]]
name = "pneumonia"

[[preparation]]
step = "levels"
low = 1.0
high = 99.0

[[preparation]]
step = "resize"
rows = {SIDE}
columns = {SIDE}
method = "area"
"""


def write_network(folder: Path) -> None:
    """``bundle.toml``, ``model.onnx`` and ``head.npz``; the same bytes every time."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    drawn = _Drawn(rng)
    last = drawn.convolved("image", 1, STAGES[0][0], kernel=7, stride=4)
    before = STAGES[0][0]
    for stage, (channels, count) in enumerate(STAGES):
        last = drawn.convolved(last, before, channels, stride=2 if stage else 1)
        for _ in range((count - 1) // 2):
            inner = drawn.convolved(drawn.convolved(last, channels, channels), channels, channels)
            last = drawn.node("Add", [last, inner])
        before = channels
    drawn.nodes.append(helper.make_node("Identity", [last], ["map"]))
    drawn.nodes.append(helper.make_node("GlobalAveragePool", ["map"], ["pooled"]))
    drawn.nodes.append(helper.make_node("Flatten", ["pooled"], ["features"]))
    head = {"weight": rng.normal(0, 0.05, (1, before)).astype(np.float32), "bias": np.zeros(1, np.float32)}
    drawn.constants |= {"head": head["weight"].T, "bias": head["bias"]}
    drawn.nodes.append(helper.make_node("Gemm", ["features", "head", "bias"], ["logits"]))
    (folder / "model.onnx").write_bytes(drawn.graph(before))
    np.savez(folder / "head.npz", weight=head["weight"], bias=head["bias"])
    (folder / "bundle.toml").write_text(MANIFEST, encoding="utf-8")


class _Drawn:
    """Nodes and weights that grow layer by layer."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}
        self._rng = rng

    def node(self, kind: str, inputs: list[str], **settings: Any) -> str:  # noqa: ANN401  (of ONNX)
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **settings))
        return name

    def convolved(self, source: str, before: int, after: int, *, kernel: int = 3, stride: int = 1) -> str:
        """A convolution with He's spread of weights, then ReLU."""
        name = f"w{len(self.constants)}"
        spread = (2 / (before * kernel**2)) ** 0.5
        self.constants[name] = self._rng.normal(0, spread, (after, before, kernel, kernel)).astype(np.float32)
        padding = [kernel // 2] * 4
        found = self.node("Conv", [source, name], strides=[stride, stride], pads=padding)
        return self.node("Relu", [found])

    def graph(self, channels: int) -> bytes:
        outputs = {"logits": ("n", 1), "features": ("n", channels), "map": ("n", channels, "r", "c")}
        graph = helper.make_graph(
            self.nodes,
            "random",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ("n", 1, SIDE, SIDE))],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            [numpy_helper.from_array(values, name) for name, values in self.constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
