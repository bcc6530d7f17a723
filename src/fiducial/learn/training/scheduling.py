"""A learning rate over the steps of a phase: up in a straight line, then down by a cosine."""

import math
from typing import Any, Protocol

import torch


class Schedule(Protocol):
    """A learning rate over steps, as torch has it."""

    def step(self) -> None:
        """One step on."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """For the state of a run."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From ``state_dict``."""
        ...


def up_and_down(optimiser: torch.optim.Optimizer, steps: int, warmup: float) -> Schedule:
    """``warmup``: the share of the steps on the way up; the way down ends at a hundredth."""
    steps = max(1, steps)
    rise = max(1, round(warmup * steps))

    def factor(step: int) -> float:
        done = min(1.0, (step - rise) / max(1, steps - rise))
        return (step + 1) / rise if step < rise else 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))

    return torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
