"""A split as volumes: what the network says of its slices, which belong together, and what a volume is compared by."""

from dataclasses import dataclass

import numpy as np
import torch

from fiducial.learn.export.bundling import Judged
from fiducial.learn.rows import Labels
from fiducial.learn.sequence.volumes import Volumes
from fiducial.learn.training.scoring import Floats
from fiducial.models.support.vectors import vector_of


@dataclass(frozen=True, slots=True, eq=False)
class Stacked:
    """A split as volumes: its slices as they were judged, and which belong together."""

    slices: Judged
    volumes: Volumes

    def features(self, numbers: list[int]) -> torch.Tensor:
        """(volumes, slices, width) of volumes with as many slices each."""
        own = np.stack([self.slices.features[self.volumes.places[number]] for number in numbers])
        return torch.from_numpy(own).float()

    def labels(self, numbers: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Of the volumes (volumes, findings) and of their slices (volumes, slices, findings)."""
        of_slices = self.slices.pictures.labels
        own = np.stack([of_slices[self.volumes.places[number]] for number in numbers])
        return torch.from_numpy(self.volumes.labels[numbers]), torch.from_numpy(own)


@dataclass(frozen=True, slots=True, eq=False)
class DecidedVolumes:
    """Volumes and their logits (volumes, findings): what calibrators, thresholds and support are fitted on."""

    stacked: Stacked
    logits: Floats

    @property
    def labels(self) -> Labels:
        """(volumes, findings)."""
        return self.stacked.volumes.labels

    @property
    def vectors(self) -> Floats:
        """Statistics of each whole volume and the mean of its slices' features, as the bundle takes them."""
        pictures, features = self.stacked.slices.pictures, self.stacked.slices.features
        found = []
        for own in self.stacked.volumes.places:
            pixels = np.stack([pictures[int(place), None][0].numpy() for place in own], axis=1)
            found.append(vector_of(pixels, features[own].mean(axis=0).astype(np.float32)))
        return np.stack(found)
