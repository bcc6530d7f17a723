"""One door to a model: a bundle whose graph runs here or on a server, checked before the first study."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from fiducial.errors import UnusableInput
from fiducial.models.bundle import Bundle, open_bundle
from fiducial.models.bundle_files import required
from fiducial.models.bundle_model import BundleModel
from fiducial.models.graph import Content, Graph, OnnxGraph, open_graph, require_outputs
from fiducial.models.kserve import KServeGraph
from fiducial.models.support.supporting import open_support


def open_model(bundle: Bundle | str | Path, *, threads: int = 1, key: str | None = None) -> BundleModel:
    """A model that answers. ``threads``: inside one inference; 1 where several callers share the cores, 0 for all.

    ``key``: where the key of a sealed bundle lies.

    Raises:
        UnusableInput: the bundle cannot be opened, its graph lacks an output that the manifest names, or its statistics
            are too few for its level.
        WrongUsage: a package that its support needs is not installed.
    """
    opened = bundle if isinstance(bundle, Bundle) else open_bundle(bundle, key=key)
    aggregation = opened.manifest.aggregation
    sequence = None
    if aggregation is not None and aggregation.file is not None:
        if opened.manifest.outputs.features is None:
            raise UnusableInput(f'{opened.where}: aggregation.kind = "graph" needs outputs.features, a row a slice.')
        sequence = _graph(opened, aggregation.file, None, threads)
        require_outputs(sequence, {"logits": "logits"})
    return BundleModel(opened, _main(opened, threads), sequence, open_support(opened))


@lru_cache(maxsize=4)  # of a process that is asked about bundle after bundle, only the last stay in memory
def open_again(path: str, key: str | None, identity: str) -> BundleModel:
    """A model by its path, in a process that is asked many times: opened once for each ``identity``.

    Raises:
        UnusableInput: as ``open_model``, or what lies there is no longer the bundle of this identity.
        WrongUsage: as ``open_model``.
    """
    model = open_model(path, key=key)
    if model.identity != identity:
        raise UnusableInput(f"{path}: is no longer the bundle that was opened; open it again, and ask anew")
    return model


def _main(bundle: Bundle, threads: int) -> Graph:
    graph = bundle.manifest.graph
    if graph.file is None:
        return KServeGraph(str(graph.url), graph.input or "input")
    found = _graph(bundle, graph.file, graph.input, threads)
    outputs = bundle.manifest.outputs
    keys = ("logits", "probabilities", "map", "features", "boxes", "box_logits", "box_scores", "image")
    named = {key: getattr(outputs, key) for key in keys}
    require_outputs(found, {key: name for key, name in named.items() if name is not None})
    return found


def _graph(bundle: Bundle, name: str, input_name: str | None, threads: int) -> OnnxGraph:
    return open_graph(
        required(bundle.files, name, where=bundle.where),
        external=_external(bundle.files, name),
        input_name=input_name,
        threads=threads,
        where=f"{bundle.where}: {name}",
    )


def _external(files: Mapping[str, Content], graph: str) -> dict[str, Content]:
    """Weights beside a graph: files of its folder that begin with its name (``model.onnx.data``)."""
    place = PurePosixPath(graph)
    return {
        PurePosixPath(name).relative_to(place.parent).as_posix(): files[name]
        for name in files
        if name.startswith((f"{graph}.", f"{graph}_"))
    }
