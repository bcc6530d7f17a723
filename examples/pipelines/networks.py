"""Small ONNX networks, made node by node with fixed or seeded weights, for the pipelines beside this file.

None of them was trained. Each looks at something simple (how bright a part of the image is, where a blob or a line
lies) or at nothing at all (random weights). Their scores mean nothing clinically: they stand where trained networks
go, so that a pipeline can be run, read and tried without any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

import fiducial as fd

STATEMENT = "An example with {weights} weights, untrained: its scores mean nothing clinically."
SMALL, LARGE = 64, 128  # pixels a side: of what classifiers see, and of what detectors and segmentations see

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """A graph, and what its bundle says of it. ``outputs``: the lines of ``[outputs]``."""

    name: str
    finding: str
    task: str
    graph: bytes
    outputs: tuple[str, ...]
    side: int
    threshold: float
    weights: str = "fixed"
    steps: tuple[str, ...] = ('{ step = "levels", low = 1.0, high = 99.0 }',)

    def pack(self, folder: Path) -> Path:
        """Write ``<name>.fidu``: the same bytes every time."""
        with TemporaryDirectory() as scratch:
            place = Path(scratch) / self.name
            place.mkdir()
            (place / "bundle.toml").write_text(self._manifest(), encoding="utf-8")
            (place / "model.onnx").write_bytes(self.graph)
            return fd.pack_bundle(place, folder / f"{self.name}.fidu")

    def _manifest(self) -> str:
        resize = f'{{ step = "resize", rows = {self.side}, columns = {self.side}, method = "area" }}'
        lines = (
            'schema = "fiducial.bundle/1"',
            f'name = "{self.name}"',
            'version = "1.0.0"',
            f'task = "{self.task}"',
            'licence = "Apache-2.0"',
            f'statement = "{STATEMENT.format(weights=self.weights)}"',
            f"preparation = [{', '.join((*self.steps, resize))}]",
            "[graph]",
            'file = "model.onnx"',
            "[outputs]",
            *self.outputs,
            "[[findings]]",
            f'name = "{self.finding}"',
            "[findings.threshold]",
            f"value = {self.threshold}",
            'rule = "by eye on phantoms"',
        )
        return "\n".join(lines) + "\n"


def regional(  # noqa: PLR0913  (each is a setting of the example)
    name: str, finding: str, weight: Floats, *, scale: float, at: float, fold: bool = False
) -> Network:
    """How bright some parts are against others: ``scale * (sum(weight * image) - at)``, folded at 0 if wanted."""
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weight"], ["found"]),
        helper.make_node("Abs" if fold else "Identity", ["found"], ["folded"]),
        helper.make_node("Sub", ["folded", "at"], ["over"]),
        helper.make_node("Mul", ["over", "scale"], ["logits"]),
    ]
    constants = {"weight": weight.reshape(-1, 1), "at": np.float32(at), "scale": np.float32(scale)}
    return _classifier(name, finding, _graph(nodes, SMALL, {"logits": ("n", 1)}, constants))


def share(  # noqa: PLR0913  (as above)
    name: str, finding: str, *, above: float, scale: float, at: float, sign: int = 1
) -> Network:
    """Which share of the pixels is brighter (``sign`` 1) or darker (-1) than ``above``."""
    nodes = [
        helper.make_node("Sub", ["image", "above"], ["over"]),
        helper.make_node("Mul", ["over", "steep"], ["steeper"]),
        helper.make_node("Sigmoid", ["steeper"], ["counted"]),
        helper.make_node("GlobalAveragePool", ["counted"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["part"]),
        helper.make_node("Sub", ["part", "at"], ["beyond"]),
        helper.make_node("Mul", ["beyond", "scale"], ["logits"]),
    ]
    constants = {"above": above, "steep": 80.0 * sign, "at": at, "scale": scale}
    told = {key: np.float32(value) for key, value in constants.items()}
    return _classifier(name, finding, _graph(nodes, SMALL, {"logits": ("n", 1)}, told))


def random(name: str, finding: str, seed: int) -> Network:
    """Two convolutions and a linear layer whose weights were drawn and never trained."""
    rng = np.random.default_rng(seed)

    def drawn(*shape: int) -> Floats:
        return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)

    nodes = [
        helper.make_node("Conv", ["image", "first"], ["one"], strides=[2, 2]),
        helper.make_node("Relu", ["one"], ["two"]),
        helper.make_node("Conv", ["two", "second"], ["three"], strides=[2, 2]),
        helper.make_node("Relu", ["three"], ["four"]),
        helper.make_node("GlobalAveragePool", ["four"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
        helper.make_node("Gemm", ["features", "head", "bias"], ["logits"]),
    ]
    bias = np.array([-1.0], np.float32)
    constants = {"first": drawn(8, 1, 5, 5), "second": drawn(16, 8, 3, 3), "head": drawn(16, 1), "bias": bias}
    return _classifier(name, finding, _graph(nodes, SMALL, {"logits": ("n", 1)}, constants), weights="random")


@dataclass(frozen=True)
class Look:
    """What a detector looks for: a kernel, and how large the boxes around its best places are, in its own pixels."""

    kernel: Floats
    half: tuple[float, float]  # high, wide


def blob(sigma: float, sign: int = 1) -> Look:
    """Something round that is brighter (1) or darker (-1) than what lies around it."""
    reach = round(4 * sigma)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    inner, outer = (np.exp(-(x**2 + y**2) / (2 * one**2)) for one in (sigma, 1.6 * sigma))
    kernel = sign * (inner / inner.sum() - outer / outer.sum())
    return Look(kernel.astype(np.float32), (2 * sigma, 2 * sigma))


def line(width: float, high: int) -> Look:
    """Something thin, upright and brighter than what lies beside it."""
    x = np.arange(-round(4 * width), round(4 * width) + 1)
    inner, outer = (np.exp(-(x**2) / (2 * one**2)) for one in (width, 2 * width))
    across = inner / inner.sum() - outer / outer.sum()
    return Look(np.tile(across / high, (high, 1)).astype(np.float32), (high / 2, 2.5 * width))


def detector(  # noqa: PLR0913  (each is a setting of the example)
    name: str,
    finding: str,
    looks: Sequence[Look],
    *,
    scale: float,
    at: float,
    cell: int = 16,
    threshold: float = 0.5,
    steps: tuple[str, ...] | None = None,
) -> Network:
    """The strongest answer of each look in every cell of ``cell`` x ``cell`` pixels is a box, scored by that."""
    nodes: list[Any] = []
    constants: dict[str, Any] = {
        "area": np.int64(LARGE * LARGE), "side": np.int64(LARGE), "at": np.float32(at), "scale": np.float32(scale),
        "cells": np.array([0, -1, 1], np.int64), "middle": np.float32(0.5),
    }  # fmt: skip
    for number, look in enumerate(looks):
        nodes += _places(number, look, cell)
        high, wide = look.half
        constants |= {
            f"kernel{number}": look.kernel[None, None],
            f"half{number}": np.float32([-wide, -high, wide, high]),
        }
    for kind, axis in (("boxes", 1), ("strength", 1)):
        nodes.append(helper.make_node("Concat", [f"{kind}{n}" for n in range(len(looks))], [kind], axis=axis))
    nodes += [
        helper.make_node("Sub", ["strength", "at"], ["over"]),
        helper.make_node("Mul", ["over", "scale"], ["box_logits"]),
    ]
    graph = _graph(nodes, LARGE, {"boxes": ("n", "k", 4), "box_logits": ("n", "k", 1)}, constants)
    outputs = ('boxes = "boxes"', 'box_logits = "box_logits"', "smallest_score = 0.2", "overlap = 0.2")
    made = Network(name, finding, "detection", graph, outputs, LARGE, threshold)
    return made if steps is None else Network(name, finding, "detection", graph, outputs, LARGE, threshold, steps=steps)


def _places(number: int, look: Look, cell: int) -> list[Any]:
    """Response, its best place in every cell, and a box around that."""
    high, wide = (side // 2 for side in look.kernel.shape)
    n = str(number)
    return [
        helper.make_node("Pad", ["image", f"pads{n}"], [f"padded{n}"], mode="edge"),
        helper.make_node("Conv", [f"padded{n}", f"kernel{n}"], [f"found{n}"]),
        helper.make_node(
            "MaxPool", [f"found{n}"], [f"best{n}", f"index{n}"], kernel_shape=[cell, cell], strides=[cell, cell]
        ),
        helper.make_node("Reshape", [f"best{n}", "cells"], [f"strength{n}"]),
        helper.make_node("Mod", [f"index{n}", "area"], [f"place{n}"]),
        helper.make_node("Mod", [f"place{n}", "side"], [f"column{n}"]),
        helper.make_node("Div", [f"place{n}", "side"], [f"row{n}"]),
        *(
            node
            for axis in ("column", "row")
            for node in (
                helper.make_node("Cast", [f"{axis}{n}"], [f"{axis}{n}f"], to=TensorProto.FLOAT),
                helper.make_node("Add", [f"{axis}{n}f", "middle"], [f"{axis}{n}m"]),
                helper.make_node("Reshape", [f"{axis}{n}m", "cells"], [f"{axis}{n}r"]),
            )
        ),
        helper.make_node("Concat", [f"column{n}r", f"row{n}r"] * 2, [f"corners{n}"], axis=2),
        helper.make_node("Add", [f"corners{n}", f"half{n}"], [f"boxes{n}"]),
        helper.make_node(
            "Constant",
            [],
            [f"pads{n}"],
            value=numpy_helper.from_array(np.array([0, 0, high, wide, 0, 0, high, wide], np.int64)),
        ),
    ]


def dark_inside(name: str, finding: str, where: Floats, *, below: float) -> Network:
    """A mask of what is darker than ``below`` where ``where`` (LARGE, LARGE) is 1, a little smoothed."""
    nodes = [
        helper.make_node("AveragePool", ["image"], ["smooth"], kernel_shape=[5, 5], pads=[2, 2, 2, 2]),
        helper.make_node("Sub", ["below", "smooth"], ["under"]),
        helper.make_node("Mul", ["under", "steep"], ["steeper"]),
        helper.make_node("Add", ["steeper", "where"], ["logits"]),
    ]
    constants = {"below": np.float32(below), "steep": np.float32(40), "where": (60 * (where - 1)).astype(np.float32)}
    graph = _graph(nodes, LARGE, {"logits": ("n", 1, LARGE, LARGE)}, constants)
    return Network(name, finding, "segmentation", graph, ('logits = "logits"',), LARGE, 0.5)


def ellipse(side: int, row: float, column: float, high: float, wide: float) -> Floats:
    """1 inside an ellipse, else 0; all as shares of the side."""
    y, x = (np.mgrid[:side, :side] + 0.5) / side
    return (((y - row) / high) ** 2 + ((x - column) / wide) ** 2 <= 1).astype(np.float32)


def mean_of(mask: Floats) -> Floats:
    """Weights that give the mean inside a mask."""
    return mask / mask.sum()


def _classifier(name: str, finding: str, graph: bytes, weights: str = "fixed") -> Network:
    return Network(name, finding, "classification", graph, ('logits = "logits"',), SMALL, 0.5, weights)


def _graph(nodes: list[Any], side: int, outputs: Mapping[str, tuple[Any, ...]], constants: Mapping[str, Any]) -> bytes:
    graph = helper.make_graph(
        sorted(nodes, key=lambda node: node.op_type != "Constant"),
        "example",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ("n", 1, side, side))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
