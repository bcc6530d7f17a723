"""What a network says of pictures: logits, features and how good they are, without any change to it."""

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import roc_auc_score

from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.training.pictures import Pictures, in_batches, loader

Floats = npt.NDArray[np.float64]


@torch.no_grad()
def scored(network: Classifier, pictures: Pictures, batch: int, device: torch.device) -> tuple[Floats, Floats]:
    """Logits (n, findings) and features (n, width), in the order of the rows."""
    network.eval()
    logits, features = [], []
    for images, _, _ in loader(pictures, in_batches([(place, None) for place in range(len(pictures))], batch), 0):
        found = network(images.to(device))
        logits.append(found[0].double().cpu().numpy())
        features.append(found[1].double().cpu().numpy())
    return np.concatenate(logits), np.concatenate(features)


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
