"""What every objective is: how a picture is shown, and a head that tells how well the backbones understood it."""

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

import numpy as np
import torch
from pydantic import ConfigDict
from torch import nn

from fiducial.learn.augmenters.contract import Augmenter
from fiducial.learn.networks.classifier import Classifier

SETTINGS = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)  # of every built-in objective


class Head(nn.Module, ABC):
    """It learns with the backbones and is thrown away after them. ``adds_up``: whether pictures are judged one by one.

    What is drawn is drawn a picture, before any of them is shown, so that it does not depend on how many are shown at
    a time.
    """

    adds_up: ClassVar[bool]

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> torch.Tensor:
        """Whatever is up to chance for one picture, always of one shape."""

    @abstractmethod
    def forward(self, network: Classifier, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """(n, channels, rows, columns) and what was drawn (n, ...) -> what the loss is told from, (n, width)."""

    @abstractmethod
    def loss(self, found: torch.Tensor) -> torch.Tensor:
        """One number from what ``forward`` gave for a whole batch; where it ``adds_up``, the mean of all rows."""


class Objective(Protocol):
    """A frozen pydantic model whose fields are its settings."""

    name: ClassVar[str]
    says: ClassVar[str]  # one line, with its source
    views: ClassVar[int]  # how often each picture is shown in a batch: all first views, then all second ones

    def augmenters(self, own: tuple[Augmenter, ...]) -> tuple[Augmenter, ...]:
        """What a view is drawn by. ``own``: the recipe's."""
        ...

    def head(self, network: Classifier, shape: tuple[int, int, int]) -> Head:
        """For these backbones and pictures of ``shape`` (channels, rows, columns).

        Raises:
            WrongUsage: such pictures cannot be learned from in this way.
        """
        ...
