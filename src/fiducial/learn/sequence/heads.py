"""Heads over the features of slices in order: each slice's logits, changed by what lies around it, and their greatest.

Before it has learned anything a head says what max-pooling says: what it changes begins at zero.
"""

import math
from copy import deepcopy

import torch
from torch import nn

from fiducial.learn.recipe import SliceSequence

_WAVES = 4  # sines and as many cosines that tell a slice its place


class Gru(nn.Module):
    """Gated recurrent units from both ends. Source: Cho et al. 2014, EMNLP, 1724-1734, doi:10.3115/v1/D14-1179."""

    def __init__(self, width: int, layers: int) -> None:
        """``width``: even, half of it for each direction."""
        super().__init__()
        self.units = nn.GRU(width, width // 2, layers, batch_first=True, bidirectional=True)

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        """(n, slices, width) -> the same."""
        found: torch.Tensor = self.units(slices)[0]
        return found


class Block(nn.Module):
    """One layer of a transformer, normalised first. Source: Vaswani et al. 2017, arXiv:1706.03762."""

    def __init__(self, width: int, dropout: float) -> None:
        """``width``: a multiple of the four heads."""
        super().__init__()
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 4, dropout, batch_first=True)
        self.layers = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        """(n, slices, width) -> the same."""
        known = self.before(slices)
        slices = slices + self.attention(known, known, known, need_weights=False)[0]
        changed: torch.Tensor = slices + self.layers(self.after(slices))
        return changed


class Transformer(nn.Module):
    """Every slice looks at every other; its place in the volume, 0 to 1, is told by sines."""

    def __init__(self, width: int, layers: int, dropout: float) -> None:
        """``width``: a multiple of four."""
        super().__init__()
        self.place = nn.Linear(2 * _WAVES, width)
        self.blocks = nn.ModuleList(Block(width, dropout) for _ in range(layers))

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        """(n, slices, width) -> the same."""
        count = slices.shape[1]
        at = (torch.arange(count, dtype=slices.dtype, device=slices.device) + 0.5) / count
        angle = at[:, None] * math.pi * 2.0 ** torch.arange(_WAVES, dtype=slices.dtype, device=slices.device)
        slices = slices + self.place(torch.cat([torch.sin(angle), torch.cos(angle)], dim=1))
        for one in self.blocks:
            slices = one(slices)
        return slices


class SequenceHead(nn.Module):
    """``own``: the classifier's last layer, as it was trained and never changed here."""

    def __init__(self, last: nn.Linear, asked: SliceSequence) -> None:
        """``last``: of the classifier, features to logits."""
        super().__init__()
        width = asked.width
        self.own = deepcopy(last).requires_grad_(requires_grad=False)
        self.shown = nn.Sequential(nn.LayerNorm(last.in_features), nn.Linear(last.in_features, width), nn.ReLU())
        self.around = (
            Gru(width, asked.layers) if asked.kind == "gru" else Transformer(width, asked.layers, asked.dropout)
        )
        self.dropout = nn.Dropout(asked.dropout)
        self.change = nn.Linear(width, last.out_features)
        nn.init.zeros_(self.change.weight)
        nn.init.zeros_(self.change.bias)

    def slices(self, features: torch.Tensor) -> torch.Tensor:
        """(n, slices, width of the features) -> logits (n, slices, findings)."""
        changed: torch.Tensor = self.own(features) + self.change(self.dropout(self.around(self.shown(features))))
        return changed

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(n, slices, width of the features) -> logits of the volumes, (n, findings)."""
        return self.slices(features).amax(dim=1)
