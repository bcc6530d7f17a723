"""A graph that can be stopped from another thread, as one must that takes longer than a study may wait.

ONNX Runtime looks at the flag between two nodes of a graph: a single node that takes an hour is not cut short. A graph
on a server is given up by its own timeout.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from fiducial.errors import UnusableInput
from fiducial.models.bundle_model import BundleModel
from fiducial.models.graph import Graph, Named, OnnxGraph


@dataclass(slots=True)
class Brake:
    """Stops every run that was started with it, and those that would start after it was pulled."""

    pulled: bool = False
    _running: set[ort.RunOptions] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def pull(self) -> None:
        """Stop. Comes back at once; what runs ends after the node in hand."""
        with self._lock:
            self.pulled = True
            for options in self._running:
                options.terminate = True

    def started(self) -> ort.RunOptions:
        """Options of a run that this brake stops.

        Raises:
            UnusableInput: it was pulled already.
        """
        options = ort.RunOptions()
        with self._lock:
            if self.pulled:
                raise UnusableInput("was stopped before it began")
            self._running.add(options)
        return options

    def ended(self, options: ort.RunOptions) -> None:
        """The run is over."""
        with self._lock:
            self._running.discard(options)


@dataclass(frozen=True, slots=True)
class BrakedGraph:
    """An ONNX graph, each run of which its brake can stop."""

    graph: OnnxGraph
    brake: Brake

    def run(self, batch: npt.NDArray[np.float32], outputs: Sequence[str]) -> Named:
        """As the graph's own.

        Raises:
            UnusableInput: the graph refuses this batch, or was stopped.
        """
        options = self.brake.started()
        try:
            return self.graph.run(batch, outputs, options)
        finally:
            self.brake.ended(options)


def braked(model: BundleModel, brake: Brake) -> BundleModel:
    """The same model, which the brake stops; it shares the sessions, so that this costs nothing."""
    sequence = None if model.sequence is None else _braked(model.sequence, brake)
    return replace(model, graph=_braked(model.graph, brake), sequence=sequence)


def _braked(graph: Graph, brake: Brake) -> Graph:
    return BrakedGraph(graph, brake) if isinstance(graph, OnnxGraph) else graph
