"""One step without labels: micro-batches add up to the effective batch, also where pictures are compared."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.objectives.contract import Head
from fiducial.learn.training.memory import halved, in_parts, ran_out
from fiducial.learn.training.peers import Peers, Statistics
from fiducial.learn.training.stepping import diverged, seed_draws

_KEPT = "The effective batch stays as it was, and whatever in it is compared."


class Looking(nn.Module):
    """The network with the head that is thrown away."""

    def __init__(self, network: Classifier, head: Head) -> None:
        """The network's own last layer takes no part."""
        super().__init__()
        self.network, self.head = network, head

    def forward(self, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """As the head's."""
        found: torch.Tensor = self.head(self.network, images, drawn)
        return found.float()


@dataclass(slots=True)
class LookStepper:
    """``module``: ``looking`` as Fabric wraps it. ``micro``: pictures at a time; halved when the memory runs out."""

    looking: Looking
    module: nn.Module
    optimiser: torch.optim.Optimizer
    micro: int
    backward: Callable[[torch.Tensor], None]
    note: Callable[[str], None]
    peers: Peers

    def step(self, images: torch.Tensor, drawn: torch.Tensor, studies: Sequence[str], key: tuple[int, ...]) -> float:
        """Learn from one effective batch, or this process' share of it; gives the loss of the whole.

        Where pictures are judged by each other, every part is first shown without a gradient, the gradient of the loss
        with respect to what was found is kept, and each part is shown again to receive its own: so the batch has all
        its negatives however few pictures fit into the memory.
        Source: Gao et al. 2021, RepL4NLP, 316-321, doi:10.18653/v1/2021.repl4nlp-1.31 (gradient caching).

        Raises:
            Diverged: the loss is not finite; it names the studies.
            DoesNotFit: one picture alone is too much.
        """
        statistics = Statistics.of(self.looking, self.peers)
        while True:
            try:
                loss, found = self._gradients(images, drawn, key)
                break
            except (RuntimeError, MemoryError) as refused:
                if not ran_out(refused):
                    raise
                self.optimiser.zero_grad(set_to_none=True)
                self.micro = halved(self.micro, len(images), refused, self.note, _KEPT)
        if not torch.isfinite(loss):
            self._refuse(loss, found, studies)
        self.peers.add_gradients(self.looking.parameters())
        self.optimiser.step()
        if statistics is not None:
            statistics.put_together()
        return float(loss)

    def _gradients(
        self, images: torch.Tensor, drawn: torch.Tensor, key: tuple[int, ...]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        self.optimiser.zero_grad(set_to_none=True)
        head, alone = self.looking.head, self.peers.seat.size == 1
        if head.adds_up:
            return self._one_by_one(images, drawn, key)
        if alone and len(images) <= self.micro:
            seed_draws(key, 0)
            found = self.module(images, drawn)
            loss = head.loss(found)
            self.backward(loss)
            return loss.detach(), found.detach()
        own = self._shown_before(images, drawn, key)
        whole, start = self._of_everybody(own)
        loss, gradient = _gradient(head, whole)
        for place, found in self._parts(images, drawn, key):
            self.backward((found * gradient[start + place : start + place + len(found)]).sum())
        return loss, own

    def _one_by_one(
        self, images: torch.Tensor, drawn: torch.Tensor, key: tuple[int, ...]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        pictures = self.peers.summed(torch.tensor(len(images), device=images.device))
        every = []
        for _, found in self._parts(images, drawn, key):
            self.backward(self.looking.head.loss(found) * len(found) / pictures)
            every.append(found.detach())
        own = torch.cat(every) if every else torch.zeros(0, 1, device=images.device)
        return self.peers.summed(own.sum() / pictures), own

    def _parts(
        self, images: torch.Tensor, drawn: torch.Tensor, key: tuple[int, ...]
    ) -> Iterator[tuple[int, torch.Tensor]]:
        """Where each part begins, and what was found in it."""
        parts = zip(in_parts(images, self.micro), in_parts(drawn, self.micro), strict=True)
        for number, (shown, chance) in enumerate(parts):
            seed_draws(key, number * self.micro)
            yield number * self.micro, self.module(shown, chance)

    @torch.no_grad()
    def _shown_before(self, images: torch.Tensor, drawn: torch.Tensor, key: tuple[int, ...]) -> torch.Tensor:
        """Statistics of normalisation layers stay as they were: the second showing counts."""
        before = [one.clone() for one in self.looking.buffers()]
        every = [found for _, found in self._parts(images, drawn, key)]
        for one, value in zip(self.looking.buffers(), before, strict=True):
            one.copy_(value)
        return torch.cat(every) if every else torch.zeros(0, device=images.device)

    def _of_everybody(self, own: torch.Tensor) -> tuple[torch.Tensor, int]:
        """What all processes found, in order, and where this one's part begins."""
        shares = self.peers.gathered(own.cpu())
        start = sum(len(one) for one in shares[: self.peers.seat.rank])
        return torch.cat([one for one in shares if len(one)]).to(own.device), start

    def _refuse(self, loss: torch.Tensor, found: torch.Tensor, studies: Sequence[str]) -> None:
        """Those whose own part is not finite; all, where each part is."""
        wrong = [not bool(torch.isfinite(row).all()) for row in found]
        own = (any(wrong), [study for study, bad in zip(studies, wrong, strict=True) if bad], list(studies))
        everybody = self.peers.gathered(own)
        told = [some if any(one[0] for one in everybody) else every for _, some, every in everybody]
        raise diverged(float(loss), list(dict.fromkeys(study for some in told for study in some)))


def _gradient(head: Head, whole: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    leaf = whole.detach().requires_grad_()
    loss = head.loss(leaf)
    (gradient,) = torch.autograd.grad(loss, leaf)
    return loss.detach(), gradient
