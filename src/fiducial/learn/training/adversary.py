"""A head that tells the site from the features, and whose gradient is turned around before it reaches them.

The head learns to tell sites apart; the backbone learns to leave it nothing to go by. Source: Ganin et al. 2016, J Mach
Learn Res 17(59):1-35, arXiv:1505.07818.
"""

from typing import Any, cast

import torch
from torch import nn
from torch.autograd.function import FunctionCtx

from fiducial.errors import UnusableInput
from fiducial.learn.rows import TrainingRows

_WIDTH = 64


class _TurnedAround(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, features: torch.Tensor, weight: float) -> torch.Tensor:
        cast("Any", ctx).weight = weight
        return features.view_as(features)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        return -cast("Any", ctx).weight * gradients[0], None


class SiteAdversary(nn.Module):
    """``sites``: of each training row, (n,). ``weight``: how hard the features are pushed away from the site."""

    def __init__(self, width: int, sites: torch.Tensor, weight: float, seed: int) -> None:
        """``width``: of the features."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = nn.Sequential(nn.Linear(width, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, int(sites.max()) + 1))
        self.sites, self.weight = sites, weight

    @classmethod
    def of(cls, width: int, rows: TrainingRows, weight: float, seed: int) -> "SiteAdversary":
        """For these rows.

        Raises:
            UnusableInput: a row has no site, or all have the same.
        """
        sites = rows.groups("site")
        if sites is None or len(set(sites.tolist())) < 2:
            raise UnusableInput(
                "training.adversary needs the column 'site', filled in every row of train, with two sites at least."
            )
        return cls(width, torch.from_numpy(sites), weight, seed)

    def loss(self, features: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """The sum over images of how badly the head tells their sites. ``features``: (n, width), ``places``: (n,)."""
        told = self.head(_TurnedAround.apply(features, self.weight))  # type: ignore[no-untyped-call]  # as torch has it
        truth = self.sites[places.cpu()].to(features.device)
        return nn.functional.cross_entropy(told.float(), truth, reduction="sum")
