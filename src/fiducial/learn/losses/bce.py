"""Loss: bce. Binary cross-entropy of each finding."""

from typing import ClassVar

import torch
from pydantic import BaseModel, Field
from torch.nn.functional import binary_cross_entropy_with_logits

from fiducial.learn.losses.contract import SETTINGS, Counts


class BinaryCrossEntropy(BaseModel):
    """``balance``: positives weigh negatives / positives of the training split, so that both classes weigh the same."""

    model_config = SETTINGS
    name: ClassVar[str] = "bce"
    says: ClassVar[str] = "binary cross-entropy, balanced by the training split where asked"

    balance: bool = Field(default=False, description="positives weigh as much as negatives, in each finding")

    def each(self, logits: torch.Tensor, truth: torch.Tensor, counts: Counts) -> torch.Tensor:
        """-w y log p - (1 - y) log (1 - p), with w = 1 or negatives / positives."""
        weight = (counts.negative / counts.positive.clamp(min=1)).to(logits) if self.balance else None
        return binary_cross_entropy_with_logits(logits, truth, pos_weight=weight, reduction="none")
