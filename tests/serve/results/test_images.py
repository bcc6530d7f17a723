"""Masks, drawings, key images and pictures."""

import json

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  (as its own documentation does)
from PIL import Image

from fiducial.serve.results.contract import NothingToShow
from fiducial.serve.results.given import Given
from serve.results.deciding import changed, one


def test_a_segment_holds_the_pixels_at_or_over_one_half(given: Given) -> None:
    (path,) = [row["path"] for row in given.document["parts"][0]["masks"]]
    folder = next((given.folder / "results").glob("*/*"))
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / path)))
    assert np.array_equal(one("seg", given).pixel_array.reshape(mask.shape), mask >= 0.5)


def test_a_segment_has_the_name_of_its_structure_and_of_its_model(given: Given) -> None:
    (segment,) = one("seg", given).SegmentSequence
    assert segment.SegmentLabel == "bright"
    assert segment.SegmentationAlgorithmIdentificationSequence[0].AlgorithmName == "mask"


def test_masks_of_an_earlier_set_of_images_are_refused(given: Given) -> None:
    doubled = Given(given.study, given.document, given.images, given.folder)
    part = doubled.parts[0]
    part.headers[0].Rows = 99
    with pytest.raises(NothingToShow, match="other images of the series came since"):
        one("seg", doubled)


def test_the_drawing_has_every_box_and_its_score(given: Given) -> None:
    (annotation,) = one("gsps", given).GraphicAnnotationSequence
    boxes = given.document["parts"][0]["boxes"]
    assert len(annotation.GraphicObjectSequence) == len(boxes)
    texts = [text.UnformattedTextValue for text in annotation.TextObjectSequence]
    assert f"spot {boxes[0]['score']:.2f}" in texts


def test_an_image_without_boxes_still_has_its_note(given: Given) -> None:
    (annotation,) = one("gsps", changed(given, boxes=[])).GraphicAnnotationSequence
    assert "ot for primary diagnosis" in annotation.TextObjectSequence[0].UnformattedTextValue


def test_a_key_image_is_one_in_which_a_conclusion_is_true_or_unknown(given: Given) -> None:
    assert given.images[0].sop in json.dumps(one("ko", given).to_json_dict())
    with pytest.raises(NothingToShow, match="no image of this study is a key image"):
        one("ko", changed(given, conclusions={"is-bright": False}))


def test_the_picture_shows_the_image_with_what_was_found(given: Given) -> None:
    plain, drawn = one("sc", changed(given, boxes=[])), one("sc", given)
    assert Image.fromarray(drawn.pixel_array).mode == "RGB"
    assert not np.array_equal(plain.pixel_array, drawn.pixel_array)
