"""One function a task: what a graph gave for one study, as an answer; scores are calibrated last."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput
from fiducial.models.aggregation import aggregate
from fiducial.models.contract import Answer, Floats
from fiducial.models.graph import Named
from fiducial.models.manifest import Manifest, Task
from fiducial.models.outputs import boxes_of, laid_back, probabilities, require_classes, require_numbers
from fiducial.scans.preparation.contract import Picture

Scores = npt.NDArray[np.float64]
Reader = Callable[[Manifest, Picture, Named], Answer]


def scored(of_class: Scores, manifest: Manifest) -> Answer:
    """The score of every finding from those of all classes, (classes,), calibrated.

    Raises:
        UnusableInput: the graph gives another number of scores than the bundle names classes.
    """
    require_classes(len(of_class), manifest)
    return Answer(
        {
            finding.name: finding.probability(float(of_class[manifest.classes.index(finding.name)]))
            for finding in manifest.findings
        }
    )


def classified(manifest: Manifest, _picture: Picture, raw: Named) -> Answer:
    """(slices, classes) -> a score a finding."""
    slices = _class_probabilities(manifest, raw, axes=2)
    rule = manifest.aggregation
    return scored(slices[0] if rule is None else aggregate(slices, rule.kind, rule.k), manifest)


def detected(manifest: Manifest, picture: Picture, raw: Named) -> Answer:
    """(1, n, 4) boxes and (1, n, classes) scores -> boxes in the source image; the strongest box scores the study."""
    outputs = manifest.outputs
    scores = probabilities(
        raw[str(outputs.box_scores or outputs.box_logits)][0], outputs, already=outputs.box_scores is not None
    )
    require_classes(scores.shape[-1], manifest)
    boxes = boxes_of(raw[str(outputs.boxes)][0], scores, manifest, picture)
    best = [max((box.score for box in boxes if box.finding == name), default=0.0) for name in manifest.classes]
    return replace(scored(np.array(best), manifest), boxes=boxes)


def segmented(manifest: Manifest, picture: Picture, raw: Named) -> Answer:
    """(slices, classes, rows, columns), or (1, classes, slices, rows, columns) -> maps over the source image.

    The largest probability scores the study; the volume of what is at least 0.5 is measured.
    """
    found = _class_probabilities(manifest, raw, axes=manifest.graph.dimensions + 2, axis=1)
    require_classes(found.shape[1], manifest)
    planes = found[0] if manifest.graph.dimensions == 3 else np.moveaxis(found, 1, 0)
    names = [finding.name for finding in manifest.findings]
    maps = {
        name: laid_back(planes[manifest.classes.index(name)].astype(np.float32), picture.placement, picture.source)
        for name in names
    }
    best = np.array([float(plane.max(initial=0.0)) for plane in planes])
    measured = {f"volume.{name}": _volume(one, picture) for name, one in maps.items()}
    told = {name: one for name, one in measured.items() if one is not None}
    return replace(scored(best, manifest), maps=maps, measurements=told)


def made(manifest: Manifest, picture: Picture, raw: Named) -> Answer:
    """(slices, 1, rows, columns), or (1, 1, slices, rows, columns) -> an image over the source image."""
    image = raw[str(manifest.outputs.image)]
    require_numbers(image)
    planes = image[0, 0] if manifest.graph.dimensions == 3 else image[:, 0]
    return Answer(
        maps={
            "image": laid_back(planes.astype(np.float32), picture.placement, picture.source, fill=float(planes.min()))
        }
    )


def embedded(manifest: Manifest, _picture: Picture, raw: Named) -> Answer:
    """(slices, width) -> their mean."""
    features = raw[str(manifest.outputs.features)]
    require_numbers(features)
    return Answer(features=features.mean(axis=0).astype(np.float32))


READERS: dict[Task, Reader] = {
    Task.CLASSIFICATION: classified,
    Task.DETECTION: detected,
    Task.SEGMENTATION: segmented,
    Task.IMAGE_TO_IMAGE: made,
    Task.EMBEDDING: embedded,
}


def _class_probabilities(manifest: Manifest, raw: Named, *, axes: int, axis: int = -1) -> Scores:
    outputs = manifest.outputs
    name = str(outputs.probabilities or outputs.logits)
    if raw[name].ndim != axes:
        raise UnusableInput(
            f"the graph's output {name!r} has {raw[name].ndim} axes, {raw[name].shape}, and a {manifest.task} needs "
            f"{axes}, the batch among them; export the graph anew"
        )
    return probabilities(raw[name], outputs, already=outputs.probabilities is not None, axis=axis)


def _volume(mask: Floats, picture: Picture) -> tuple[float, str] | None:
    """Of what is at least 0.5: millilitres, or square millimetres where slices have no distance."""
    if picture.spacing is None:
        return None
    z, y, x = picture.spacing  # of the prepared picture: its pixels are larger than the source's by the scale
    (sy, sx), (_, sz) = picture.placement.scale, picture.placement.through
    area = float((mask >= 0.5).sum()) * (y / sy) * (x / sx)
    return (area, "mm2") if np.isnan(z) else (area * (z / sz) / 1000, "ml")
