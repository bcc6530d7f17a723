"""One step of training: micro-batches add up to the effective batch, whatever fits into the memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from fiducial.errors import FiducialError
from fiducial.learn.losses.contract import Counts, Loss, total

_SHOWN = 8  # studies that a message names


class Diverged(FiducialError):
    """The loss became NaN or infinite; what was learned until the last epoch is kept."""


class DoesNotFit(FiducialError):
    """Not even one image fits into the memory."""


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

    def step(self, images: torch.Tensor, truth: torch.Tensor, studies: Sequence[str]) -> float:
        """Learn from one effective batch; gives its mean loss over all labels that are there.

        Raises:
            Diverged: the loss is not finite; it names the studies.
            DoesNotFit: one image alone is too much.
        """
        while True:
            try:
                found = self._gradients(images, truth)
            except torch.OutOfMemoryError as full:
                self._halve(len(images), full)
                continue
            self._refuse_unless_finite(found, studies)
            self.optimiser.step()
            return float(sum(found))

    def _gradients(self, images: torch.Tensor, truth: torch.Tensor) -> list[float]:
        self.optimiser.zero_grad(set_to_none=True)
        labels = (~torch.isnan(truth)).sum().clamp(min=1)  # of the effective batch: so gradients add up exactly
        found = []
        for part, known in zip(_parts(images, self.micro), _parts(truth, self.micro), strict=True):
            loss = total(self.loss, self.network(part)[0], known, self.counts) / labels
            self.backward(loss)
            found.append(loss.detach())
        return torch.stack(found).tolist()

    def _halve(self, images: int, full: torch.OutOfMemoryError) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        tried = min(self.micro, images)
        if tried == 1:
            raise DoesNotFit("not even one image fits into the memory; make it smaller with 'resize'.") from full
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self.micro = max(1, tried // 2)
        self.note(
            f"The memory ran out with {tried} images at a time; it goes on with {self.micro}. The effective batch "
            "stays as it was."
        )

    def _refuse_unless_finite(self, losses: Sequence[float], studies: Sequence[str]) -> None:
        wrong = [place for place, loss in enumerate(losses) if not torch.isfinite(torch.tensor(loss))]
        if not wrong:
            return
        parts = list(_parts(studies, self.micro))
        named = [study for place in wrong for study in parts[place]]
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        raise Diverged(
            f"the loss is {losses[wrong[0]]} in a batch of {', '.join(named[:_SHOWN])}{more}. Look at these images, or "
            "lower the learning rate. The state of the last epoch is kept."
        )


def _parts(whole: "torch.Tensor | Sequence[str]", size: int) -> Iterator[torch.Tensor]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]  # type: ignore[misc]  # a slice of what came in
