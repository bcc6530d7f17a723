"""One step of training: micro-batches add up to the effective batch, whatever fits into the memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from fiducial.errors import FiducialError
from fiducial.learn.losses.contract import Counts, Loss, total
from fiducial.learn.training.memory import halved, in_parts, ran_out
from fiducial.learn.training.peers import Peers, Seat, Statistics

_SHOWN = 8  # studies that a message names


class Diverged(FiducialError):
    """The loss became NaN or infinite; what was learned until the last epoch is kept."""


@dataclass(slots=True)
class Stepper:
    """``micro``: images at a time; halved when the memory runs out, and never raised again."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    loss: Loss
    counts: Counts
    micro: int
    backward: Callable[[torch.Tensor], None]
    note: Callable[[str], None]
    peers: Peers = field(default_factory=lambda: Peers(Seat(), None))

    def step(
        self, images: torch.Tensor, truth: torch.Tensor, studies: Sequence[str], key: tuple[int, ...] = (0,)
    ) -> float:
        """Learn from one effective batch; gives its mean loss over all labels that are there.

        With peers, these are this process' share of it. ``key`` seeds dropout; its last number is the place of the
        first image in the epoch's order, so that a draw follows its images wherever they are shown.

        Raises:
            Diverged: the loss is not finite; it names the studies.
            DoesNotFit: one image alone is too much.
        """
        statistics = Statistics.of(self.network, self.peers)
        labels = self.peers.summed((~torch.isnan(truth)).sum()).clamp(min=1)  # of the effective batch: so parts add up
        losses = self._fitting(images, truth, labels, key)
        whole = float(self.peers.summed(losses.sum()))
        if not np.isfinite(whole):
            self._refuse(losses.tolist(), studies)
        self.peers.add_gradients(self.network.parameters())
        self.optimiser.step()
        if statistics is not None:
            statistics.put_together()
        return whole

    def _fitting(
        self, images: torch.Tensor, truth: torch.Tensor, labels: torch.Tensor, key: tuple[int, ...]
    ) -> torch.Tensor:
        while True:
            try:
                return self._gradients(images, truth, labels, key)
            except (RuntimeError, MemoryError) as refused:
                if not ran_out(refused):
                    raise
                self.optimiser.zero_grad(set_to_none=True)
                self.micro = halved(self.micro, len(images), refused, self.note, "The effective batch stays as it was.")

    def _gradients(
        self, images: torch.Tensor, truth: torch.Tensor, labels: torch.Tensor, key: tuple[int, ...]
    ) -> torch.Tensor:
        self.optimiser.zero_grad(set_to_none=True)
        found = [torch.zeros((), device=images.device)]
        for part, known in zip(in_parts(images, self.micro), in_parts(truth, self.micro), strict=True):
            seed_draws(key, (len(found) - 1) * self.micro)
            loss = total(self.loss, self.network(part)[0], known, self.counts) / labels
            self.backward(loss)
            found.append(loss.detach())
        return torch.stack(found[1:] or found)

    def _refuse(self, losses: Sequence[float], studies: Sequence[str]) -> None:
        """Every process says the same: the studies may be another's."""
        parts = zip(losses, in_parts(studies, self.micro), strict=False)
        own = [(loss, study) for loss, part in parts if not np.isfinite(loss) for study in part]
        wrong = [one for some in self.peers.gathered(own) for one in some]
        raise diverged(wrong[0][0] if wrong else "not finite", [study for _, study in wrong])


def diverged(what: object, named: Sequence[str]) -> Diverged:
    """``what``: the loss came to; ``named``: the studies in whose batch it did."""
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    return Diverged(
        f"the loss is {what} in a batch of {', '.join(named[:_SHOWN])}{more}. Look at these images, or "
        "lower the learning rate. The state of the last epoch is kept."
    )


def seed_draws(key: tuple[int, ...], start: int) -> None:
    """Dropout follows its images: ``key`` ends with the place of the first in its order, ``start`` with how far on."""
    torch.manual_seed(int(np.random.default_rng((*key[:-1], key[-1] + start)).integers(2**31)))
