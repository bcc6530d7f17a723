"""CAM: the mean of the map and the bias are the logit, it costs one question, and it says where it cannot look."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import logit

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.callable_model import CallableModel
from fiducial.models.contract import Answer, Extra
from fiducial.models.explainers.cam import Cam, activation, head_of
from fiducial.models.open import open_model
from models.explainers.laws import driven_by_what_is_bright, shown
from models.making import CLASSIFIER, write_bundle


def test_the_mean_of_the_map_and_the_bias_are_the_logit(tmp_path: Path) -> None:
    model = driven_by_what_is_bright(tmp_path)
    answer = model.answer([shown()], frozenset({Extra.SALIENCY_MAP}))[0]
    head = head_of(model.bundle)
    found = activation(answer, head.weight[0]).mean() + head.bias[0]
    assert found == pytest.approx(logit(answer.scores["bright"]), abs=1e-5)


def test_a_bundle_without_a_head_names_the_other_explainers(tmp_path: Path) -> None:
    model = open_model(write_bundle(tmp_path, CLASSIFIER.replace('head = "head.npz"\n', "")))
    with pytest.raises(WrongUsage, match="use occlusion or rise"):
        Cam().saliency(model, shown(), "bright", np.random.default_rng(0))


def test_what_is_no_bundle_cannot_be_looked_into() -> None:
    model = CallableModel("f", ("bright",), lambda _scan: 0.5)
    with pytest.raises(WrongUsage, match="cam looks into bundles, and f is none"):
        Cam().saliency(model, shown(), "bright", np.random.default_rng(0))


def test_a_finding_that_the_bundle_does_not_know_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="bright knows bright, and not 'dark'"):
        Cam().saliency(driven_by_what_is_bright(tmp_path), shown(), "dark", np.random.default_rng(0))


HEADS = [
    ({"weight": np.ones((3, 2))}, "holds no weight and bias"),
    ({"weight": np.ones((3, 2)), "bias": np.ones(3)}, "1 classes"),
]


@pytest.mark.parametrize(("arrays", "told"), HEADS)
def test_a_head_of_another_form_is_refused(arrays: dict[str, np.ndarray], told: str, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path)
    np.savez(bundle / "head.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub takes them for its flag
    with pytest.raises(UnusableInput, match=told):
        head_of(open_model(bundle).bundle)


def test_a_map_of_another_width_than_the_head_is_refused() -> None:
    answer = Answer(feature_map=np.zeros((1, 3, 2, 2), np.float32))
    with pytest.raises(UnusableInput, match="3 channels and the head 2"):
        activation(answer, np.zeros(2, np.float32))


def test_a_map_of_nan_is_no_map() -> None:
    with pytest.raises(UnusableInput, match="NaN or infinity"):
        activation(Answer(feature_map=np.full((1, 2, 2, 2), np.nan, np.float32)), np.ones(2, np.float32))
