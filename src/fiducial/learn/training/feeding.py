"""From the cache to the device: an epoch in its order, loaded ahead, and how long the step had to wait for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import torch

from fiducial.learn.training.pictures import Asked, Pictures, Shown, loader

if TYPE_CHECKING:
    from torch.utils.data import DataLoader

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]  # images, labels, places


@dataclass(slots=True)
class Order:
    """What the loader's processes are asked for; another order an epoch, while they live on."""

    batches: Sequence[Sequence[Asked]] = ()

    def __iter__(self) -> Iterator[Sequence[Asked]]:
        """Batch by batch."""
        return iter(self.batches)

    def __len__(self) -> int:
        """Batches."""
        return len(self.batches)


@dataclass(slots=True)
class Clock:
    """Seconds of an epoch: in all, and of them waiting for data."""

    begun: float = field(default_factory=perf_counter)
    waiting: float = 0.0

    def row(self, images: int) -> dict[str, float]:
        """For the table of speeds. ``images``: shown in this epoch, by all processes."""
        seconds = max(perf_counter() - self.begun, 1e-9)
        told = {"seconds": seconds, "images_per_second": images / seconds, "waited": self.waiting / seconds}
        return {name: round(value, 4) for name, value in told.items()}


class Feed:
    """Batches on the device, epoch after epoch, by processes that are started once."""

    def __init__(self, pictures: Pictures, workers: int, device: torch.device, layout: torch.memory_format) -> None:
        """``workers``: processes; with none, loading and learning take turns."""
        self._order = Order()
        self._loader: DataLoader[Shown] = loader(pictures, self._order, workers, pinned=device.type == "cuda")
        self._device, self._layout = device, layout

    def epoch(self, batches: Sequence[Sequence[Asked]], clock: Clock) -> Iterator[Batch]:
        """In the order given. On a GPU the next batch travels while the one before it is learned from."""
        self._order.batches = batches
        loaded = self._timed(clock)
        return self._ahead(loaded) if self._device.type == "cuda" else self._moved(loaded)

    def _timed(self, clock: Clock) -> Iterator[Batch]:
        asked = perf_counter()
        for batch in self._loader:
            clock.waiting += perf_counter() - asked
            yield batch
            asked = perf_counter()

    def _moved(self, loaded: Iterator[Batch]) -> Iterator[Batch]:
        for images, truth, places in loaded:
            shown = images.to(self._device, non_blocking=True).contiguous(memory_format=self._layout)
            yield shown, truth.to(self._device, non_blocking=True), places

    def _ahead(self, loaded: Iterator[Batch]) -> Iterator[Batch]:
        """A stream of its own carries the next batch; it is used once its copy has been waited for, on the device."""
        carrying = torch.cuda.Stream(self._device)
        moved = self._moved(loaded)
        waiting: tuple[Batch, torch.cuda.Event] | None = None
        while True:
            with torch.cuda.stream(carrying):
                coming = next(moved, None)
                arrived = torch.cuda.Event()
                arrived.record(carrying)
            if waiting is not None:
                yield self._arrived(*waiting)
            if coming is None:
                return
            waiting = coming, arrived

    def _arrived(self, batch: Batch, event: torch.cuda.Event) -> Batch:
        using = torch.cuda.current_stream(self._device)
        using.wait_event(event)
        for tensor in batch[:2]:
            tensor.record_stream(using)  # that its memory is not given away while it is used
        return batch
