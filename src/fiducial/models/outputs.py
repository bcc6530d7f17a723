"""Raw arrays of a graph into what an answer holds: probabilities, boxes in the source image, maps laid back on it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

from fiducial.errors import UnusableInput
from fiducial.models.contract import Box, Floats
from fiducial.models.manifest import Manifest, Outputs
from fiducial.scans.preparation.contract import Picture, Placement

Raw = npt.NDArray[np.floating]
_SLIVER = 1e-6  # pixels: what is left of a box beyond the border, by rounding alone


def probabilities(raw: Raw, outputs: Outputs, *, already: bool, axis: int = -1) -> npt.NDArray[np.float64]:
    """Logits, or what is already 0-1, as probabilities along the classes' ``axis``.

    Raises:
        UnusableInput: the model gave NaN or infinity, or a probability outside 0-1.
    """
    require_numbers(raw)
    values = raw.astype(np.float64)
    if already:
        if values.size and (values.min() < -1e-6 or values.max() > 1 + 1e-6):
            raise UnusableInput(
                f"the model gave {values.min():.3g} to {values.max():.3g} as probabilities; name the output as logits"
            )
        return np.clip(values, 0, 1)
    return np.asarray(softmax(values, axis=axis) if outputs.activation == "softmax" else expit(values))


def require_numbers(raw: Raw) -> None:
    """Raises UnusableInput where the model gave NaN or infinity."""
    if not np.isfinite(raw).all():
        raise UnusableInput("the model gave NaN or infinity; look at the image and at the graph's precision")


def require_classes(found: int, manifest: Manifest) -> None:
    """Raises UnusableInput where the graph's last axis is not one a class."""
    if found != len(manifest.classes):
        raise UnusableInput(
            f"the graph gives {found} scores and the bundle names {len(manifest.classes)} classes "
            f"({', '.join(manifest.classes)}); correct [[findings]] or outputs.classes"
        )


def boxes_of(boxes: Raw, scores: npt.NDArray[np.float64], manifest: Manifest, picture: Picture) -> tuple[Box, ...]:
    """The boxes of one image in pixels of its source, strongest first.

    ``boxes``: (n, 4) and ``scores``: (n, classes), as the graph gave them. Boxes under the smallest score, without an
    area, or that overlap a stronger one of their finding too much are left out.

    Raises:
        UnusableInput: a corner is NaN or infinite.
    """
    require_numbers(boxes)
    corners = _in_source(_corners(boxes.astype(np.float64), manifest.outputs, picture), picture)
    found: list[Box] = []
    for finding in manifest.findings:
        of_class = scores[:, manifest.classes.index(finding.name)]
        for index in _kept(corners, of_class, manifest.outputs):
            x0, y0, x1, y1 = corners[index].tolist()
            found.append(Box(finding.name, x0, y0, x1, y1, float(of_class[index])))
    return tuple(sorted(found, key=lambda box: -box.score))


def laid_back(
    values: Floats, placement: Placement, source: tuple[int, int], *, smooth: bool = False, fill: float = 0.0
) -> Floats:
    """A map that lies in an image as ``placement`` says, (slices, rows, columns), over all of it; ``fill`` elsewhere.

    ``source``: (rows, columns) of that image. ``smooth``: linear between the map's values, else the nearest. Across
    slices it is the nearest.
    """
    values = _in_source_slices(values, placement)
    places = zip(source, placement.offset, placement.scale, values.shape[-2:], strict=True)
    down, across = (_between(*place, smooth=smooth) for place in places)
    rows = values[:, down.before] * (1 - down.weight[:, None]) + values[:, down.after] * down.weight[:, None]
    both = rows[..., across.before] * (1 - across.weight) + rows[..., across.after] * across.weight
    inside = down.inside[:, None] & across.inside
    return np.where(inside, both, np.float32(fill)).astype(np.float32, copy=False)


def _in_source_slices(values: Floats, placement: Placement) -> Floats:
    """One plane a slice of the source; a resampling along z leaves as much of it over at either end."""
    offset, scale = placement.through
    if (offset, scale) == (0.0, 1.0):
        return values
    slices = round(scale * len(values) + 2 * offset)
    own = np.floor((np.arange(slices) + 0.5 - offset) / scale).astype(int)
    planes: Floats = values[np.clip(own, 0, len(values) - 1)]
    return planes


class _Between(NamedTuple):
    """For every pixel of the source, along one axis: the two values it lies between, and how far along."""

    before: npt.NDArray[np.intp]
    after: npt.NDArray[np.intp]
    weight: Floats
    inside: npt.NDArray[np.bool_]


def _between(length: int, offset: float, scale: float, size: int, *, smooth: bool) -> _Between:
    own = (np.arange(length) + 0.5 - offset) / scale  # pixel i covers i to i + 1 in either image
    index = np.clip(own - 0.5, 0, size - 1) if smooth else np.clip(np.floor(own), 0, size - 1)
    before = np.floor(index).astype(np.intp)
    after = np.minimum(before + 1, size - 1)
    return _Between(before, after, (index - before).astype(np.float32), (own >= 0) & (own < size))


def _corners(boxes: npt.NDArray[np.float64], outputs: Outputs, picture: Picture) -> npt.NDArray[np.float64]:
    if outputs.box_format == "cxcywh":
        centre, half = boxes[:, :2], boxes[:, 2:] / 2
        boxes = np.hstack([centre - half, centre + half])
    if outputs.box_unit == "fractions":
        rows, columns = picture.pixels.shape[-2:]
        boxes = boxes * np.array([columns, rows, columns, rows])
    return boxes


def _in_source(boxes: npt.NDArray[np.float64], picture: Picture) -> npt.NDArray[np.float64]:
    (oy, ox), (sy, sx) = picture.placement.offset, picture.placement.scale
    rows, columns = picture.source
    placed = boxes * np.array([sx, sy, sx, sy]) + np.array([ox, oy, ox, oy])
    inside: npt.NDArray[np.float64] = np.clip(placed, 0, np.array([columns, rows, columns, rows]))
    return inside


def _kept(corners: npt.NDArray[np.float64], score: npt.NDArray[np.float64], outputs: Outputs) -> Iterator[int]:
    sides = corners[:, 2:] - corners[:, :2]
    usable = (score >= outputs.smallest_score) & (sides > _SLIVER).all(axis=1)
    left = [int(index) for index in np.argsort(-score, kind="stable") if usable[index]]
    while left:
        best, *left = left
        yield best
        left = [other for other in left if _iou(corners[best], corners[other]) <= outputs.overlap]


def _iou(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    shared = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    if (shared <= 0).any():
        return 0.0
    both = float(shared.prod())
    return both / (float((one[2:] - one[:2]).prod()) + float((other[2:] - other[:2]).prod()) - both)
