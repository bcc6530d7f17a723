"""A graph that can be run: an ONNX file in memory, whose weights may lie in other files of its bundle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean

Named = dict[str, npt.NDArray[Any]]
Content = bytes | memoryview

_WARNINGS_AND_ABOVE = 3  # of ONNX Runtime: errors only; what it warns of (unused initialisers) helps nobody here


_NO_ROOM = ("failed to allocate memory", "out of memory", "bad_alloc", "available memory of")


class NoRoom(UnusableInput):
    """The batch does not fit into memory; a smaller one may."""


class Graph(Protocol):
    """Arrays in, named arrays out; here or on another machine."""

    def run(self, batch: npt.NDArray[np.float32], outputs: Sequence[str]) -> Named:
        """The named outputs for a batch (n, ...).

        Raises:
            UnusableInput: the graph refuses this batch, or the server does not answer.
            NoRoom: the batch does not fit into memory.
        """
        ...


@dataclass(frozen=True, slots=True)
class OnnxGraph:
    """An ONNX graph in a session of ONNX Runtime."""

    session: ort.InferenceSession
    input: str
    where: str

    def run(
        self, batch: npt.NDArray[np.float32], outputs: Sequence[str], options: ort.RunOptions | None = None
    ) -> Named:
        """Only the outputs asked for are computed. ``options``: of ONNX Runtime, by which a run can be stopped."""
        try:
            found = self.session.run(list(outputs), {self.input: batch}, options)
        except Exception as refused:  # as when it is opened: a class for every cause
            kind = NoRoom if any(words in str(refused).lower() for words in _NO_ROOM) else UnusableInput
            raise kind(f"{self.where} refuses an input of {batch.shape}: {_short(refused)}") from refused
        return dict(zip(outputs, found, strict=True))

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every output that can be asked for."""
        return tuple(output.name for output in self.session.get_outputs())


def open_graph(
    content: Content, *, external: Mapping[str, Content], input_name: str | None, threads: int, where: str
) -> OnnxGraph:
    """A session on a graph in memory. ``external``: the files of weights that the graph names, for more than 2 GiB.

    ``threads``: inside one run. One caller a core with one thread each gives most images a second; one caller with a
    thread a core the first answer soonest. Threads never spin: sessions side by side would slow each other.

    Raises:
        UnusableInput: it is no graph, needs a newer runtime, or its input is not the one named.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = _WARNINGS_AND_ABOVE
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # ONNX Runtime keeps pointers into these until the session stands, and copies then: they must live as long.
    weights = [bytes(one) for one in external.values()]
    if external:
        lengths = [len(one) for one in weights]
        options.add_external_initializers_from_files_in_memory(list(external), weights, lengths)
    try:
        session = ort.InferenceSession(bytes(content), options, providers=ort.get_available_providers())
    except Exception as refused:  # ONNX Runtime raises a class of its own for every cause
        raise UnusableInput(
            f"{where}: is no graph that ONNX Runtime {ort.__version__} can open ({_short(refused)}). {_remedy(refused)}"
        ) from refused
    return OnnxGraph(session, _input(session, input_name, where), where)


def require_outputs(graph: OnnxGraph, wanted: Mapping[str, str]) -> None:
    """Raises UnusableInput where the graph lacks an output; ``wanted``: key of the manifest -> name of the output."""
    for key, name in wanted.items():
        if name not in graph.outputs:
            raise UnusableInput(
                f"{graph.where}: has no output {name!r} (outputs.{key}).{did_you_mean(name, graph.outputs)} "
                f"It has: {', '.join(graph.outputs)}."
            )


def _input(session: ort.InferenceSession, named: str | None, where: str) -> str:
    known = [one.name for one in session.get_inputs()]
    if named is None and len(known) == 1:
        return str(known[0])
    if named is None or named not in known:
        told = "has several inputs" if named is None else f"has no input {named!r} (graph.input)"
        raise UnusableInput(f"{where}: {told}. It has: {', '.join(known)}. Name one as graph.input.")
    return named


def _remedy(refused: BaseException) -> str:
    if "External data" in str(refused):
        return "Its weights lie in a file that is not here: put it beside the graph, as model.onnx.data for model.onnx."
    return "Export it anew."


def _short(wrong: BaseException) -> str:
    return " ".join(str(wrong).split())[:200].rstrip(".")
