"""A head is trained on the volumes of ``train`` and the best epoch chosen on those of ``tune``; the network rests."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from fiducial.learn.recipe import SliceSequence
from fiducial.learn.sequence.heads import SequenceHead
from fiducial.learn.sequence.stacked import Stacked
from fiducial.learn.sequence.volumes import Volumes
from fiducial.learn.training.scoring import Floats, cross_entropy

_STREAM = 7  # of the draws, apart from those of the phases


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """``epoch``: the one that was kept; 0 is the head before it learned, which is max-pooling."""

    head: SequenceHead
    epoch: int


def fit_head(last: nn.Linear, asked: SliceSequence, train: Stacked, tune: Stacked, seed: int) -> Fitted:
    """Learn from volumes and their slices; keep the epoch with the least cross-entropy of tuning volumes."""
    torch.manual_seed(seed)
    head = SequenceHead(last, asked)
    learning = [parameter for parameter in head.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learning, asked.learning_rate, weight_decay=asked.weight_decay)
    best, kept = _missed(head, tune), Fitted(head, 0)
    state = _copied(head)
    for epoch in range(1, asked.epochs + 1):
        head.train()
        for numbers in _batches(train.volumes, asked.batch, np.random.default_rng([seed, _STREAM, epoch])):
            loss = _loss(head.slices(train.features(numbers)), *train.labels(numbers))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
        if (missed := _missed(head, tune)) < best:
            best, kept, state = missed, Fitted(head, epoch), _copied(head)
    head.load_state_dict(state)
    head.eval()
    return kept


@torch.no_grad()
def volume_logits(head: SequenceHead, stacked: Stacked) -> Floats:
    """(volumes, findings), in the order of the volumes."""
    head.eval()
    found = np.empty((len(stacked.volumes.series), head.own.out_features))
    for numbers in stacked.volumes.by_length.values():
        for some in _cut(numbers, 64):
            found[some] = head(stacked.features(some)).double().numpy()
    return found


def _missed(head: SequenceHead, tune: Stacked) -> float:
    return cross_entropy(volume_logits(head, tune), tune.volumes.labels)


def _loss(slices: torch.Tensor, of_volumes: torch.Tensor, of_slices: torch.Tensor) -> torch.Tensor:
    """Volumes count as much as slices; missing labels count nothing."""
    return _entropy(slices.amax(dim=1), of_volumes) + _entropy(slices, of_slices)


def _entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    known = ~torch.isnan(labels)
    if not known.any():
        return logits.sum() * 0
    return binary_cross_entropy_with_logits(logits[known], labels[known])


def _batches(volumes: Volumes, size: int, rng: np.random.Generator) -> list[list[int]]:
    """Volumes with as many slices each, so that nothing is padded; batches in a random order."""
    found = [some for numbers in volumes.by_length.values() for some in _cut(rng.permutation(numbers).tolist(), size)]
    return [found[int(place)] for place in rng.permutation(len(found))]


def _cut(numbers: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]


def _copied(head: SequenceHead) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in head.state_dict().items()}
