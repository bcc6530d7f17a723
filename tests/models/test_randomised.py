"""Networks that nobody trained: same form, other weights, and what their saliency has in common with a trained one."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from audit.probes.making import MANIFEST, SIDE, write_blob_bundle
from fiducial.audit.probes.saliency import similarity
from fiducial.models.bundle import Bundle, open_bundle
from fiducial.models.contract import Shown, Study
from fiducial.models.explainers.cam import Cam, head_of
from fiducial.models.open import open_model
from fiducial.models.randomised import randomised_model
from models.making import bright_graph
from scans.conditions.making import scan_of

KERVE = '[graph]\nurl = "http://localhost:1/v2/models/m"'


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return open_bundle(write_blob_bundle(tmp_path / "bundle"))


def weights(bundle: Bundle) -> dict[str, np.ndarray]:
    graph = onnx.load_from_string(bytes(bundle.files["model.onnx"])).graph
    return {one.name: numpy_helper.to_array(one) for one in graph.initializer}


def drawn(bundle: Bundle, seed: int = 0) -> Bundle:
    found = randomised_model(bundle, np.random.default_rng(seed))
    assert found
    return found.bundle


def test_kernels_are_drawn_anew_at_their_own_size_and_offsets_stay(bundle: Bundle) -> None:
    before, after = weights(bundle), weights(drawn(bundle))
    size = {name: np.sqrt(np.mean(after[name] ** 2) / np.mean(before[name] ** 2)) for name in before}
    assert size["kernel"] == pytest.approx(1, abs=0.2)
    assert not np.allclose(before["kernel"], after["kernel"])
    np.testing.assert_array_equal(before["bias"], after["bias"])


def test_the_head_beside_the_graph_is_drawn_too(bundle: Bundle) -> None:
    before, after = head_of(bundle), head_of(drawn(bundle))
    assert (before.weight != after.weight).all()
    np.testing.assert_array_equal(before.bias, after.bias)


def test_the_same_generator_draws_the_same_network(bundle: Bundle) -> None:
    one, again, other = (weights(drawn(bundle, seed))["kernel"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).all()


def test_the_bundle_itself_is_left_as_it_was(bundle: Bundle) -> None:
    before = bytes(bundle.files["model.onnx"])
    drawn(bundle)
    assert bytes(bundle.files["model.onnx"]) == before


def test_a_graph_on_a_server_has_no_weights_to_draw(tmp_path: Path) -> None:
    manifest = MANIFEST.replace('[graph]\nfile = "model.onnx"', KERVE).replace('head = "head.npz"\n', "")
    assert (
        randomised_model(open_bundle(write_blob_bundle(tmp_path / "far", manifest)), np.random.default_rng(0)) is None
    )


def maps_alike(bundle: Bundle) -> float:
    """The mean similarity of the map to those of networks that nobody trained."""
    rng = np.random.default_rng(0)
    scan = scan_of(rng.random((SIDE, SIDE)), modality="DX")
    shown, finding = Shown(Study("s", ()), lambda: scan), bundle.manifest.findings[0].name
    own = Cam().saliency(open_model(bundle), shown, finding, rng)
    others = [randomised_model(bundle, np.random.default_rng(seed)) for seed in range(3)]
    found = [similarity(own, Cam().saliency(other, shown, finding, rng)) for other in others if other]
    return float(np.mean([one for one in found if one is not None]))


def test_a_map_that_is_the_image_itself_is_like_that_of_any_weights(bundle: Bundle) -> None:
    content = io.BytesIO()
    np.savez(content, weight=np.array([[400.0, 0.0]], np.float32), bias=np.zeros(1, np.float32))
    files = dict(bundle.files) | {"model.onnx": bright_graph(), "head.npz": content.getvalue()}
    assert maps_alike(replace(bundle, files=files)) > 0.95


def test_a_map_that_its_kernels_make_is_unlike_that_of_other_kernels(bundle: Bundle) -> None:
    assert maps_alike(bundle) < 0.3
