"""Loss: class-balanced. A class weighs by its effective number of samples.

Source: Cui et al. 2019, CVPR, 9268-9277, arXiv:1901.05555.
"""

from typing import ClassVar

import torch
from pydantic import BaseModel, Field

from fiducial.learn.losses.contract import SETTINGS, Counts
from fiducial.learn.losses.focal import Focal


class ClassBalanced(BaseModel):
    """``beta`` = 0 weighs both classes alike, towards 1 by the inverse of their counts; ``gamma`` focuses besides."""

    model_config = SETTINGS
    name: ClassVar[str] = "class-balanced"
    says: ClassVar[str] = "class-balanced loss (Cui et al. 2019): by the effective number of samples"

    beta: float = Field(default=0.999, ge=0, lt=1, description="0 and more, below 1")
    gamma: float = Field(default=0.0, ge=0, description="focus, as in the focal loss")

    def each(self, logits: torch.Tensor, truth: torch.Tensor, counts: Counts) -> torch.Tensor:
        """(1 - beta) / (1 - beta^n) times the focal loss; the weights of both classes add up to 2, as in the source."""
        ill, healthy = (self._weight(one).to(logits) for one in (counts.positive, counts.negative))
        scale = 2 / (ill + healthy)
        weight = scale * (truth * ill + (1 - truth) * healthy)
        return weight * Focal(gamma=self.gamma).each(logits, truth, counts)

    def _weight(self, count: torch.Tensor) -> torch.Tensor:
        return (1 - self.beta) / (1 - self.beta ** count.double().clamp(min=1))
