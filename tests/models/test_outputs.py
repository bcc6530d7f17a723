"""Raw arrays into answers: probabilities, boxes and maps that lie in the source image where they were found."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fiducial.errors import UnusableInput
from fiducial.models.contract import Box
from fiducial.models.manifest import Outputs
from fiducial.models.outputs import boxes_of, laid_back, probabilities
from fiducial.scans.preparation.contract import Picture, Placement
from fiducial.scans.preparation.preparing import parse_steps, prepare
from fiducial.scans.scan import Scan
from models.on_paper import detection

SIZES = st.integers(8, 40)
SIDES = st.tuples(SIZES, SIZES)


def shown(source: tuple[int, int], *sections: dict[str, object]) -> Picture:
    """What is left of an image of this size after some steps."""
    scan = Scan(np.zeros((1, *source), np.uint8), None, {})
    return prepare(scan, parse_steps(sections, where="here"))


def resized(source: tuple[int, int], rows: int, columns: int, *, keep_aspect: bool) -> Picture:
    return shown(source, {"step": "resize", "rows": rows, "columns": columns, "keep_aspect": keep_aspect})


def one_box(picture: Picture, corners: list[float], **outputs: str) -> Box:
    (found,) = boxes_of(np.array([corners]), np.array([[0.9]]), detection(smallest_score=0.5, **outputs), picture)
    return found


@given(SIDES, SIDES, st.booleans(), st.tuples(*[st.floats(0.05, 0.95)] * 4))
def test_a_box_of_the_source_comes_back_from_any_picture_of_it(
    source: tuple[int, int],
    size: tuple[int, int],
    keep_aspect: bool,  # noqa: FBT001  (hypothesis draws it)
    where: tuple[float, ...],
) -> None:
    picture = resized(source, *size, keep_aspect=keep_aspect)
    (y0, y1), (x0, x1) = sorted(where[:2]), sorted(where[2:])
    true = [x0 * source[1], y0 * source[0], x1 * source[1] + 0.1, y1 * source[0] + 0.1]
    (oy, ox), (sy, sx) = picture.placement.offset, picture.placement.scale
    found = one_box(picture, [(true[0] - ox) / sx, (true[1] - oy) / sy, (true[2] - ox) / sx, (true[3] - oy) / sy])
    assert [found.x0, found.y0, found.x1, found.y1] == pytest.approx(true, abs=1e-6)


@given(SIDES, st.tuples(*[st.floats(0.1, 0.9)] * 2))
@example((36, 35), (0.10000000000000002, 0.5))  # in the padding, and one rounding from the image
def test_every_way_to_write_a_box_means_the_same(size: tuple[int, int], middle: tuple[float, float]) -> None:
    picture = resized((31, 17), *size, keep_aspect=True)
    rows, columns = size
    x, y, w, h = middle[0] * columns, middle[1] * rows, 0.2 * columns, 0.2 * rows
    corners, centred = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2]), np.array([x, y, w, h])
    side = np.array([columns, rows, columns, rows])
    found = boxes_of(corners[None], np.array([[0.9]]), detection(), picture)
    for given_, words in (
        (corners / side, {"box_unit": "fractions"}),
        (centred, {"box_format": "cxcywh"}),
        (centred / side, {"box_format": "cxcywh", "box_unit": "fractions"}),
    ):
        again = boxes_of(given_[None], np.array([[0.9]]), detection(**words), picture)
        assert len(again) == len(found)
        assert all(_corners(a) == pytest.approx(_corners(b), abs=1e-6) for a, b in zip(found, again, strict=True))


def test_boxes_beyond_the_image_are_cut_and_those_outside_dropped() -> None:
    picture = shown((10, 20))
    boxes = np.array([[-5.0, -5, 4, 4], [30, 0, 40, 9], [3, 3, 3, 9]])
    (kept,) = boxes_of(boxes, np.full((3, 1), 0.9), detection(), picture)
    assert _corners(kept)[:4] == [0, 0, 4, 4]


def test_the_weaker_of_two_boxes_on_one_place_is_dropped() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0, 1, 10, 10], [12, 0, 18, 10]])
    scores = np.array([[0.6], [0.9], [0.04]])
    assert [box.score for box in boxes_of(boxes, scores, detection(), shown((10, 20)))] == [0.9]
    both = boxes_of(boxes, scores, detection(overlap=1.0, smallest_score=0.0), shown((10, 20)))
    assert [box.score for box in both] == [0.9, 0.6, 0.04]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.integers(0, 3))
def test_a_map_is_laid_back_pixel_by_pixel(sy: int, sx: int, oy: int, ox: int) -> None:
    values = np.random.default_rng(0).random((2, 5, 6)).astype(np.float32)
    placement = Placement((float(oy), float(ox)), (float(sy), float(sx)))
    found = laid_back(values, placement, (oy + 5 * sy + 1, ox + 6 * sx + 1), fill=-1.0)
    expected = np.full(found.shape, -1.0, np.float32)
    expected[:, oy : oy + 5 * sy, ox : ox + 6 * sx] = values.repeat(sy, axis=1).repeat(sx, axis=2)
    assert np.array_equal(found, expected)


@given(st.integers(2, 30), st.floats(0.5, 2.0))
def test_a_map_has_a_plane_for_every_slice_of_the_source(slices: int, thickness: float) -> None:
    depth = np.broadcast_to(np.arange(slices, dtype=np.int16).reshape(-1, 1, 1), (slices, 4, 4))
    steps = parse_steps([{"step": "spacing", "mm": [thickness, 1.0, 1.0]}], where="here")
    picture = prepare(Scan(np.ascontiguousarray(depth), (1.0, 1.0, 1.0), {}), steps)
    found = laid_back(picture.pixels[0], picture.placement, (4, 4))
    assert found.shape == depth.shape
    assert np.abs(found[:, 2, 2] - depth[:, 2, 2]).max() <= max(1.0, thickness)


@given(SIDES, st.tuples(*[st.integers(3, 8)] * 2))
def test_a_smooth_map_peaks_where_it_did(source: tuple[int, int], size: tuple[int, int]) -> None:
    picture = resized(source, *size, keep_aspect=False)
    values = np.zeros((1, *size), np.float32)
    values[0, size[0] // 2, size[1] // 2] = 1
    heat = laid_back(values, picture.placement, source, smooth=True)[0]
    peak = np.unravel_index(heat.argmax(), heat.shape)
    there = picture.placement.to_source(size[0] // 2 + 0.5, size[1] // 2 + 0.5)
    assert all(abs(a + 0.5 - b) <= 1 for a, b in zip(peak, there, strict=True))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_no_score(bad: float) -> None:
    with pytest.raises(UnusableInput, match="NaN or infinity"):
        probabilities(np.array([0.0, bad]), Outputs(), already=False)


def test_logits_called_probabilities_are_refused() -> None:
    with pytest.raises(UnusableInput, match="the model gave -2 to 3 as probabilities; name the output as logits"):
        probabilities(np.array([-2.0, 3.0]), Outputs(), already=True)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=5))
def test_softmax_sums_to_one_and_sigmoid_stays_inside(logits: list[float]) -> None:
    raw: npt.NDArray[np.float64] = np.array([logits])
    assert probabilities(raw, Outputs(activation="softmax"), already=False).sum() == pytest.approx(1)
    found = probabilities(raw, Outputs(), already=False)
    assert found.min() >= 0
    assert found.max() <= 1


def _corners(box: Box) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1, box.score]
