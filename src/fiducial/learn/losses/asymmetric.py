"""Loss: asymmetric. Negatives are focused more than positives, and the easiest not at all.

Source: Ridnik et al. 2021, ICCV, 82-91, arXiv:2009.14119.
"""

from typing import ClassVar

import torch
from pydantic import BaseModel, Field
from torch.nn.functional import logsigmoid

from fiducial.learn.losses.contract import SETTINGS, Counts

_SMALLEST = 1e-8  # of a probability under the logarithm, as in the source's code


class Asymmetric(BaseModel):
    """``margin``: negatives scored below it cost nothing."""

    model_config = SETTINGS
    name: ClassVar[str] = "asymmetric"
    says: ClassVar[str] = "asymmetric loss (Ridnik et al. 2021): for many negatives and few positives"

    gamma_positive: float = Field(default=0.0, ge=0, description="focus of positives")
    gamma_negative: float = Field(default=4.0, ge=0, description="focus of negatives")
    margin: float = Field(default=0.05, ge=0, lt=1, description="shift of a negative's probability")

    def each(self, logits: torch.Tensor, truth: torch.Tensor, counts: Counts) -> torch.Tensor:  # noqa: ARG002  (as all)
        """L+ = (1 - p)^g+ log p, L- = p_m^g- log(1 - p_m), p_m = max(p - m, 0): equations 5 to 7 of the source."""
        p = torch.sigmoid(logits)
        shifted = (p - self.margin).clamp(min=0)
        positive = (1 - p) ** self.gamma_positive * logsigmoid(logits)
        negative = shifted**self.gamma_negative * torch.log((1 - shifted).clamp(min=_SMALLEST))
        return -(truth * positive + (1 - truth) * negative)
