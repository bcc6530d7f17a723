"""Graphs in memory: weights beside them, inputs and outputs by name, refusals in words."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.external_data_helper import convert_model_to_external_data

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.models.graph import OnnxGraph, open_graph, require_outputs
from models.laws import asked
from models.making import bright_graph, graph_of, write_bundle
from models.pictures import images
from proofs import large_graph

PATHS = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
BATCH = np.full((2, 1, 4, 4), 0.5, np.float32)


def opened(content: bytes, *, external: dict[str, bytes] | None = None, input_name: str | None = None) -> OnnxGraph:
    return open_graph(content, external=external or {}, input_name=input_name, threads=1, where="here")


def split(folder: Path, name: str = "model.onnx.data") -> tuple[bytes, bytes]:
    """The graph without its weights, and the file that holds them."""
    model = onnx.load_from_string(bright_graph())
    convert_model_to_external_data(model, location=name, size_threshold=0)
    folder.mkdir(exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    return (folder / "model.onnx").read_bytes(), (folder / name).read_bytes()


def test_weights_that_lie_beside_the_graph_are_given_in_memory(tmp_path: Path) -> None:
    content, weights = split(tmp_path)
    found = opened(content, external={"model.onnx.data": weights}).run(BATCH, ["logits"])
    assert found["logits"].tolist() == opened(bright_graph()).run(BATCH, ["logits"])["logits"].tolist()


def test_weights_that_are_a_view_of_memory_live_until_the_session_stands() -> None:
    assert large_graph.opened(rows=50).right


@pytest.mark.parametrize("name", ["model.onnx.data", "model.onnx_data"])
def test_a_bundle_finds_the_weights_of_its_graph(name: str, tmp_path: Path) -> None:
    content, weights = split(tmp_path / "split", name)
    bundle = write_bundle(tmp_path / "bundle", graph=content)
    (bundle / name).write_bytes(weights)
    images(tmp_path).head(1).write_csv(tmp_path / "cohort.csv")
    assert fd.open_model(bundle).answer(asked(tmp_path / "cohort.csv"))[0].scores


def test_weights_that_are_absent_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"a file that is not here: put it beside the graph, as model\.onnx\.data"):
        opened(split(tmp_path)[0])


def test_what_is_no_graph_is_told() -> None:
    with pytest.raises(UnusableInput, match=r"here: is no graph .* Export it anew\."):
        opened(b"not a graph")


def test_an_input_of_another_shape_is_refused_with_both() -> None:
    with pytest.raises(UnusableInput, match=r"here refuses an input of \(1, 3, 4, 4\)"):
        opened(bright_graph()).run(np.zeros((1, 3, 4, 4), np.float32), ["logits"])


def test_an_output_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UnusableInput, match=r"no output 'logit' \(outputs.logits\). Did you mean 'logits'\? It has"):
        require_outputs(opened(bright_graph()), {"logits": "logit"})


def test_of_several_inputs_one_is_named() -> None:
    nodes = [onnx.helper.make_node("Add", ["a", "b"], ["c"])]
    two = graph_of(nodes, {"a": ("n", 1), "b": ("n", 1)}, {"c": ("n", 1)}, {})
    with pytest.raises(UnusableInput, match=r"has several inputs. It has: a, b. Name one as graph.input"):
        opened(two)
    with pytest.raises(UnusableInput, match=r"has no input 'x' \(graph.input\)"):
        opened(two, input_name="x")
    assert opened(bright_graph(), input_name="image").input == "image"


def test_the_runtime_that_has_no_memory_left_says_so_in_a_class_of_its_own() -> None:
    """In a process of its own, which may not have more."""
    script = """
import resource, sys
import numpy as np
from fiducial.models.graph import NoRoom
from models.making import wide_graph
from fiducial.models.graph import open_graph
graph = open_graph(wide_graph(1 << 28), external={}, input_name=None, threads=1, where="here")
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (1 << 30), now + (1 << 30)))
try:
    graph.run(np.zeros((8, 1, 4, 4), np.float32), ["logits"])
except NoRoom:
    print("no room")
"""
    command = [sys.executable, "-c", script]
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=PATHS)  # noqa: S603  (our own)
    assert told.stdout == "no room\n", told.stderr
