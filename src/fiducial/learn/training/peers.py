"""Processes that train one network together: who is one of them, what each takes of a step, how results add up.

Every process draws the same order and takes its own share of each batch. Gradients are sums over labels, divided by the
labels of the whole batch, and are added up once a step, after each process has its own: memory that runs out in one of
them is its own affair, and what the optimiser sees is what one process would have seen.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self, TypeVar

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from fiducial.errors import WrongUsage
from fiducial.learn.operators import imported
from fiducial.learn.recipe import Training

Found = TypeVar("Found")
Item = TypeVar("Item")

_TIMEOUT = timedelta(days=1)  # others wait while the first decodes or exports; who fails is ended by the launcher


@dataclass(frozen=True, slots=True)
class Seat:
    """Which process this is. ``local``: on its machine, which has ``beside`` of them; alone, it is the first of one."""

    rank: int = 0
    size: int = 1
    local: int = 0
    beside: int = 1

    @classmethod
    def here(cls) -> Self:
        """From what torchrun leaves in the environment.

        Raises:
            WrongUsage: a part of it is missing.
        """
        if "LOCAL_RANK" not in os.environ:
            return cls()
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
        if missing := [name for name in names if name not in os.environ]:
            raise WrongUsage(
                f"LOCAL_RANK is in the environment and {', '.join(missing)} is not. Start the processes with torchrun, "
                "or take LOCAL_RANK away."
            )
        return cls(*(int(os.environ[name]) for name in names[:4]))

    @property
    def first(self) -> bool:
        """Whether this process writes what is written."""
        return self.rank == 0


def share(batch: Sequence[Item], micro: int, seat: Seat) -> tuple[Sequence[Item], int]:
    """This process' part of a batch, and where it begins. Whole micro-batches where there are enough for everybody:
    their normalisation layers then see what one process would have shown them. Otherwise images are dealt out.
    """
    unit = micro if -(-len(batch) // micro) >= seat.size else 1
    dealt = np.array_split(np.arange(-(-len(batch) // unit)), seat.size)[seat.rank]
    start, stop = (int(dealt[0]) * unit, int(dealt[-1] + 1) * unit) if dealt.size else (len(batch), len(batch))
    return batch[start:stop], start


@dataclass(frozen=True, slots=True)
class Peers:
    """The processes of a run, this one among them. Alone, everything here is what it is given."""

    seat: Seat
    fabric: Any

    @classmethod
    def join(cls, asked: Training) -> Self:
        """Meet the others, if torchrun started any.

        Raises:
            WrongUsage: this machine has fewer GPUs than processes.
        """
        seat = Seat.here()
        on_gpu = asked.device != "cpu" and torch.cuda.is_available()
        if on_gpu and torch.cuda.device_count() < seat.beside:
            raise WrongUsage(
                f"{seat.beside} processes want a GPU each and this machine has {torch.cuda.device_count()}. Start "
                "fewer, or say training.device=cpu."
            )
        if seat.size > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("nccl" if on_gpu else "gloo", timeout=_TIMEOUT)
        # Each has one device: what runs between them is added up here, once a step, and not by a wrapper's hooks.
        fabric = imported("lightning.fabric").Fabric
        accelerator = "cuda" if on_gpu else asked.device if asked.device != "auto" else "cpu"
        return cls(
            seat, fabric(accelerator=accelerator, devices=[seat.local] if on_gpu else 1, precision=asked.precision)
        )

    def begin_alike(self, network: nn.Module) -> None:
        """Everybody starts from the weights of the first."""
        if self.seat.size > 1:
            for value in network.state_dict().values():
                torch.distributed.broadcast(value, 0)

    def summed(self, value: torch.Tensor) -> torch.Tensor:
        """Over all processes."""
        if self.seat.size > 1:
            torch.distributed.all_reduce(value)
        return value

    def stacked(self, value: torch.Tensor) -> list[torch.Tensor]:
        """The value of every process, in order; all of one shape."""
        everybody = [torch.empty_like(value) for _ in range(self.seat.size)]
        torch.distributed.all_gather(everybody, value)
        return everybody

    def gathered(self, found: Found) -> list[Found]:
        """What every process found, in order."""
        if self.seat.size == 1:
            return [found]
        everybody: list[Any] = [None] * self.seat.size
        torch.distributed.all_gather_object(everybody, found)
        return everybody

    def in_turn(self, work: Callable[[], Found]) -> Found:
        """The first process does it, and the others after it: they find what it left on the disk."""
        if not self.seat.first:
            self.wait()
        found = work()
        if self.seat.first:
            self.wait()
        return found

    def told_by_first(self, found: Found) -> Found:
        """What the first process has, whatever the others have."""
        if self.seat.size == 1:
            return found
        listed = [found]
        torch.distributed.broadcast_object_list(listed, 0)
        return listed[0]

    def wait(self) -> None:
        """Until everybody is here."""
        if self.seat.size > 1:
            self.gathered(None)

    def add_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Every process then has the sum; one whose share is empty adds nothing."""
        if self.seat.size == 1:
            return
        learning = [one for one in parameters if one.requires_grad]
        own = [torch.zeros_like(one) if one.grad is None else one.grad for one in learning]
        whole = self.summed(torch.cat([one.flatten() for one in own]))
        for one, part in zip(learning, whole.split([one.numel() for one in own]), strict=True):
            one.grad = torch.empty_like(one).copy_(part.view_as(one))


@dataclass(frozen=True, slots=True)
class Statistics:
    """Means and variances of normalisation layers, as if one process had seen all shares one after another.

    Each micro-batch takes them from ``r`` to ``(1 - momentum) r + momentum s``; such steps are put together exactly.
    """

    peers: Peers
    layers: list[_BatchNorm]
    before: torch.Tensor
    seen: torch.Tensor  # micro-batches, by layer

    @classmethod
    def of(cls, network: nn.Module, peers: Peers) -> "Statistics | None":
        """Before a step; None where there is nothing to put together."""
        if peers.seat.size == 1:
            return None
        layers = [one for one in network.modules() if isinstance(one, _BatchNorm) and one.training and _running(one)]
        return cls(peers, layers, _flat(layers), _seen(layers)) if layers else None

    def put_together(self) -> None:
        """After the step."""
        running = [one for layer in self.layers for one in _running(layer)]
        keeps = torch.cat(
            [torch.full_like(one, 1 - _momentum(layer)) for layer in self.layers for one in _running(layer)]
        )
        own = torch.cat([_flat(self.layers), (_seen(self.layers) - self.seen).to(keeps)])
        together, seen = self.before, self.seen
        for share in self.peers.stacked(own):
            after, more = share.split([keeps.numel(), self.seen.numel()])
            kept = keeps ** more[0]
            together = kept * together + (after - kept * self.before)
            seen = seen + more.to(seen)
        for one, value in zip(running, together.split([one.numel() for one in running]), strict=True):
            one.copy_(value)
        for layer, count in zip(self.layers, seen, strict=True):
            _tracked(layer).copy_(count)


def _momentum(layer: _BatchNorm) -> float:
    return 0.0 if layer.momentum is None else layer.momentum


def _running(layer: _BatchNorm) -> list[torch.Tensor]:
    if layer.momentum is None or layer.num_batches_tracked is None:
        return []
    return [one for one in (layer.running_mean, layer.running_var) if one is not None]


def _tracked(layer: _BatchNorm) -> torch.Tensor:
    if layer.num_batches_tracked is None:
        raise RuntimeError("a normalisation layer that is put together counts what it has seen")
    return layer.num_batches_tracked


def _flat(layers: Sequence[_BatchNorm]) -> torch.Tensor:
    return torch.cat([one.flatten().clone() for layer in layers for one in _running(layer)])


def _seen(layers: Sequence[_BatchNorm]) -> torch.Tensor:
    return torch.stack([_tracked(layer) for layer in layers])
