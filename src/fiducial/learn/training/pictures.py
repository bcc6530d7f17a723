"""Pictures and labels by number, augmented: what a loader's processes hand to the loop."""

from collections.abc import Iterable, Sequence
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
        images, labels, places = self.__getitems__([asked])
        return images[0], labels[0], int(places[0])

    def __getitems__(self, asked: Sequence[Asked]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """A whole batch, written once into memory of its own; it may be empty."""
        images = np.empty((len(asked), *self.cache.shape), np.float32)
        for image, (place, seed) in zip(images, asked, strict=True):
            study = self.studies[place]
            image[...] = self.cache.read(study) if seed is None else self._augmented(study, np.random.default_rng(seed))
        places = np.array([place for place, _ in asked], np.int64)
        return torch.from_numpy(images), torch.from_numpy(self.labels[places]), torch.from_numpy(places)

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


def loader(
    pictures: Pictures, batches: Iterable[Sequence[Asked]], workers: int, *, pinned: bool = False
) -> DataLoader[Shown]:
    """Batches in the order given, whatever the number of processes, which live as long as the loader."""
    return DataLoader(
        pictures, batch_sampler=batches, num_workers=workers, pin_memory=pinned,  # type: ignore[arg-type]  # lists of what __getitem__ takes
        collate_fn=_as_it_is, persistent_workers=workers > 0,
    )  # fmt: skip


def _as_it_is(batch: object) -> object:
    return batch


def in_batches(asked: Sequence[Asked], size: int) -> list[list[Asked]]:
    """Cut; a last batch of one picture joins the one before it, for which no batch statistics exist."""
    found = [list(asked[start : start + size]) for start in range(0, len(asked), size)]
    if len(found) > 1 and len(found[-1]) == 1:
        found[-2].extend(found.pop())  # not +=: by then [-2] would be another batch
    return found
