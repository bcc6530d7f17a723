"""Sampler: mined. A share of an epoch are hard negatives that somebody reviewed; the rest is half ill, half healthy."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from fiducial.errors import UnusableInput
from fiducial.learn.samplers.contract import Places, Pool, Sampling


class MinedNegatives(Sampling):
    """Needs ``[data] mined``. Shrivastava et al. 2016, CVPR, 761-769, arXiv:1604.03540, mine while they train."""

    name: ClassVar[str] = "mined"
    says: ClassVar[str] = "a share of hard negatives from a reviewed list, the rest balanced"

    share: float = Field(default=0.3, gt=0, le=0.5, description="of an epoch that are mined")

    def draw(self, pool: Pool, rng: np.random.Generator) -> Places:
        """As many ill as healthy in all; hard negatives are healthy.

        Raises:
            UnusableInput: nothing was mined.
        """
        if pool.mined is None or not pool.mined.any():
            raise UnusableInput(
                "the sampler 'mined' needs a reviewed list with rows to keep: [data] mined = \"hard.csv\", written by "
                "`fiducial learn mine`."
            )
        found = self.candidates(pool, rng)
        ill = (pool.labels[found] == 1).any(axis=1)
        hard = pool.mined[found]
        wanted = self.size or len(found)
        counts = [round(self.share * wanted), max(1, round(wanted / 2)), 0]
        counts[2] = max(0, wanted - sum(counts))
        drawn = [
            np.resize(rng.permutation(part), count)
            for part, count in zip((found[hard], found[ill], found[~ill & ~hard]), counts, strict=True)
            if part.size
        ]
        return rng.permutation(np.concatenate(drawn))
