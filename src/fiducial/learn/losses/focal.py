"""Loss: focal. Easy labels count little. Source: Lin et al. 2017, ICCV, 2999-3007, arXiv:1708.02002."""

from typing import ClassVar

import torch
from pydantic import BaseModel, Field
from torch.nn.functional import binary_cross_entropy_with_logits

from fiducial.learn.losses.contract import SETTINGS, Counts


class Focal(BaseModel):
    """``gamma`` = 0 and no ``alpha`` is plain cross-entropy; the source's best were 2 and 0.25."""

    model_config = SETTINGS
    name: ClassVar[str] = "focal"
    says: ClassVar[str] = "focal loss (Lin et al. 2017): easy labels count little"

    gamma: float = Field(default=2.0, ge=0, description="focus, 0 and more")
    alpha: float | None = Field(default=None, gt=0, lt=1, description="weight of positives; negatives weigh 1 - alpha")

    def each(self, logits: torch.Tensor, truth: torch.Tensor, counts: Counts) -> torch.Tensor:  # noqa: ARG002  (as all)
        """-alpha_t (1 - p_t)^gamma log p_t, equations 4 and 5 of the source."""
        entropy = binary_cross_entropy_with_logits(logits, truth, reduction="none")
        found = (1 - torch.exp(-entropy)).clamp(min=0) ** self.gamma * entropy
        return found if self.alpha is None else (self.alpha * truth + (1 - self.alpha) * (1 - truth)) * found
