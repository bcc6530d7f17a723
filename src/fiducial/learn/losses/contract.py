"""What every loss is: one number a label, so that missing labels can be left out and micro-batches add up exactly."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from pydantic import ConfigDict

SETTINGS = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)  # of every built-in loss


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the training split, by finding: ``positive`` and ``negative`` labels, both (findings,)."""

    positive: torch.Tensor
    negative: torch.Tensor

    @classmethod
    def of(cls, truth: torch.Tensor) -> "Counts":
        """``truth``: (n, findings), 0, 1 or NaN."""
        return cls((truth == 1).sum(dim=0).float(), (truth == 0).sum(dim=0).float())


class Loss(Protocol):
    """A frozen pydantic model whose fields are its settings."""

    name: ClassVar[str]
    says: ClassVar[str]  # one line, with its source

    def each(self, logits: torch.Tensor, truth: torch.Tensor, counts: Counts) -> torch.Tensor:
        """The loss of every label. ``logits``, ``truth``: (n, findings); ``truth`` holds 0 and 1 only."""
        ...


def total(loss: Loss, logits: torch.Tensor, truth: torch.Tensor, counts: Counts) -> torch.Tensor:
    """The sum over all labels that are there; a missing one (NaN) adds nothing, to value and gradient alike."""
    known = ~torch.isnan(truth)
    each = loss.each(logits.float(), torch.where(known, truth, 0.0), counts)
    return torch.where(known, each, torch.zeros_like(each)).sum()
