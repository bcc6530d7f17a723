"""Sampler: site-balanced. Every site shows as many ill as healthy, and as many as the next."""

from typing import ClassVar

import numpy as np

from fiducial.errors import UnusableInput
from fiducial.learn.samplers.contract import Places, Pool, Sampling


class SiteBalanced(Sampling):
    """A site without ill studies, or without healthy ones, is left out of the half that it lacks."""

    name: ClassVar[str] = "site-balanced"
    says: ClassVar[str] = "as many studies of each site, and in each as many with any finding as with none"

    def draw(self, pool: Pool, rng: np.random.Generator) -> Places:
        """One part for each site and class.

        Raises:
            UnusableInput: the cohort does not say the site of every row.
        """
        if pool.site is None:
            raise UnusableInput("the sampler 'site-balanced' needs the column 'site', filled in every row.")
        found = self.candidates(pool, rng)
        ill, site = (pool.labels[found] == 1).any(axis=1), pool.site[found]
        parts = [found[(site == one) & (ill == has)] for one in np.unique(site) for has in (True, False)]
        return self.filled(parts, rng)
