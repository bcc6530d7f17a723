"""When the memory runs out: how that is recognised, and how many images are tried next."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import torch

from fiducial.errors import FiducialError

_OF_THE_HOST = "DefaultCPUAllocator"  # torch has no class for what a CPU's allocator refuses

Whole = TypeVar("Whole", torch.Tensor, Sequence[str])


class DoesNotFit(FiducialError):
    """Not even one image fits into the memory."""


def ran_out(refused: BaseException) -> bool:
    """Whether it was the memory, of a GPU or of the host."""
    return isinstance(refused, torch.OutOfMemoryError | MemoryError) or (
        isinstance(refused, RuntimeError) and _OF_THE_HOST in str(refused)
    )


def halved(micro: int, images: int, refused: BaseException, note: Callable[[str], None], keeps: str) -> int:
    """Images at a time from now on. ``images``: in the batch that did not fit; ``keeps``: what stays, for the note.

    Raises:
        DoesNotFit: one image alone was too much.
    """
    tried = min(micro, images)
    if tried <= 1:
        raise DoesNotFit("not even one image fits into the memory; make it smaller with 'resize'.") from refused
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    fewer = max(1, tried // 2)
    note(f"The memory ran out with {tried} images at a time; it goes on with {fewer}. {keeps}")
    return fewer


def in_parts(whole: Whole, size: int) -> Iterator[Whole]:
    """Cut along the first axis."""
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
