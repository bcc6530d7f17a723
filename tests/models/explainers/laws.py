"""The laws of every explainer: the right shape, the same again, and the spot that drives the score has the energy."""

from pathlib import Path

import numpy as np
from onnx import helper

from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Floats, Shown, Study
from fiducial.models.explainers.contract import Explainer
from fiducial.models.open import open_model
from fiducial.scans.scan import Scan
from models.making import CLASSIFIER, graph_of, write_bundle

ROWS, COLUMNS = 40, 60
SPOT = (slice(8, 18), slice(40, 50))  # rows, columns: the one bright place


def spotted() -> Scan:
    """Grey 20, and a bright spot."""
    pixels = np.full((1, ROWS, COLUMNS), 20, np.uint8)
    pixels[0, SPOT[0], SPOT[1]] = 95
    return Scan(pixels, None, {})


def shown(scan: Scan | None = None) -> Shown:
    found = spotted() if scan is None else scan
    return Shown(Study("a", ()), lambda: found)


def driven_by_what_is_bright(folder: Path) -> BundleModel:
    """Pixels above the middle of the window are averaged, halved in size, and make the score; nothing else does."""
    constants = {
        "kernel": np.array([2.0, 0.0], np.float32).reshape(2, 1, 1, 1),
        "offset": np.array([-1.0, 1.0], np.float32),
        "weight": np.array([[40.0], [0.0]], np.float32),
        "bias": np.array([-1.0], np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["image", "kernel", "offset"], ["raw"]),
        helper.make_node("Relu", ["raw"], ["bright"]),
        helper.make_node("AveragePool", ["bright"], ["map"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["map"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
        helper.make_node("Gemm", ["features", "weight", "bias"], ["logits"]),
    ]
    outputs = {"logits": ("n", 1), "map": ("n", 2, "r", "c"), "features": ("n", 2)}
    bundle = write_bundle(
        folder, CLASSIFIER, graph_of(nodes, {"image": ("n", 1, "rows", "columns")}, outputs, constants)
    )
    np.savez(bundle / "head.npz", weight=constants["weight"].T, bias=constants["bias"])
    return open_model(bundle)


def saliency(explainer: Explainer, model: BundleModel, seed: int = 0) -> Floats:
    return explainer.saliency(model, shown(), "bright", np.random.default_rng(seed))


def obeys_the_laws(explainer: Explainer, folder: Path, *, energy: float) -> None:
    """``energy``: the share of the positive saliency that lies within the spot, at least."""
    model = driven_by_what_is_bright(folder)
    heat = saliency(explainer, model)
    assert heat.shape == (1, ROWS, COLUMNS)
    assert heat.dtype == np.float32
    assert np.isfinite(heat).all()
    assert np.array_equal(heat, saliency(explainer, model))
    peak = np.unravel_index(heat[0].argmax(), heat.shape[1:])
    assert SPOT[0].start - 3 <= peak[0] < SPOT[0].stop + 3
    assert SPOT[1].start - 3 <= peak[1] < SPOT[1].stop + 3
    positive = np.maximum(heat[0], 0)
    assert positive[SPOT].sum() / positive.sum() >= energy
    assert explainer.says
