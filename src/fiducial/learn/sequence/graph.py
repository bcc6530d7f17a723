"""A sequence head as ONNX for any number of slices, and how far it is from torch on real volumes."""

import io
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch

from fiducial.learn.export.graph import OPSET, PARITY, NotTheSame, bare
from fiducial.learn.sequence.heads import Gru, SequenceHead
from fiducial.learn.sequence.stacked import Stacked
from fiducial.models.graph import open_graph

INPUT, OUTPUT = "features", "logits"
_TRACED = 5  # slices of the example


def head_to_onnx(head: SequenceHead) -> bytes:
    """``features`` (1, slices, width) to ``logits`` (1, findings).

    A GRU goes through torch's older exporter: the newer one unrolls it to as many slices as the example has. Attention
    goes through the newer one: the older writes the example's number of slices into it.
    """
    example = torch.zeros(1, _TRACED, head.own.in_features)
    with warnings.catch_warnings(action="ignore"), redirect_stdout(io.StringIO()):
        if isinstance(head.around, Gru):
            return bare(_traced(head.eval(), example))
        program = torch.onnx.export(
            head.eval(), (example,), dynamo=True, opset_version=OPSET, input_names=[INPUT], output_names=[OUTPUT],
            dynamic_shapes=({1: torch.export.Dim("slices", min=1)},), verbose=False,
        )  # fmt: skip
    if program is None:
        raise NotTheSame("torch gave no graph for this sequence head.")
    return bare(program.model_proto)


def head_parity(graph: bytes, head: SequenceHead, stacked: Stacked) -> float:
    """The largest difference of a volume's logit between torch and ONNX Runtime, on a volume of every length there is.

    Raises:
        NotTheSame: more than 1e-4.
    """
    opened = open_graph(graph, external={}, input_name=INPUT, threads=1, where="the exported sequence head")
    apart = 0.0
    for numbers in stacked.volumes.by_length.values():
        features = stacked.features(numbers[:1])
        with torch.no_grad():
            expected = head.eval()(features).numpy()
        apart = max(apart, float(np.abs(opened.run(features.numpy(), [OUTPUT])[OUTPUT] - expected).max()))
    if not apart <= PARITY:
        raise NotTheSame(f"the exported sequence head differs from the trained one by {apart:.2g} in a logit.")
    return apart


def _traced(head: SequenceHead, example: torch.Tensor) -> onnx.ModelProto:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "head.onnx"
        torch.onnx.export(
            head, (example,), path, dynamo=False, opset_version=OPSET, input_names=[INPUT], output_names=[OUTPUT],
            dynamic_axes={INPUT: {1: "slices"}}, verbose=False,
        )  # fmt: skip
        return onnx.load_model(path)
