"""What a network says of pictures: logits, features and how good they are, without any change to it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import roc_auc_score

from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.training.memory import halved, in_parts, ran_out
from fiducial.learn.training.pictures import Pictures, in_batches, loader

Floats = npt.NDArray[np.float64]


@torch.no_grad()
def scored(
    network: Classifier, pictures: Pictures, batch: int, device: torch.device, note: Callable[[str], None]
) -> tuple[Floats, Floats]:
    """Logits (n, findings) and features (n, width), in the order of the rows.

    Where the memory runs out, fewer images are shown at a time, and ``note`` is told.

    Raises:
        DoesNotFit: one image alone is too much.
    """
    network.eval()
    logits, features, micro = [], [], batch
    places = in_batches([(place, None) for place in range(len(pictures))], batch)
    for images, _, _ in loader(pictures, places, 0, pinned=device.type == "cuda"):
        found, micro = _answers(network, images.to(device, non_blocking=True), micro, note)
        logits.append(found[0])
        features.append(found[1])
    return np.concatenate(logits), np.concatenate(features)


def _answers(
    network: Classifier, images: torch.Tensor, micro: int, note: Callable[[str], None]
) -> tuple[tuple[Floats, Floats], int]:
    """``micro`` comes back as it was, or smaller. A whole batch is shown at once while that fits."""
    size = max(micro, len(images)) if micro > 1 and len(images) == micro + 1 else micro  # a last one that joined
    while True:
        try:
            found = [network(part)[:2] for part in in_parts(images, size)]
        except (RuntimeError, MemoryError) as refused:
            if not ran_out(refused):
                raise
            size = micro = halved(size, len(images), refused, note, "What it says of an image stays the same.")
            continue
        logits, features = (torch.cat(part).double().cpu().numpy() for part in zip(*found, strict=True))
        return (logits, features), micro


def cross_entropy(logits: Floats, labels: npt.NDArray[np.float32]) -> float:
    """The mean over all labels that are there."""
    sign = np.where(labels == 1, 1.0, -1.0)
    return float(np.logaddexp(0, -sign * logits)[~np.isnan(labels)].mean())


def auroc(logits: Floats, labels: npt.NDArray[np.float32]) -> list[float]:
    """One a finding; NaN where a class is absent."""
    found = []
    for score, truth in zip(logits.T, labels.T, strict=True):
        known = ~np.isnan(truth)
        both = len(np.unique(truth[known])) > 1
        found.append(float(roc_auc_score(truth[known], score[known])) if both else float("nan"))
    return found
