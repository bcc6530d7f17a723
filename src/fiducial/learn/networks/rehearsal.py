"""A network that runs out of memory above a number of images, as a small GPU does: to rehearse what happens then."""

import torch
from torch import nn


class Cramped(nn.Module):
    """The network inside it, for ``most`` images at a time."""

    def __init__(self, network: nn.Module, most: int) -> None:
        """``most``: images that fit."""
        super().__init__()
        self.network, self.most = network, most

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """As the network's.

        Raises:
            torch.OutOfMemoryError: more images than fit.
        """
        if len(image) > self.most:
            raise torch.OutOfMemoryError(f"{len(image)} images do not fit; {self.most} do")
        found: tuple[torch.Tensor, ...] = self.network(image)
        return found
