"""Objective: masked. Hidden patches are to be filled in from the rest. Source: Xie et al. 2022 (SimMIM), CVPR,
9643-9653, doi:10.1109/CVPR52688.2022.00943: a learned value where a patch is hidden, one layer as the decoder, and the
absolute error over hidden pixels alone. It asks nothing of the backbone but a feature map; the encoder of a masked
autoencoder (He et al. 2022, CVPR, doi:10.1109/CVPR52688.2022.01553) leaves hidden patches out, which no
convolution can.
"""

from typing import ClassVar

import numpy as np
import torch
from pydantic import BaseModel, Field
from torch import nn
from torch.nn.functional import interpolate, pixel_shuffle

from fiducial.errors import WrongUsage
from fiducial.learn.augmenters.contract import Augmenter
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.objectives.contract import SETTINGS, Head

_FEWEST = 2  # patches on a side


class FillIn(Head):
    """A value for what is hidden, and one layer that draws pixels from the feature map."""

    adds_up = True

    def __init__(self, features: int, shape: tuple[int, int, int], reduced: int, patch: int, share: float) -> None:
        """``reduced``: by how much a side of the map is shorter than one of the picture."""
        super().__init__()
        channels, rows, columns = shape
        self.hidden = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.draws = nn.Conv2d(features, channels * reduced**2, 1)
        self.reduced, self.patch, self.share = reduced, patch, share
        self.grid = -(-rows // patch), -(-columns // patch)

    def draw(self, rng: np.random.Generator) -> torch.Tensor:
        """Which patches are hidden: (rows, columns) of patches, the same number in every picture."""
        cells = self.grid[0] * self.grid[1]
        hidden = rng.permutation(cells) < min(cells - 1, max(1, round(self.share * cells)))
        return torch.from_numpy(hidden.reshape(self.grid))

    def forward(self, network: Classifier, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """(n, channels, rows, columns) -> mean absolute error over hidden pixels, (n, 1)."""
        size = images.shape[2:]
        mask = drawn.repeat_interleave(self.patch, 1).repeat_interleave(self.patch, 2)[:, None, : size[0], : size[1]]
        seen = network(torch.where(mask, self.hidden.to(images.dtype), images))[2]
        drawn_anew = pixel_shuffle(self.draws(seen), self.reduced).float()
        if drawn_anew.shape[2:] != size:
            drawn_anew = interpolate(drawn_anew, size, mode="bilinear")
        wrong = (drawn_anew - images.float()).abs().mean(dim=1, keepdim=True) * mask
        return wrong.sum(dim=(2, 3)) / mask.sum(dim=(2, 3))

    def loss(self, found: torch.Tensor) -> torch.Tensor:
        """The mean over pictures."""
        return found.mean()


class Masked(BaseModel):
    """The recipe's own augmenters, then hidden patches. The source's best were 32 pixels of 224, and 0.6."""

    model_config = SETTINGS
    name: ClassVar[str] = "masked"
    says: ClassVar[str] = "fills in hidden patches (Xie et al. 2022, SimMIM)"
    views: ClassVar[int] = 1

    patch: int = Field(default=32, ge=1, description="rows and columns of a patch, in pixels of the prepared picture")
    share: float = Field(default=0.6, gt=0, lt=1, description="of the patches, that is hidden")

    def augmenters(self, own: tuple[Augmenter, ...]) -> tuple[Augmenter, ...]:
        """The recipe's own."""
        return own

    def head(self, network: Classifier, shape: tuple[int, int, int]) -> Head:
        """Raises WrongUsage where a picture has too few patches."""
        if min(shape[1:]) < _FEWEST * self.patch:
            raise WrongUsage(
                f"objective (masked): pictures of {shape[1]} x {shape[2]} pixels have fewer than {_FEWEST} patches of "
                f"{self.patch} on a side; give patch = {max(1, min(shape[1:]) // 8)}, or less."
            )
        return FillIn(network.width, shape, _reduced(network, shape), self.patch, self.share)


@torch.no_grad()
def _reduced(network: Classifier, shape: tuple[int, int, int]) -> int:
    before = network.training
    seen = network.eval()(torch.zeros(1, *shape, device=network.head.weight.device))[2]
    network.train(before)
    return max(-(-shape[1] // int(seen.shape[2])), -(-shape[2] // int(seen.shape[3])))
