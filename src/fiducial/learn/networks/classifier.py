"""One or several backbones, their features side by side, dropout and one layer: logits, features and a map."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import interpolate

from fiducial.errors import WrongUsage
from fiducial.learn.networks.backbones import backbone

_TRIED = 64  # rows and columns of the picture that tells a backbone's width


class Classifier(nn.Module):
    """``width``: of the concatenated features, derived from the backbones themselves."""

    def __init__(self, backbones: Sequence[str], channels: int, findings: int, dropout: float = 0.0) -> None:
        """``channels``: of the picture; ``findings``: logits.

        Raises:
            WrongUsage: no network bears a name, or it gives no feature map.
        """
        super().__init__()
        self.backbones = nn.ModuleList(backbone(name, channels) for name in backbones)
        self.widths = tuple(_width(one, name, channels) for one, name in zip(self.backbones, backbones, strict=True))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.width, findings)

    @property
    def width(self) -> int:
        """Of all features together."""
        return sum(self.widths)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(n, channels, rows, columns) -> logits (n, findings), features (n, width), map (n, width, rows, columns).

        Features are means over each backbone's own map; maps of another size are brought to that of the first.
        """
        maps = [one(image) for one in self.backbones]
        features = torch.cat([one.mean(dim=(2, 3)) for one in maps], dim=1)
        size = maps[0].shape[2:]
        alike = [one if one.shape[2:] == size else interpolate(one, size, mode="bilinear") for one in maps]
        return self.head(self.dropout(features)), features, torch.cat(alike, dim=1)


@torch.no_grad()
def _width(one: nn.Module, name: str, channels: int) -> int:
    one.eval()
    try:
        found = one(torch.zeros(1, channels, _TRIED, _TRIED))
    except (AssertionError, RuntimeError) as refused:
        raise WrongUsage(
            f"network.backbone: {name} takes no picture of another size than its own ({refused})."
        ) from None
    finally:
        one.train()
    if found.ndim != 4:
        raise WrongUsage(
            f"network.backbone: {name} gives {tuple(found.shape)}, which is no feature map (n, channels, rows, "
            "columns); name a convolutional network."
        )
    return int(found.shape[1])
