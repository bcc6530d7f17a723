"""Boxes paired with lesions, image by image: which lesion each mark found, and which lesions none found."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.detection.boxes import Boxes
from fiducial.audit.detection.images import Images
from fiducial.claims.overlap import Counting, Overlap
from fiducial.predictions.fusion.overlap import centre_inside, overlap, overlap_of_own
from fiducial.stats.detection import Detections, match

FOUND, REPEAT, FALSE = "found", "repeat", "false positive"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """``images``: all judged. ``strongest``: (n,), the highest score of each; -inf where nothing was marked.

    ``detections``: of counted images, which ``patient`` numbers. ``marks``, ``lesions``: of counted images, one row a
    box: study, corners, ``score``, ``outcome`` of a mark; of a lesion the ``score`` of what found it (null: nothing)
    and ``nearest``, the largest overlap with any mark.
    """

    images: Images
    strongest: Floats
    detections: Detections
    patient: NDArray[np.int64]
    marks: pl.DataFrame
    lesions: pl.DataFrame


def matched(images: Images, boxes: Boxes, drawn: pl.DataFrame, how: Counting) -> Matched:
    """Pair the marks of every counted image with its lesions, the strongest mark first."""
    axes = boxes.axes
    marks = _placed(boxes.marked, images.study, axes).sort("score", *axes, descending=[True] + [False] * len(axes))
    strongest = np.full(len(images), -np.inf)
    np.maximum.at(strongest, marks["image"].to_numpy(), marks["score"].to_numpy())
    counted = images.where_counted()
    marks = _placed(marks.drop("image"), counted.study, axes)
    lesions = _placed(drawn, counted.study, axes).sort("image", *axes)
    pairs = _Pairs(marks.height, lesions.height)
    order = np.argsort(marks["image"].to_numpy(), kind="stable")  # within an image the strongest stays first
    of_marks = _runs(marks["image"].to_numpy()[order], len(counted))
    of_lesions = _runs(lesions["image"].to_numpy(), len(counted))
    own, reference = (table.select(axes).to_numpy().astype(np.float64) for table in (marks, lesions))
    score = marks["score"].to_numpy()
    for image in np.flatnonzero((np.diff(of_marks) > 0) & (np.diff(of_lesions) > 0)):
        here = order[of_marks[image] : of_marks[image + 1]]
        there = np.arange(of_lesions[image], of_lesions[image + 1])
        share = shares(how.overlap, own[here], reference[there])
        pairs.match(here, there, share, np.where(share >= how.overlap.least, share, 0.0), score[here])
    outcome = np.where(pairs.taken >= 0, FOUND, np.where(pairs.touching, REPEAT, FALSE))
    kept = outcome != REPEAT if how.repeats == "ignored" else np.ones(outcome.size, dtype=bool)
    detections = Detections(
        score[kept],
        marks["image"].to_numpy()[kept],
        pairs.taken[kept] >= 0,
        np.bincount(lesions["image"].to_numpy(), minlength=len(counted)),
    )
    by = np.full(lesions.height, np.nan)
    by[pairs.taken[pairs.taken >= 0]] = score[pairs.taken >= 0]
    return Matched(
        images,
        strongest,
        detections,
        counted.patient,
        marks.with_columns(outcome=pl.Series(outcome, dtype=pl.String), overlap=pl.Series(pairs.best)),
        lesions.with_columns(score=pl.Series(by).fill_nan(None), nearest=pl.Series(pairs.nearest)),
    )


def shares(rule: Overlap, marks: Floats, lesions: Floats) -> Floats:
    """How far each mark overlaps each lesion, 0 to 1: (d, l). ``marks``: (d, 2 k); ``lesions``: (l, 2 k)."""
    first, second = marks[:, None], lesions[None]
    if rule.rule == "iou":
        return overlap(first, second)
    if rule.rule == "iobb":
        return overlap_of_own(first, second)
    # Of several lesions around one centre it takes the one that it overlaps most.
    return np.where(centre_inside(first, second), np.maximum(overlap(first, second), np.finfo(float).tiny), 0.0)


class _Pairs:
    """What was found so far: for each mark its lesion or -1, whether it touches one, and its best overlap."""

    def __init__(self, marks: int, lesions: int) -> None:
        self.taken = np.full(marks, -1, dtype=np.int64)
        self.touching = np.zeros(marks, dtype=bool)
        self.best = np.zeros(marks)
        self.nearest = np.zeros(lesions)

    def match(
        self, marks: NDArray[np.int64], lesions: NDArray[np.int64], share: Floats, counts: Floats, score: Floats
    ) -> None:
        """Pair the marks and the lesions of one image. ``share``: (marks, lesions); ``counts``: where it is enough."""
        found = match(counts, score)
        self.taken[marks] = np.where(found >= 0, lesions[found], -1)
        self.touching[marks] = counts.max(axis=1) > 0
        self.best[marks] = share.max(axis=1)
        self.nearest[lesions] = share.max(axis=0)


def _placed(boxes: pl.DataFrame, study: NDArray[np.str_], axes: tuple[str, ...]) -> pl.DataFrame:
    """The boxes of some images, with the number of the image; ``study``: (n,) sorted."""
    places = pl.DataFrame({"study": study, "image": np.arange(study.size)}, schema_overrides={"study": pl.String})
    sizes = [name for name in ("rows", "columns", "slices") if name in boxes.columns]
    if boxes.is_empty():  # without a box there may be no column of its depth
        boxes = boxes.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in axes)
    return boxes.select("study", "box", *axes, *sizes, "score").join(places, on="study", maintain_order="left")


def _runs(image: NDArray[np.int64], images: int) -> NDArray[np.int64]:
    """Where the rows of each image begin, (images + 1,)."""
    return np.searchsorted(image, np.arange(images + 1))
