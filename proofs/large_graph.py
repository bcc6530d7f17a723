"""A graph of more than 2 GiB opens from memory, which one ONNX file cannot: ``python -m proofs.large_graph PAGE``.

An ONNX file is one protobuf message and ends at 2 GiB; weights beyond lie in a file beside it. Here they are never
written to a disk: the graph and its weights are given as bytes, as those of a sealed bundle are.
"""

import datetime as dt
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from onnx import TensorProto, helper

from benchmarks.timing import peak_kilobytes
from fiducial.models.graph import open_graph

ROWS = 200_000
TABLES = 3  # ONNX Runtime takes no single tensor of more than 2 GiB from memory
_WIDTH = 1024  # float32: 4 KiB a row


@dataclass(frozen=True, slots=True)
class Opened:
    """What was seen: ``right``, whether the first and the last row of the weights came out of the graph."""

    gibibytes: float
    seconds: float
    right: bool

    def markdown(self) -> str:
        """One row of the page."""
        told = "yes" if self.right else "**no**"
        peak = peak_kilobytes() / 1024**2
        return f"| {self.gibibytes:.2f} GiB | {self.seconds:.1f} s | {peak:.2f} GiB | {told} |"


def opened(rows: int = ROWS) -> Opened:
    """The input picks a row of each of three large tables of weights; what row n holds is n."""
    weights = np.repeat(np.arange(TABLES * rows, dtype=np.float32), _WIDTH).data.cast("B")
    start = perf_counter()
    graph = open_graph(
        _graph(rows), external={"model.onnx.data": weights}, input_name=None, threads=1, where="the large graph"
    )
    seconds = perf_counter() - start
    found = graph.run(np.array([0, rows - 1], np.float32), [f"picked{n}" for n in range(TABLES)])
    right = all(_holds(found[f"picked{n}"], n * rows, (n + 1) * rows - 1) for n in range(TABLES))
    return Opened(weights.nbytes / 1024**3, seconds, right)


def _holds(picked: np.ndarray, first: int, last: int) -> bool:
    return bool((picked[0] == first).all() and (picked[1] == last).all())


def _graph(rows: int) -> bytes:
    whole = helper.make_node("Cast", ["row"], ["whole"], to=TensorProto.INT64)
    picks = [helper.make_node("Gather", [f"table{n}", "whole"], [f"picked{n}"]) for n in range(TABLES)]
    given = helper.make_tensor_value_info("row", TensorProto.FLOAT, ["n"])
    made = [helper.make_tensor_value_info(f"picked{n}", TensorProto.FLOAT, ["n", _WIDTH]) for n in range(TABLES)]
    tables = [_table(n, rows) for n in range(TABLES)]
    graph = helper.make_graph([whole, *picks], "large", [given], made, tables)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return bytes(model.SerializeToString())


def _table(number: int, rows: int) -> TensorProto:
    table = TensorProto(name=f"table{number}", data_type=TensorProto.FLOAT, dims=[rows, _WIDTH])
    table.data_location = TensorProto.EXTERNAL
    size = rows * _WIDTH * 4
    for key, value in {"location": "model.onnx.data", "offset": number * size, "length": size}.items():
        table.external_data.add(key=key, value=str(value))
    return table


def main(out: Path) -> None:
    """Open, ask, and write the page."""
    today = dt.datetime.now(tz=dt.UTC).date()
    lines = [
        "# A graph of more than 2 GiB, from memory",
        "",
        f"`make prove` on {today}: weights that no single ONNX file can hold, given as bytes beside the graph.",
        "",
        "| weights | opened in | memory at the peak | first and last row are right |",
        "| --- | --- | --- | --- |",
        opened().markdown(),
    ]
    text = "\n".join(lines) + "\n"
    out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
