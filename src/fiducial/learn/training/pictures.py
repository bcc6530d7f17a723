"""Pictures and labels by number, augmented: what a loader's processes hand to the loop."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from fiducial.learn.augmenters.condition import Stressed
from fiducial.learn.augmenters.contract import Augmenter, Plane
from fiducial.learn.cache import Cache
from fiducial.learn.rows import Labels, TrainingRows
from fiducial.scans.conditions.stress import Stress

Asked = tuple[int, tuple[int, ...] | None]  # place of a row, and the seed of its augmentation; None: shown as it is
Shown = tuple[torch.Tensor, torch.Tensor, int]


@dataclass(frozen=True, slots=True, eq=False)
class Pictures(Dataset[Shown]):
    """``stressed``: caches of the training images under conditions; an image that lacks one is shown clean."""

    rows: TrainingRows
    cache: Cache
    augmenters: tuple[Augmenter, ...] = ()
    stressed: tuple[tuple[Stress, Cache], ...] = ()
    studies: tuple[str, ...] = ()
    labels: Labels = field(default_factory=lambda: np.empty((0, 0), np.float32))  # (n, findings)

    @classmethod
    def of(
        cls,
        rows: TrainingRows,
        cache: Cache,
        augmenters: Sequence[Augmenter] = (),
        stressed: Sequence[tuple[Stress, Cache]] = (),
    ) -> "Pictures":
        """Pictures of these rows."""
        return cls(rows, cache, tuple(augmenters), tuple(stressed), tuple(rows.studies), rows.labels)

    def __getitem__(self, asked: Asked) -> Shown:
        """The picture (channels, rows, columns), its labels (findings,) and its place."""
        place, seed = asked
        study = self.studies[place]
        picture = self.cache.read(study) if seed is None else self._augmented(study, np.random.default_rng(seed))
        labels = torch.from_numpy(self.labels[place])
        return torch.from_numpy(np.array(picture)), labels, place

    def __len__(self) -> int:
        """Rows."""
        return len(self.studies)

    def _augmented(self, study: str, rng: np.random.Generator) -> Plane:
        drawn = [change for one in self.augmenters if (change := one.draw(rng)) is not None]
        picture = self._under([change.stress for change in drawn if isinstance(change, Stressed)], study)
        for change in drawn:
            picture = change.apply(picture)
        return picture

    def _under(self, stresses: list[Stress], study: str) -> Plane:
        known = dict(self.stressed)
        for stress in stresses[:1]:  # one protocol at a time: two would be a cache for every pair
            if study in known[stress].places:
                return known[stress].read(study)
        return self.cache.read(study)


def loader(pictures: Pictures, batches: Sequence[Sequence[Asked]], workers: int) -> DataLoader[Shown]:
    """Batches in the order given, whatever the number of processes."""
    return DataLoader(pictures, batch_sampler=batches, num_workers=workers, pin_memory=torch.cuda.is_available())  # type: ignore[arg-type]  # a list of lists of what __getitem__ takes


def in_batches(asked: Sequence[Asked], size: int) -> list[list[Asked]]:
    """Cut; a last batch of one picture joins the one before it, for which no batch statistics exist."""
    found = [list(asked[start : start + size]) for start in range(0, len(asked), size)]
    if len(found) > 1 and len(found[-1]) == 1:
        found[-2].extend(found.pop())  # not +=: by then [-2] would be another batch
    return found
