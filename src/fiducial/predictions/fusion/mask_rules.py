"""Several models' masks of one region become one: the probability of each voxel, and what the rule found out."""

from dataclasses import dataclass, field
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
import SimpleITK as sitk  # noqa: N813  (as its own documentation does)
from numpy.typing import NDArray

Voxels: TypeAlias = NDArray[np.float32]

INSIDE = 0.5  # a probability from here on is inside
_ROUNDS = 200  # of STAPLE; masks of one region settle within ten


@dataclass(frozen=True, slots=True, eq=False)
class FusedMask:
    """``probability``: (slices, rows, columns), 0-1. ``sensitivity``, ``specificity``: of each model, if estimated."""

    probability: Voxels
    sensitivity: tuple[float, ...] = field(default=())
    specificity: tuple[float, ...] = field(default=())


class MaskFuser(Protocol):
    """Makes one mask of the masks of several models, on one grid."""

    @property
    def name(self) -> str:
        """How recipes call it."""
        ...

    def fuse(self, masks: list[Voxels], weights: list[float]) -> FusedMask:
        """``masks``: probabilities (slices, rows, columns), one a model that answered; ``weights`` above 0."""
        ...


@dataclass(frozen=True, slots=True)
class MeanMask:
    """The weighted mean of the probabilities."""

    name: ClassVar[str] = "mean"

    def fuse(self, masks: list[Voxels], weights: list[float]) -> FusedMask:
        """Masks of 0 and 1 count as probabilities."""
        return FusedMask(_mean(masks, weights))


@dataclass(frozen=True, slots=True)
class MajorityMask:
    """Inside where models with more than half of the weight say so; half alone is outside."""

    name: ClassVar[str] = "majority"

    def fuse(self, masks: list[Voxels], weights: list[float]) -> FusedMask:
        """Each probability becomes a vote first."""
        votes = _mean([(mask >= INSIDE).astype(np.float32) for mask in masks], weights)
        return FusedMask((votes > 0.5).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Staple:
    """The probability of the hidden truth, and how well each model finds it, estimated together from the votes alone.

    Models with a weight count alike: STAPLE weighs them itself. One that errs as the others do looks good to it.
    Source: Warfield, Zou and Wells 2004, IEEE Trans Med Imaging 23:903-921, doi:10.1109/TMI.2004.828354 (SimpleITK's).
    """

    name: ClassVar[str] = "staple"

    def fuse(self, masks: list[Voxels], weights: list[float]) -> FusedMask:  # noqa: ARG002  (the protocol's)
        """Where all are empty, or all full, nothing is to be estimated."""
        votes = [mask >= INSIDE for mask in masks]
        if not np.any(votes) or np.all(votes):
            return FusedMask(votes[0].astype(np.float32))
        estimate = sitk.STAPLEImageFilter()
        estimate.SetForegroundValue(1.0)
        estimate.SetMaximumIterations(_ROUNDS)
        found = estimate.Execute([sitk.GetImageFromArray(vote.astype(np.uint8)) for vote in votes])
        probability = np.clip(sitk.GetArrayFromImage(found), 0.0, 1.0).astype(np.float32)
        return FusedMask(probability, tuple(estimate.GetSensitivity()), tuple(estimate.GetSpecificity()))


def _mean(masks: list[Voxels], weights: list[float]) -> Voxels:
    total = np.zeros(masks[0].shape)
    for mask, weight in zip(masks, weights, strict=True):
        total += weight * mask
    return (total / sum(weights)).astype(np.float32)
