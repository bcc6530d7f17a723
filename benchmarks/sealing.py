"""Opening a sealed bundle against the same bytes unsealed, both from memory to an ONNX Runtime session."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

import fiducial as fd
from benchmarks.timing import Row, in_a_process, peak_kilobytes
from fiducial.models.opening import read_files

LAYERS = 11
RUNS = 3
_CHANNELS, _SIDE = 512, 14  # 11 layers of 512 x 512 x 3 x 3 float32: 104 MB
_KEY = "env:FIDUCIAL_BENCHMARK_KEY"
_GRAPH = "graphs/model.onnx"


def sealing() -> Iterator[Row]:
    """Some runs of each, in turn, each in a process of its own; the fastest of each counts."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, sealed = Path(scratch, "folder"), Path(scratch, "sealed.fidu")
        make_bundle(folder, sealed)
        runs = [(_measured("sealed", sealed), _measured("graph", folder / _GRAPH)) for _ in range(RUNS)]
        (mine, my_peak), (theirs, their_peak) = map(min, zip(*runs, strict=True))
        size = sealed.stat().st_size / 1e6
    what = f"open a sealed bundle of {size:.0f} MB as an ONNX Runtime session, peak {my_peak:,.0f} MB"
    peer = f"the bare graph, unsealed and in memory already, peak {their_peak:,.0f} MB"
    yield Row(what, mine, peer, theirs, "within 1.3x of its time, at most one copy more")


def make_bundle(folder: Path, sealed: Path) -> None:
    """A chain of convolutions, as large as a common network; a graph of many small nodes takes longer to open."""
    os.environ.setdefault(_KEY.removeprefix("env:"), fd.new_key())
    (folder / _GRAPH).parent.mkdir(parents=True)
    (folder / "bundle.toml").write_text("")
    (folder / _GRAPH).write_bytes(_chain().SerializeToString())
    packed = fd.pack_bundle(folder, folder.with_name("packed.fidu"))
    fd.seal_bundle(packed, fd.open_keyholder(_KEY), sealed)


def _chain() -> onnx.ModelProto:
    generator = np.random.default_rng(0)
    names = [f"x{layer}" for layer in range(LAYERS + 1)]
    kernels = generator.random((LAYERS, _CHANNELS, _CHANNELS, 3, 3), dtype=np.float32)
    weights = [numpy_helper.from_array(kernel, f"w{layer}") for layer, kernel in enumerate(kernels)]
    nodes = [
        helper.make_node("Conv", [names[layer], f"w{layer}"], [names[layer + 1]], pads=[1, 1, 1, 1])
        for layer in range(LAYERS)
    ]
    shape = [1, _CHANNELS, _SIDE, _SIDE]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in (names[0], names[-1])]
    graph = helper.make_graph(nodes, "chain", ends[:1], ends[1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def _measured(who: str, path: Path) -> tuple[float, float]:
    """Seconds, and MB at the peak, in a process of its own."""
    seconds, kilobytes = in_a_process("benchmarks.sealing", who, str(path))
    return seconds, kilobytes / 1024


def main(who: str, path: Path) -> None:
    """Open one of them and print seconds and peak kilobytes; that the bare graph is read from disk is not counted."""
    graph = path.read_bytes() if who == "graph" else b""
    keyholder = fd.open_keyholder(_KEY)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    start = perf_counter()
    content = graph or bytes(read_files(path, keyholder)[_GRAPH])
    ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    print(perf_counter() - start, peak_kilobytes())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
