"""A small network of our own, for CPUs and for tests: four convolutions, and a map that a CAM can be read from."""

from itertools import pairwise

import torch
from torch import nn

WIDTH = 16


class SmallCnn(nn.Module):
    """``small`` or ``small:WIDTH``: channels of the first layer, doubled twice."""

    def __init__(self, channels: int, first: int = WIDTH) -> None:
        """``channels``: of the picture."""
        super().__init__()
        sizes = (channels, first, 2 * first, 4 * first, 4 * first)
        for stage, (before, after) in enumerate(pairwise(sizes)):
            layers: list[nn.Module] = [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after)]
            pooled = [nn.MaxPool2d(2)] if stage < len(sizes) - 2 else []
            self.add_module(f"stage{stage}", nn.Sequential(*layers, nn.ReLU(), *pooled))
        self.width = sizes[-1]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(n, channels, rows, columns) -> (n, 4 x first, rows / 8, columns / 8)."""
        for stage in self.children():
            image = stage(image)
        return image
