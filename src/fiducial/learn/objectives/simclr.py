"""Objective: simclr. Two views of a picture are to be found among all others. Source: Chen et al. 2020, ICML,
PMLR 119:1597-1607, arXiv:2002.05709.
"""

from typing import ClassVar

import numpy as np
import torch
from pydantic import BaseModel, Field
from torch import nn
from torch.nn.functional import cross_entropy, normalize

from fiducial.learn.augmenters.contract import Augmenter
from fiducial.learn.augmenters.crop import Crop
from fiducial.learn.augmenters.intensity import Intensity
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.objectives.contract import SETTINGS, Head


class Contrast(Head):
    """Two layers on the features, whose output is compared by its angle."""

    adds_up = False

    def __init__(self, features: int, width: int, temperature: float) -> None:
        """``features``: of the backbones; ``width``: of the projection."""
        super().__init__()
        self.project = nn.Sequential(nn.Linear(features, features), nn.ReLU(), nn.Linear(features, width))
        self.temperature = temperature

    def draw(self, rng: np.random.Generator) -> torch.Tensor:  # noqa: ARG002  (as every head)
        """Nothing: views differ by their augmentation alone."""
        return torch.zeros(0)

    def forward(self, network: Classifier, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:  # noqa: ARG002  (as every head)
        """(n, channels, rows, columns) -> projections (n, width)."""
        projected: torch.Tensor = self.project(network(images)[1])
        return projected

    def loss(self, found: torch.Tensor) -> torch.Tensor:
        """NT-Xent, equation 1 of the source. ``found``: (2 n, width), all first views and then all second ones."""
        views = normalize(found.float(), dim=1)
        alike = views @ views.T / self.temperature
        alike.fill_diagonal_(-torch.inf)
        other = torch.arange(len(views), device=views.device).roll(len(views) // 2)
        return cross_entropy(alike, other)


class SimClr(BaseModel):
    """A view is what the recipe's augmenters make of a picture, then a part of it, then other contrast."""

    model_config = SETTINGS
    name: ClassVar[str] = "simclr"
    says: ClassVar[str] = "finds the other view of a picture among all others (Chen et al. 2020, NT-Xent)"
    views: ClassVar[int] = 2

    temperature: float = Field(default=0.1, gt=0, description="the smaller, the more the nearest others weigh")
    width: int = Field(default=64, ge=2, description="of the projection, which is thrown away")
    crop: float = Field(default=0.3, gt=0, le=1, description="smallest share of the picture's area that a view shows")
    gain: float = Field(default=0.2, ge=0, le=1, description="standard deviation of the contrast's factor about 1")
    offset: float = Field(default=0.2, ge=0, description="standard deviation of the brightness, in prepared values")

    def augmenters(self, own: tuple[Augmenter, ...]) -> tuple[Augmenter, ...]:
        """The recipe's own, a crop, intensity."""
        return (*own, Crop(area=self.crop), Intensity(gain=self.gain, offset=self.offset))

    def head(self, network: Classifier, shape: tuple[int, int, int]) -> Head:  # noqa: ARG002  (as every objective)
        """Of any picture."""
        return Contrast(network.width, self.width, self.temperature)
