"""The same network with weights that nobody trained: what its saliency shows is the image, not the model.

Source: Adebayo et al. 2018, Sanity Checks for Saliency Maps, NeurIPS 31, arXiv:1810.03292.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from fiducial.models.bundle import Bundle
from fiducial.models.bundle_files import required
from fiducial.models.bundle_model import BundleModel
from fiducial.models.explainers.cam import Head, head_of
from fiducial.models.graph import Content
from fiducial.models.open import open_model

_MATRIX = 2  # axes: kernels and matrices are drawn anew; scales and offsets of a normalisation stay


def randomised_model(bundle: Bundle, rng: np.random.Generator) -> BundleModel | None:
    """A model with every kernel and matrix of the graph, and of the head if it carries one, drawn from N(0, its size).

    None where the weights are not at hand: the graph runs on a server, or keeps its weights in other files.
    """
    name = bundle.manifest.graph.file
    if name is None:
        return None
    graph = onnx.load_from_string(bytes(required(bundle.files, name, where=bundle.where)))
    if any(weight.data_location == onnx.TensorProto.EXTERNAL for weight in graph.graph.initializer):
        return None
    for weight in graph.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.ndim >= _MATRIX and values.dtype.kind == "f":
            weight.CopyFrom(numpy_helper.from_array(_drawn(values, rng), weight.name))
    changed: dict[str, Content] = {name: graph.SerializeToString()}
    if bundle.manifest.outputs.head is not None:
        changed[bundle.manifest.outputs.head] = _npz(head_of(bundle), rng)
    return open_model(replace(bundle, files=_Changed(bundle.files, changed)))


class _Changed(Mapping[str, Content]):
    """The files of a bundle, some of them replaced; none is read before it is asked for."""

    def __init__(self, files: Mapping[str, Content], changed: Mapping[str, Content]) -> None:
        self._files, self._changed = files, changed

    def __getitem__(self, name: str) -> Content:
        return self._changed[name] if name in self._changed else self._files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _drawn(values: npt.NDArray[np.floating], rng: np.random.Generator) -> npt.NDArray[np.floating]:
    size = float(np.sqrt(np.mean(np.square(values)))) or 1.0
    return rng.normal(0, size, values.shape).astype(values.dtype)


def _npz(head: Head, rng: np.random.Generator) -> bytes:
    content = io.BytesIO()
    np.savez(content, weight=_drawn(head.weight, rng), bias=head.bias)
    return content.getvalue()
