"""What a reader looks at: windows, slices and marks are those of the pixels that the models were given."""

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.contract import Shown, Study
from fiducial.pipelines.opening import open_pipeline
from fiducial.pipelines.pipeline import Pipeline
from fiducial.scans.scan import Scan
from fiducial.serve.viewing.drawing import grey_png, heat_png, mask_png
from fiducial.serve.viewing.overlays import Overlay, overlay_of, overlays_of, prepared_of
from fiducial.serve.viewing.seen import Gallery, Seen
from fiducial.serve.viewing.windows import BODY, HEAD, Window, windows_of
from serve.making import radiograph

RAMP = np.arange(256, dtype=np.uint16).reshape(1, 16, 16)


def decoded(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))


@pytest.fixture
def files(tmp_path: Path) -> Study:
    path = tmp_path / "1.2.3.1.1.dcm"
    path.write_bytes(radiograph().read())
    return Study("1.2.3.1.1", (path,))


@pytest.fixture
def seen(files: Study) -> Seen:
    return Gallery().seen(files)


@pytest.fixture(scope="module")
def opened(pipeline: Path) -> Pipeline:
    return open_pipeline(pipeline)


def test_a_window_is_black_below_grey_within_and_white_above() -> None:
    shown = Window("", 50, 100).shown(np.array([[-5, 0, 50, 100, 500]], np.float32))
    assert shown.tolist() == [[0, 0, 127, 255, 255]]


def test_a_ct_opens_as_it_was_sent_and_offers_the_usual_windows() -> None:
    scan = Scan(RAMP, None, {"Modality": "CT", "WindowCenter": "35", "WindowWidth": "90"})
    names = [(one.name, one.center, one.width) for one in windows_of(scan, RAMP[0].astype(np.float32))]
    assert names[0] == ("As sent", 35, 90)
    assert [one[0] for one in names[1:-1]] == [one.name for one in BODY + HEAD]


def test_a_head_without_a_window_opens_as_brain() -> None:
    scan = Scan(RAMP, None, {"Modality": "CT", "BodyPartExamined": "HEAD"})
    assert windows_of(scan, RAMP[0].astype(np.float32))[0].name == "Brain"


def test_the_window_of_an_inverted_image_is_turned_over_with_its_pixels() -> None:
    header = {
        "PhotometricInterpretation": "MONOCHROME1",
        "BitsStored": "12",
        "WindowCenter": "1000",
        "WindowWidth": "9",
    }
    assert windows_of(Scan(RAMP, None, header), RAMP[0].astype(np.float32))[0].center == 4095 - 1000


def test_a_picture_is_made_smaller_and_never_larger() -> None:
    grey = np.zeros((200, 400), np.uint8)
    assert decoded(grey_png(grey, 100)).size == (100, 50)
    assert decoded(grey_png(grey, 4000)).size == (400, 200)


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_every_pixel_of_a_picture_arrives(grey: npt.NDArray[np.uint8]) -> None:
    assert np.array_equal(np.asarray(decoded(grey_png(grey))), grey)


def test_a_mask_is_outlined_filled_and_clear_outside() -> None:
    probability = np.zeros((9, 9), np.float32)
    probability[2:7, 2:7] = 0.5
    alpha = np.asarray(decoded(mask_png(probability, (1, 2, 3))))[..., 3]
    assert (alpha[0, 0], alpha[2, 2]) == (0, 255)
    assert 0 < alpha[4, 4] < 255


def test_what_speaks_against_a_finding_is_clear_in_a_heat_map() -> None:
    alpha = np.asarray(decoded(heat_png(np.array([[-1.0, 0.5, 1.0]], np.float32), (1, 2, 3), 1.0)))[..., 3]
    assert alpha.tolist() == [[0, 95, 190]]


def test_the_pixels_are_those_that_a_preparation_begins_with(seen: Seen) -> None:
    assert (seen.slices, seen.values(0).shape, float(seen.values(0)[3, 3])) == (1, (16, 16), 200.0)


@pytest.mark.parametrize("kind", ["u1", "i2", "u2", "f4"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_table_of_grey_levels_gives_the_very_pixels(kind: str, photometric: str) -> None:
    array = np.random.default_rng(0).integers(0, 250, (2, 9, 9)).astype(kind)
    if kind == "i2":
        array -= 500
    header = {"PhotometricInterpretation": photometric, "RescaleSlope": "2", "RescaleIntercept": "-1024"}
    scan = Scan(array, None, header)
    seen = Seen(Shown(Study("s", ()), lambda: scan))
    window = Window("", float(seen.values(1).mean()), 300)
    assert np.array_equal(seen.grey(1, window), window.shown(seen.values(1)))


def test_a_part_is_decoded_once_while_it_is_looked_at(files: Study) -> None:
    gallery = Gallery()
    assert gallery.seen(files) is gallery.seen(files)


def test_memory_is_bounded_and_what_was_looked_at_last_stays(files: Study, tmp_path: Path) -> None:
    other = Study("o", (tmp_path / "o.dcm",))
    other.paths[0].write_bytes(radiograph("1.9.1").read())
    gallery = Gallery(memory=300)
    first, second = gallery.seen(files), gallery.seen(other)
    assert gallery.seen(other) is second
    assert gallery.seen(files) is not first


def test_who_scrolls_does_not_wait_for_a_model(files: Study) -> None:
    gallery = Gallery()
    seen = gallery.seen(files)
    with seen.asking:  # as while a model is asked
        assert gallery.seen(files).grey(0, Window("", 200, 100))[0, 0] == 127


def test_masks_and_maps_are_those_of_the_models(opened: Pipeline, seen: Seen) -> None:
    kinds = {(one.kind, one.model) for one in overlays_of(opened)}
    assert kinds == {("mask", "mask"), ("heat", "first"), ("heat", "second")}
    for one in overlays_of(opened):
        assert overlay_of(opened, seen, one).shape == (1, 16, 16)


def test_a_mask_is_the_answer_of_its_model(opened: Pipeline, seen: Seen) -> None:
    member = next(one for one in opened.members if one.name == "mask")
    asked = member.model.answer([seen.shown])[0].maps["bright"]
    assert np.array_equal(overlay_of(opened, seen, Overlay("mask", "mask", "bright")), asked)


def test_a_mark_that_no_model_makes_is_refused(opened: Pipeline, seen: Seen) -> None:
    with pytest.raises(WrongUsage, match="no model marks"):
        overlay_of(opened, seen, Overlay("mask", "first", "bright"))


def test_what_a_model_was_given_is_its_prepared_picture(opened: Pipeline, seen: Seen) -> None:
    pixels = prepared_of(opened.members[0], seen)
    assert (pixels.ndim, float(pixels.min())) == (4, 0.0)


def test_an_image_that_cannot_be_decoded_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.dcm").write_bytes(b"no image")
    with pytest.raises(UnusableInput):
        Gallery().seen(Study("x", (tmp_path / "x.dcm",)))
