"""A small pipeline on disk, whose every answer can be worked out by hand: two classifiers, a detector, a mask."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from models.kinds import detector, manifest, segmenter
from models.making import CLASSIFIER, IR, OPSET, bright_graph, write_bundle

PIPELINE = """
[pipeline]
name = "small"
version = "2"

[[models]]
bundle = "first"
name = "first"

[[models]]
bundle = "second"
name = "second"

[[models]]
bundle = "spots"
name = "spots"

[[models]]
bundle = "mask"
name = "mask"
findings = ["bright"]

[[fusion]]
findings = ["bright"]
ensemble = { name = "both", members = ["first", "second", "mask"], quorum = 2 }
scores = { rule = "mean" }

[rules]
file = "decision.toml"
"""
DECISION = """
[decision]
name = "small"
version = "1"

[thresholds]
bright = { value = 0.6, revision = "3", source = "by hand" }

[inputs]
scores = ["bright", "bright@first"]
regions = ["spot"]
masks = ["bright"]
metadata = { view = ["PA", "AP"], age = "number" }

[[rules]]
name = "is-bright"
when = "score(bright) >= $bright"
urgency = "hours"
monotone = ["score(bright)"]
conclusion = true

[[rules]]
name = "frontal"
when = "metadata(view) in [PA, AP]"
conclusion = true

[[rules]]
name = "spot-in-bright"
when = "any(regions(spot) where score >= 0.5 and inside(bright, 0.5))"
urgency = "minutes"
conclusion = true
"""
ALONE = """
[pipeline]
name = "alone"
version = "1"
[[models]]
bundle = "first"
[rules]
file = "decision.toml"
"""
ONE_RULE = """
[decision]
name = "alone"
version = "1"
[inputs]
scores = ["bright"]
[[rules]]
name = "is-bright"
when = "score(bright) >= 0.6"
urgency = "days"
"""


def write_pipeline(folder: Path, text: str = PIPELINE, decision: str = DECISION) -> Path:
    """The pipeline file, its rules and its four bundles; gives the path of the file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bundle(folder / "first")
    write_bundle(folder / "second", graph=bright_graph(scale=10, bias=-3))
    detector(folder / "spots")
    segmenter(folder / "mask")
    (folder / "decision.toml").write_text(decision, encoding="utf-8")
    (folder / "pipeline.toml").write_text(text, encoding="utf-8")
    return folder / "pipeline.toml"


def slow_graph(rounds: int) -> bytes:
    """As ``bright_graph``, after a loop that does nothing ``rounds`` times: some microseconds each."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["goes_on"], ["still_goes_on"]),
            helper.make_node("Add", ["so_far", "nothing"], ["further"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("so_far", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("still_goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("further", TensorProto.FLOAT, None),
        ],
        [numpy_helper.from_array(np.array(0, np.float32), "nothing")],
    )
    nodes = [
        helper.make_node("Loop", ["rounds", "true", "image"], ["waited"], body=body),
        helper.make_node("GlobalAveragePool", ["waited"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["logits"]),
    ]
    constants = {"rounds": np.int64(rounds), "true": np.bool_(True)}  # noqa: FBT003  (a tensor)
    graph = helper.make_graph(
        nodes,
        "slow",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ("n", 1, "rows", "columns"))],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ("n", 1))],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    return bytes(model.SerializeToString())


def write_slow(folder: Path, rounds: int) -> Path:
    """A bundle that takes long."""
    return write_bundle(folder, manifest("classification", 'logits = "logits"', "bright"), slow_graph(rounds))


__all__ = ["ALONE", "CLASSIFIER", "DECISION", "ONE_RULE", "PIPELINE", "slow_graph", "write_pipeline", "write_slow"]
