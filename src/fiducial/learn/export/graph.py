"""The network as ONNX: logits, features and the last feature map; and how far it is from torch on real pictures."""

import io
import logging
import warnings
from contextlib import redirect_stdout

import numpy as np
import numpy.typing as npt
import onnx
import torch

from fiducial.errors import FiducialError
from fiducial.learn.networks.classifier import Classifier
from fiducial.models.graph import open_graph

OUTPUTS = ("logits", "features", "map")
OPSET = 20
PARITY = 1e-4  # the largest difference that is allowed in fp32


class NotTheSame(FiducialError):
    """The exported graph says something else than the network that was trained."""


def to_onnx(network: Classifier, shape: tuple[int, int, int]) -> bytes:
    """``shape``: (channels, rows, columns) of a picture; the batch is free. Holds no name of this machine."""
    example = torch.zeros(2, *shape)
    with warnings.catch_warnings(action="ignore"), redirect_stdout(io.StringIO()):
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            network.eval(), (example,), dynamo=True, opset_version=OPSET, input_names=["image"],
            output_names=list(OUTPUTS), dynamic_shapes=({0: torch.export.Dim("n")},), verbose=False,
        )  # fmt: skip
    if program is None:
        raise NotTheSame("torch gave no graph for this network; name another backbone.")
    return bare(program.model_proto)


def parity(graph: bytes, network: Classifier, pictures: npt.NDArray[np.float32]) -> float:
    """The largest difference of a logit between torch and ONNX Runtime. ``pictures``: (n, channels, rows, columns).

    Raises:
        NotTheSame: more than 1e-4.
    """
    opened = open_graph(graph, external={}, input_name="image", threads=1, where="the exported graph")
    found = opened.run(pictures, ["logits"])["logits"]
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(pictures))[0].numpy()
    apart = float(np.abs(found - expected).max())
    if not apart <= PARITY:
        raise NotTheSame(f"the exported graph differs from the trained network by {apart:.2g} in a logit ({PARITY:g}).")
    return apart


def bare(model: onnx.ModelProto) -> bytes:
    """A graph as bytes that hold no name of this machine, the same from the same weights."""
    model.ClearField("metadata_props")
    model.producer_name, model.producer_version, model.doc_string = "fiducial", "", ""
    parts = (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output)
    for part in parts:
        part.ClearField("metadata_props")
        part.doc_string = ""
    for function in model.functions:
        function.ClearField("metadata_props")
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))
