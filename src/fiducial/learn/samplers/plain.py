"""Sampler: plain. Every row once, shuffled; or a share of them."""

from typing import ClassVar

import numpy as np

from fiducial.learn.samplers.contract import Places, Pool, Sampling


class Plain(Sampling):
    """``size`` below the number of rows shows that many, above it begins again."""

    name: ClassVar[str] = "plain"
    says: ClassVar[str] = "every row once an epoch, shuffled"

    def draw(self, pool: Pool, rng: np.random.Generator) -> Places:
        """The candidates, cut or repeated to ``size``."""
        found = self.candidates(pool, rng)
        return found if self.size is None else np.resize(found, self.size)
