"""Boxes of several models become one set: the published values, the laws, and the peer where the peer is right."""

from typing import Literal

import ensemble_boxes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial import plugins
from fiducial.predictions.fusion import clusters
from fiducial.predictions.fusion.boxes import Boxes, refuse_impossible
from fiducial.predictions.fusion.compiled import compiled
from fiducial.predictions.fusion.contract import BoxFuser
from fiducial.predictions.fusion.nms import NonMaximumSuppression
from fiducial.predictions.fusion.nmw import NonMaximumWeighted
from fiducial.predictions.fusion.overlap import overlap
from fiducial.predictions.fusion.soft_nms import SoftNonMaximumSuppression
from fiducial.predictions.fusion.wbf import WeightedBoxes
from predictions.fusion.detections import THREE_MODELS, Detections, boxes_of, detections, scattered, shuffled, volumes
from predictions.fusion.laws import obeys_the_laws, same

FUSERS: list[BoxFuser] = [plugins.load("fusers", name)() for name in plugins.names("fusers")]


@pytest.mark.parametrize(
    ("fuser", "first", "scores"),
    [  # ensemble_boxes 1.0.9 on its own example, IoU 0.55
        (WeightedBoxes(), [0.10667, 0.10583, 0.50667, 0.51167], [0.8, 0.13333, 0.1]),
        (WeightedBoxes(confidence="max"), [0.10667, 0.10583, 0.50667, 0.51167], [0.9, 0.4, 0.3]),
        (NonMaximumWeighted(), [0.1065, 0.10543, 0.5065, 0.51085], [0.9, 0.4, 0.3]),
        (NonMaximumSuppression(), [0.1, 0.1, 0.5, 0.5], [0.9, 0.4, 0.3]),
    ],
    ids=["wbf", "wbf-max", "nmw", "nms"],
)
def test_the_published_example_comes_out(fuser: BoxFuser, first: list[float], scores: list[float]) -> None:
    found = fuser.fuse(boxes_of(THREE_MODELS))
    np.testing.assert_allclose(found.corners[0], first, atol=5e-6)
    np.testing.assert_allclose(found.score, scores, atol=5e-6)
    assert found.models.tolist() == [3, 1, 1]


@pytest.mark.parametrize("fuser", FUSERS, ids=lambda fuser: fuser.name)
@given(boxes=detections(), seed=st.integers(0, 99))
def test_the_laws_hold(fuser: BoxFuser, boxes: Boxes, seed: int) -> None:
    obeys_the_laws(fuser, boxes, np.random.default_rng(seed))


@pytest.mark.parametrize("fuser", [one for one in FUSERS if one.name != "soft-nms"], ids=lambda fuser: fuser.name)
@given(boxes=detections())
def test_the_same_model_several_times_says_what_it_says_once(fuser: BoxFuser, boxes: Boxes) -> None:
    alone = Boxes(boxes.corners, boxes.score, np.zeros_like(boxes.model), boxes.group, np.ones((1, 1)))
    thrice = Boxes(
        np.tile(boxes.corners, (3, 1)),
        np.tile(boxes.score, 3),
        np.repeat(np.arange(3), boxes.score.size),
        np.tile(boxes.group, 3),
        np.ones((1, 3)),
    )
    once, again = fuser.fuse(alone), fuser.fuse(thrice)
    np.testing.assert_allclose(once.corners, again.corners, atol=1e-9)
    np.testing.assert_allclose(once.score, again.score, atol=1e-9)


@given(boxes=detections(), moving=st.booleans(), least=st.sampled_from([0.0, 0.3, 0.55]))
def test_compiled_clusters_are_the_interpreted_ones(boxes: Boxes, moving: bool, least: float) -> None:  # noqa: FBT001  (drawn)
    told = (boxes.corners, boxes.score, boxes.model, boxes.group, boxes.weights, least, moving)
    for one, other in zip(clusters.interpreted(*told), compiled(*told), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("make", [scattered, volumes])
def test_compiled_clusters_of_many_boxes_are_the_interpreted_ones(make: object) -> None:
    boxes = make(np.random.default_rng(3), 300)  # type: ignore[operator]  # either of two makers
    told = (boxes.corners, boxes.score, boxes.model, boxes.group, boxes.weights, 0.55, True)
    for one, other in zip(clusters.interpreted(*told), compiled(*told), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (2.0, 1.0, 0.5)])
def test_weighted_boxes_are_the_peers(seed: int, weights: tuple[float, ...]) -> None:
    boxes = scattered(np.random.default_rng(seed), 80, groups=3)
    boxes = Boxes(boxes.corners, boxes.score, boxes.model, boxes.group, np.tile(weights, (3, 1)))
    corners, _, labels = ensemble_boxes.weighted_boxes_fusion(*apart(boxes), weights=list(weights), iou_thr=0.55)
    found = WeightedBoxes().fuse(boxes)
    np.testing.assert_allclose(rows(corners, labels), rows(found.corners, found.group), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_where_no_model_repeats_itself_the_scores_are_the_peers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    apart_by_far = scattered(rng, 1)
    corners, scores, _ = ensemble_boxes.weighted_boxes_fusion(*apart(apart_by_far), iou_thr=0.3)
    found = WeightedBoxes(overlap=0.3).fuse(apart_by_far)
    np.testing.assert_allclose(found.corners, corners, atol=1e-6)
    np.testing.assert_allclose(found.score, scores, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_suppression_is_the_peers(seed: int) -> None:
    boxes = scattered(np.random.default_rng(seed), 60)
    for found, (corners, scores, _) in (
        (NonMaximumSuppression().fuse(boxes), ensemble_boxes.nms(*apart(boxes), iou_thr=0.5)),
        (NonMaximumWeighted().fuse(boxes), ensemble_boxes.non_maximum_weighted(*apart(boxes), iou_thr=0.55)),
    ):
        np.testing.assert_allclose(np.sort(found.score), np.sort(scores), atol=1e-6)
        np.testing.assert_allclose(rows(found.corners), rows(corners), atol=1e-6)


@pytest.mark.parametrize("decay", ["gaussian", "linear"])
def test_soft_suppression_keeps_what_the_peer_keeps(decay: Literal["gaussian", "linear"]) -> None:
    # Its scores are no reference: ensemble_boxes 1.0.9 decays a copy and returns the scores that it was given.
    boxes = scattered(np.random.default_rng(0), 60)
    method = {"linear": 1, "gaussian": 2}[decay]
    corners, _, _ = ensemble_boxes.soft_nms(*apart(boxes), method=method, iou_thr=0.5, thresh=0.05)
    found = SoftNonMaximumSuppression(decay=decay, least=0.05).fuse(boxes)
    np.testing.assert_allclose(rows(found.corners), rows(corners), atol=1e-6)


@pytest.mark.parametrize(("decay", "left"), [("gaussian", 0.8 * np.exp(-0.5)), ("linear", 0.8 * 0.5)])
def test_soft_suppression_takes_score_by_the_overlap(decay: Literal["gaussian", "linear"], left: float) -> None:
    half = boxes_of([[((0, 0, 2, 1), 0.9), ((0, 0, 1, 1), 0.8)]])  # IoU 1/2
    found = SoftNonMaximumSuppression(decay=decay, overlap=0.4).fuse(half)
    np.testing.assert_allclose(found.score, [0.9, left])


def test_three_boxes_of_one_model_are_no_agreement_of_three() -> None:
    box = (0.1, 0.1, 0.5, 0.5)
    repeated = WeightedBoxes().fuse(boxes_of([[(box, 0.8)] * 3, [], []]))
    single = WeightedBoxes().fuse(boxes_of([[(box, 0.8)], [], []]))
    np.testing.assert_allclose(repeated.score, single.score)
    assert single.score[0] == pytest.approx(0.8 / 3)


def test_a_score_never_passes_one() -> None:
    sure: Detections = [[((0.1, 0.1, 0.5, 0.5), 1.0)] * 4] * 2
    for confidence in ("agreement", "mean", "max"):
        assert WeightedBoxes(confidence=confidence).fuse(boxes_of(sure, [0.7, 0.1])).score.max() <= 1


def test_a_weight_of_zero_silences_a_model() -> None:
    found = WeightedBoxes().fuse(boxes_of(THREE_MODELS, [1.0, 0.0, 0.0]))
    assert found.score.tolist() == [0.9, 0.4]


def test_a_box_without_a_score_says_nothing() -> None:
    found = WeightedBoxes().fuse(boxes_of([[((0, 0, 1, 1), 0.0)], [((0, 0, 1, 1), 0.0)]]))
    assert found.score.size == 0


def test_boxes_of_two_images_never_meet() -> None:
    corners, two = np.array([[0.0, 0, 1, 1]] * 2), np.arange(2)
    found = WeightedBoxes().fuse(Boxes(corners, np.array([0.9, 0.8]), np.zeros(2, int), two, np.ones((2, 1))))
    assert found.group.tolist() == [0, 1]


def test_overlap_is_the_volume_shared_over_the_volume_of_both() -> None:
    assert overlap(np.array([0, 0, 0, 2, 2, 2.0]), np.array([1, 0, 0, 3, 2, 2.0])) == pytest.approx(4 / 12)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"corners": np.array([[2.0, 0, 1, 1]])}, "low below its high"),
        ({"corners": np.array([[np.nan, 0, 1, 1]])}, "finite corners"),
        ({"score": np.array([1.2])}, "from 0 to 1"),
        ({"weights": np.array([[-1.0]])}, "0 or more"),
        ({"corners": np.zeros((1, 5))}, r"\(n, 4\) or \(n, 6\)"),
    ],
)
def test_impossible_boxes_are_refused(change: dict[str, np.ndarray], told: str) -> None:
    whole = {"corners": np.array([[0.0, 0, 1, 1]]), "score": np.array([0.5]), "model": np.zeros(1, int)}
    parts = whole | {"group": np.zeros(1, int), "weights": np.ones((1, 1))} | change
    with pytest.raises(ValueError, match=told):
        refuse_impossible(Boxes(**parts))


def apart(boxes: Boxes) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """As the peer takes them: a list a model."""
    own = [boxes.model == model for model in range(boxes.weights.shape[1])]
    return tuple([column[mask].copy() for mask in own] for column in (boxes.corners, boxes.score, boxes.group))  # type: ignore[return-value]  # three of them


def rows(corners: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
    """Boxes in an order of their own."""
    table = np.column_stack([labels if labels is not None else np.zeros(len(corners)), corners])
    return table[np.lexsort(table.round(5).T[::-1])]


def test_shuffling_is_no_change() -> None:
    boxes = scattered(np.random.default_rng(0), 30)
    same(WeightedBoxes().fuse(boxes), WeightedBoxes().fuse(shuffled(boxes, np.random.default_rng(1))))
