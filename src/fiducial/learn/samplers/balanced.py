"""Sampler: balanced. As many studies with any of the findings as without."""

from typing import ClassVar

import numpy as np

from fiducial.learn.samplers.contract import Places, Pool, Sampling


class Balanced(Sampling):
    """Half of an epoch has a finding at least; the prevalence that this teaches is not that of any clinic."""

    name: ClassVar[str] = "balanced"
    says: ClassVar[str] = "as many studies with any finding as with none"

    def draw(self, pool: Pool, rng: np.random.Generator) -> Places:
        """The smaller half comes round again."""
        found = self.candidates(pool, rng)
        ill = (pool.labels[found] == 1).any(axis=1)
        return self.filled([found[ill], found[~ill]], rng)
