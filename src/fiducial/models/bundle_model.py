"""A bundle at work: prepare each study, run the graph in batches, read its outputs as the task says."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from fiducial.errors import FiducialError, UnusableInput
from fiducial.models.bundle import Bundle
from fiducial.models.contract import Answer, Extra, Floats, Shown
from fiducial.models.graph import Graph, Named, NoRoom
from fiducial.models.manifest import Inputs, Manifest, Task
from fiducial.models.outputs import probabilities
from fiducial.models.support.supporting import Supporting
from fiducial.models.tasks import READERS, scored
from fiducial.scans.preparation.contract import Picture, Placement
from fiducial.scans.preparation.preparing import prepare

Found = TypeVar("Found")
_OF_SLICES = (Task.SEGMENTATION, Task.IMAGE_TO_IMAGE, Task.EMBEDDING)  # tasks that answer several slices by themselves


@dataclass(frozen=True, slots=True, eq=False)
class BundleModel:
    """A :class:`~fiducial.models.contract.Model`. ``sequence`` turns the features of all slices into logits, if any."""

    bundle: Bundle
    graph: Graph
    sequence: Graph | None = None
    support: Supporting = field(default_factory=lambda: Supporting(Inputs()))

    @property
    def name(self) -> str:
        """As the predictions table calls it."""
        return self.bundle.manifest.name

    @property
    def identity(self) -> str:
        """The hash of all files of the bundle."""
        return self.bundle.hash

    @property
    def findings(self) -> tuple[str, ...]:
        """What it scores."""
        return tuple(finding.name for finding in self.bundle.manifest.findings)

    def answer(self, shown: Sequence[Shown], extras: frozenset[Extra] = frozenset()) -> list[Answer]:
        """One answer a study; pictures of one shape go through the graph together."""
        answers: dict[int, Answer] = {}
        pictures: dict[int, Picture] = {}
        for index, one in enumerate(shown):
            found = _or_reason(partial(self.picture, one))
            if isinstance(found, Answer):
                answers[index] = found
            else:
                pictures[index] = found
        for group in _of_one_shape(pictures, self.bundle.manifest.graph.dimensions):
            answers |= zip(group, self._answered([pictures[index] for index in group], extras), strict=True)
        return [
            self.support.admitted(answers[index], one.scan) if index in pictures else answers[index]
            for index, one in enumerate(shown)
        ]

    def picture(self, shown: Shown) -> Picture:
        """What the graph is shown of a study.

        Raises:
            UnusableInput: it cannot be read, or is of a kind that this bundle does not take.
        """
        manifest = self.bundle.manifest
        _refuse_many(len(shown.study.paths), manifest)  # a file is a slice or more: too many are not even decoded
        slices = len(shown.scan.array)
        _refuse_many(slices, manifest)
        _refuse_several(slices, manifest)
        return prepare(shown.scan, self.bundle.steps)

    def _answered(self, pictures: list[Picture], extras: frozenset[Extra]) -> list[Answer]:
        try:
            found = self._run(pictures, extras)
        except FiducialError as told:
            if len(pictures) > 1:  # one study may not spoil the others
                return [answer for one in pictures for answer in self._answered([one], extras)]
            return [Answer(reason=str(told))]
        return [_or_reason(partial(self._read, one, raw, extras)) for one, raw in zip(pictures, found, strict=True)]

    def _run(self, pictures: list[Picture], extras: frozenset[Extra]) -> Iterator[Named]:
        """The graph's outputs for each picture: (slices, ...) of a 2-D graph, (1, ...) of a 3-D one."""
        manifest = self.bundle.manifest
        wanted = self._wanted(extras)
        inputs = [_inputs(one, manifest.graph.dimensions) for one in pictures]
        whole = np.concatenate(inputs)
        parts = list(self._parts(whole, wanted))
        found = {name: np.concatenate([part[name] for part in parts]) for name in wanted}
        ends = np.cumsum([len(one) for one in inputs])
        return iter(
            [
                {name: values[end - len(one) : end] for name, values in found.items()}
                for one, end in zip(inputs, ends, strict=True)
            ]
        )

    def _parts(self, whole: npt.NDArray[np.float32], wanted: Sequence[str]) -> Iterator[Named]:
        """Batch after batch; one that does not fit into memory is halved, down to one picture."""
        start, size = 0, self.bundle.manifest.graph.largest_batch
        while start < len(whole):
            try:
                yield self.graph.run(whole[start : start + size], wanted)
            except NoRoom:
                if size == 1:
                    raise
                size = max(1, min(size, len(whole) - start) // 2)
            else:
                start += size

    def _read(self, picture: Picture, raw: Named, extras: frozenset[Extra]) -> Answer:
        manifest = self.bundle.manifest
        outputs = manifest.outputs
        every, maps = raw.get(outputs.features or ""), raw.get(outputs.map or "")
        features = None if every is None else every.mean(axis=0).astype(np.float32)
        answer = READERS[manifest.task](manifest, picture, raw) if self.sequence is None else self._in_sequence(raw)
        shown = Extra.FEATURES in extras or manifest.task is Task.EMBEDDING
        return replace(
            self.support.weighed(answer, picture, features),
            features=features if shown else None,
            feature_map=None if maps is None else maps.astype(np.float32),
            placement=None if maps is None else _placed(maps, picture),
        )

    def _wanted(self, extras: frozenset[Extra]) -> list[str]:
        """The outputs of the graph that this run needs."""
        outputs = self.bundle.manifest.outputs
        named = () if self.sequence is not None else _of_task(self.bundle.manifest)
        if self.sequence is not None or self.support.wants_features or Extra.FEATURES in extras:
            named = (*named, outputs.features)
        if Extra.SALIENCY_MAP in extras:
            named = (*named, outputs.map)
        return list(dict.fromkeys(name for name in named if name is not None))

    def _in_sequence(self, raw: Named) -> Answer:
        manifest = self.bundle.manifest
        if self.sequence is None or manifest.outputs.features is None:
            raise UnusableInput("the bundle has no sequence head")
        features = raw[manifest.outputs.features][np.newaxis].astype(np.float32)
        logits = self.sequence.run(features, ["logits"])["logits"]
        return scored(probabilities(logits, manifest.outputs, already=False)[0], manifest)


def _refuse_many(slices: int, manifest: Manifest) -> None:
    most = manifest.graph.most_slices
    if slices > most:
        raise UnusableInput(f"has {slices} slices; the bundle takes up to {most} (graph.most_slices)")


def _refuse_several(slices: int, manifest: Manifest) -> None:
    takes_several = manifest.graph.dimensions == 3 or manifest.aggregation is not None or manifest.task in _OF_SLICES
    if slices > 1 and not takes_several:
        raise UnusableInput(
            f"has {slices} slices and the bundle takes one image; say [aggregation] in the bundle, or build the cohort "
            "with --unit image"
        )


def _of_task(manifest: Manifest) -> tuple[str | None, ...]:
    outputs = manifest.outputs
    scores = outputs.probabilities or outputs.logits
    return {
        Task.CLASSIFICATION: (scores,),
        Task.DETECTION: (outputs.boxes, outputs.box_scores or outputs.box_logits),
        Task.SEGMENTATION: (scores,),
        Task.IMAGE_TO_IMAGE: (outputs.image,),
        Task.EMBEDDING: (outputs.features,),
    }[manifest.task]


def _of_one_shape(pictures: dict[int, Picture], dimensions: int) -> Iterator[list[int]]:
    """The keys of pictures that can be one batch; the slices of a 2-D graph are a batch already."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, picture in pictures.items():
        channels, slices, rows, columns = picture.pixels.shape
        groups.setdefault((channels, slices if dimensions == 3 else 0, rows, columns), []).append(index)
    yield from groups.values()


def _inputs(picture: Picture, dimensions: int) -> Floats:
    """(slices, channels, rows, columns) for a 2-D graph, (1, channels, slices, rows, columns) for a 3-D one."""
    return picture.pixels[np.newaxis] if dimensions == 3 else picture.pixels.swapaxes(0, 1)


def _placed(maps: np.ndarray[Any, Any], picture: Picture) -> Placement:
    """Where a feature map lies in the source image: it covers the whole picture, with fewer pixels."""
    own, of_picture = maps.shape[-2:], picture.pixels.shape[-2:]
    return picture.placement.within((0.0, 0.0), (of_picture[0] / own[0], of_picture[1] / own[1]))


def _or_reason(work: Callable[[], Found]) -> Found | Answer:
    try:
        return work()
    except FiducialError as told:
        return Answer(reason=str(told))
