"""What each task makes of a graph's arrays, worked out by hand."""

from typing import Any

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.models.contract import Answer
from fiducial.models.tasks import READERS
from fiducial.scans.preparation.contract import Picture
from fiducial.scans.preparation.preparing import parse_steps, prepare
from fiducial.scans.scan import Scan
from models.on_paper import detection, manifest

SEGMENTATION: dict[str, Any] = {"task": "segmentation", "outputs": {"probabilities": "p"}}
FLAT = Picture(np.zeros((1, 1, 4, 4), np.float32), None, (4, 4))


def segmented(scan: Scan, *sections: dict[str, object]) -> Answer:
    """A segmentation that takes a pixel of the prepared picture, 0 or 1, for its probability."""
    picture, told = prepare(scan, parse_steps(sections, where="here")), manifest(**SEGMENTATION)
    return READERS[told.task](told, picture, {"p": picture.pixels.swapaxes(0, 1)})


def half_full(slices: int, spacing: tuple[float, float, float] | None) -> Scan:
    array = np.zeros((slices, 8, 8), np.uint8)
    array[:, :, :4] = 1
    return Scan(array, spacing, {})


@pytest.mark.parametrize("mm", [None, [0.5, 0.5], [2.0, 1.0, 1.0], [8.0, 0.25, 0.25]])
def test_a_volume_is_the_same_however_the_picture_was_resampled(mm: list[float] | None) -> None:
    sections = () if mm is None else ({"step": "spacing", "mm": mm},)
    value, unit = segmented(half_full(4, (4.0, 0.5, 0.5)), *sections).measurements["volume.x"]
    assert value == pytest.approx(4 * 32 * 4 * 0.25 / 1000)
    assert unit == "ml"


def test_without_a_distance_between_slices_it_is_an_area_and_without_spacing_nothing() -> None:
    assert segmented(half_full(1, (float("nan"), 0.5, 0.5))).measurements == {"volume.x": (8.0, "mm2")}
    assert not segmented(half_full(1, None)).measurements


def test_the_largest_probability_of_a_segmentation_scores_the_study() -> None:
    assert segmented(half_full(2, None)).scores == {"x": 1.0}


def test_the_strongest_box_scores_the_study_and_none_is_zero() -> None:
    told = detection()
    raw = {"boxes": np.array([[[0.0, 0, 2, 2], [2, 2, 4, 4]]]), "scores": np.array([[[0.3], [0.6]]])}
    assert READERS[told.task](told, FLAT, raw).scores == {"x": pytest.approx(0.6)}
    assert READERS[told.task](told, FLAT, raw | {"scores": np.zeros((1, 2, 1))}).scores == {"x": 0.0}


def test_scores_are_calibrated_after_slices_have_become_a_study() -> None:
    told = manifest(
        outputs={"probabilities": "p"},
        aggregation={"kind": "max"},
        findings=[{"name": "x", "calibrator": {"kind": "temperature", "temperature": 2.0}}],
    )
    found = READERS[told.task](told, FLAT, {"p": np.array([[0.2], [0.8]])}).scores["x"]
    assert found == pytest.approx(2 / 3)  # odds of 4, whose root is 2


def test_a_finding_takes_its_own_column_of_a_softmax() -> None:
    outputs = {"logits": "l", "activation": "softmax", "classes": ["healthy", "y", "x"]}
    told = manifest(outputs=outputs, findings=[{"name": "x"}, {"name": "y"}])
    raw = {"l": np.log(np.array([[0.5, 0.2, 0.3]]))}
    assert READERS[told.task](told, FLAT, raw).scores == {"x": pytest.approx(0.3), "y": pytest.approx(0.2)}


def test_another_number_of_scores_than_classes_is_told() -> None:
    with pytest.raises(UnusableInput, match=r"gives 2 scores and the bundle names 1 classes \(x\)"):
        READERS[manifest().task](manifest(), FLAT, {"logits": np.zeros((1, 2))})


@pytest.mark.parametrize(("task", "output"), [("image-to-image", "image"), ("embedding", "features")])
def test_nan_in_an_image_or_a_vector_is_told(task: str, output: str) -> None:
    told = manifest(task=task, outputs={output: "o"}, findings=[])
    with pytest.raises(UnusableInput, match="NaN or infinity"):
        READERS[told.task](told, FLAT, {"o": np.full((1, 1, 4, 4), np.nan)})


def test_a_box_of_nan_is_told_and_is_not_the_absence_of_a_box() -> None:
    told = detection()
    raw = {"boxes": np.full((1, 2, 4), np.nan), "scores": np.array([[[0.3], [0.6]]])}
    with pytest.raises(UnusableInput, match="NaN or infinity"):
        READERS[told.task](told, FLAT, raw)
