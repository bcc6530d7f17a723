"""What the two ways of looking see, and what the honest one cannot see."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fiducial.demo.features import honest_features, naive_features
from fiducial.errors import UnusableInput
from fiducial.phantoms.hidden_faults import Image, draw_images, hospitals
from fiducial.phantoms.marker import burn
from fiducial.phantoms.patient import Blob, Patient
from fiducial.phantoms.radiograph import Pose, render
from fiducial.phantoms.scanner import Scanner

WELL = Patient("PH-T-0001", 50, "M", 1.0, (), (), pattern=5)
ILL = replace(WELL, opacity=(Blob(-7.0, -2.0, 2.0, 3.0),))


def radiograph(patient: Patient) -> np.ndarray:
    return Scanner("Maker", "Model").acquire(render(patient, Pose()), 1.0, np.random.default_rng(1))


def test_the_shapes_are_as_documented() -> None:
    assert naive_features(radiograph(WELL)).shape == (264,)
    assert honest_features(radiograph(WELL)).shape == (7,)


def test_a_marker_is_seen_by_the_naive_way_alone() -> None:
    plain = radiograph(WELL)
    marked = burn(plain, "AP", 4095)
    assert np.array_equal(honest_features(marked), honest_features(plain))
    assert not np.allclose(naive_features(marked), naive_features(plain))


def test_the_grey_scale_is_seen_by_the_naive_way_alone() -> None:
    plain = radiograph(WELL)
    other = (2 * plain + 300).astype(np.uint16)
    assert honest_features(other) == pytest.approx(honest_features(plain), abs=1e-9)
    assert not np.allclose(naive_features(other), naive_features(plain))


def test_an_opacity_raises_spread_and_peak_of_its_lung() -> None:
    rise = honest_features(radiograph(ILL)) - honest_features(radiograph(WELL))
    assert rise[0] > 0.2
    assert rise[2] > 0.2
    assert np.abs(rise[[1, 3]]).max() < 0.1


def test_an_image_without_a_chest_is_refused() -> None:
    with pytest.raises(UnusableInput, match="must be brighter"):
        honest_features(np.full((160, 160), 7, np.uint16))


@pytest.fixture(scope="module")
def images() -> list[tuple[Image, NDArray[np.uint16]]]:
    drawn = draw_images(np.random.default_rng(7), hospitals(450))
    return [(image, image.acquisition.pixels()) for image in drawn]


def aurocs(
    images: list[tuple[Image, NDArray[np.uint16]]], look: Callable[..., NDArray[np.float64]], inverse_penalty: float
) -> tuple[float, float]:
    """Of a model fitted on the naive training images: on the naive test images, and outside."""
    seen = np.stack([look(pixels) for _, pixels in images])
    ill = np.array([image.acquisition.patient.ill for image, _ in images])
    split = np.array([image.split for image, _ in images])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=inverse_penalty, max_iter=3000))
    model.fit(seen[split == "train"], ill[split == "train"])
    score = model.decision_function(seen)
    inside, outside = (roc_auc_score(ill[split == part], score[split == part]) for part in ("test", "external"))
    return float(inside), float(outside)


def test_the_naive_way_shines_at_home_and_falls_outside(images: list[tuple[Image, NDArray[np.uint16]]]) -> None:
    inside, outside = aurocs(images, naive_features, 0.05)
    assert inside > 0.93
    assert outside < 0.7


def test_the_honest_way_holds_outside_without_being_perfect(images: list[tuple[Image, NDArray[np.uint16]]]) -> None:
    _, outside = aurocs(images, honest_features, 1.0)
    assert 0.8 < outside < 0.95
