"""Augmenter: condition. The same stress as a probe's, applied to the scan before it is prepared: protocol diversity.

A stress works on raw scans in physical units, so each training image is prepared once more for every severity, cached
beside the clean one, and an epoch draws which of them it shows.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, Field, field_validator

from fiducial.learn.augmenters.contract import SETTINGS, Plane
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.stress import Stress, condition


@dataclass(frozen=True, slots=True)
class Stressed:
    """The picture is taken from the cache of ``stress``; nothing is left to be done to it."""

    stress: Stress

    def apply(self, picture: Plane) -> Plane:
        """As it is."""
        return picture


class UnderCondition(BaseModel):
    """``condition``: any plugin that ``fiducial probe`` knows, at ``severities`` drawn evenly."""

    model_config = SETTINGS
    name: ClassVar[str] = "condition"
    says: ClassVar[str] = "shows the image under a condition of the probes"

    condition: str
    severities: tuple[Severity, ...] = Field(default=(1, 2, 3), min_length=1)
    probability: float = Field(default=0.5, gt=0, le=1)

    @field_validator("condition")
    @classmethod
    def _known(cls, name: str) -> str:
        condition(name)
        return name

    @property
    def stresses(self) -> tuple[Stress, ...]:
        """What must be prepared beforehand."""
        return tuple(Stress(((self.condition, severity),)) for severity in self.severities)

    def draw(self, rng: np.random.Generator) -> Stressed | None:
        """One of the severities."""
        stress = self.stresses[int(rng.integers(len(self.severities)))]
        return Stressed(stress) if rng.random() < self.probability else None
