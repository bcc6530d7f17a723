"""What models mark in an image beside their boxes: masks, and maps of where a score comes from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.explainers.cam import Cam
from fiducial.models.manifest import Task
from fiducial.pipelines.members import Member
from fiducial.pipelines.pipeline import Pipeline
from fiducial.serve.viewing.seen import Seen


@dataclass(frozen=True, slots=True)
class Overlay:
    """``kind``: mask, or heat where a classifier looks."""

    kind: str
    model: str
    finding: str

    @property
    def label(self) -> str:
        """``lung (lung 1.0)``."""
        return f"{self.finding} ({self.model})"


def overlays_of(pipeline: Pipeline) -> list[Overlay]:
    """Everything that the models of a pipeline can mark."""
    masks = [Overlay("mask", one.name, name) for one in pipeline.members for name in one.masks]
    heats = [Overlay("heat", one.name, name) for one in pipeline.members if _looks_into(one) for name in one.findings]
    return masks + heats


def overlay_of(pipeline: Pipeline, seen: Seen, overlay: Overlay) -> npt.NDArray[np.float32]:
    """(slices, rows, columns) over the image: probabilities of a mask, or a class activation map.

    Raises:
        WrongUsage: no model of the pipeline marks that.
        UnusableInput: the model does not answer this image.
    """
    if overlay not in overlays_of(pipeline):
        raise WrongUsage(f"no model marks {overlay.finding} as {overlay.kind} here ({overlay.model}).")
    member = next(one for one in pipeline.members if one.name == overlay.model)
    return seen.once((overlay.kind, overlay.model, overlay.finding), lambda: _asked(member, seen, overlay))


def prepared_of(member: Member, seen: Seen) -> npt.NDArray[np.float32]:
    """(channels, slices, rows, columns) that a model is given, scaled to 0 to 1 by its own smallest and largest value.

    Raises:
        UnusableInput: the model takes no such image.
    """
    return seen.once(("prepared", member.name), lambda: _unit(member.model.picture(seen.shown).pixels))


def _looks_into(member: Member) -> bool:
    outputs = member.model.bundle.manifest.outputs
    return member.task is Task.CLASSIFICATION and outputs.map is not None and outputs.head is not None


def _asked(member: Member, seen: Seen, overlay: Overlay) -> npt.NDArray[Any]:
    if overlay.kind == "heat":
        return Cam().saliency(member.model, seen.shown, overlay.finding, np.random.default_rng(0))
    answer = member.model.answer([seen.shown])[0]
    if overlay.finding not in answer.maps:
        raise UnusableInput(f"{member.name} gave no mask: {answer.reason or 'nothing of it is in the image'}.")
    return answer.maps[overlay.finding]


def _unit(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    low, high = float(pixels.min()), float(pixels.max())
    return (pixels - np.float32(low)) / np.float32(high - low or 1.0)
