"""What every sampler is: it draws which rows an epoch shows, and in which order."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from fiducial.errors import UnusableInput

Places: TypeAlias = npt.NDArray[np.int64]  # of training rows


@dataclass(frozen=True, slots=True)
class Pool:
    """What a sampler may look at: ``labels`` (n, findings) with NaN where missing; groups (n,), or None if unknown.

    ``mined``: (n,), which rows a reviewed list holds as hard negatives; None without a list.
    """

    labels: npt.NDArray[np.float32]
    patient: Places | None = None
    site: Places | None = None
    mined: npt.NDArray[np.bool_] | None = None


class Sampler(Protocol):
    """A frozen pydantic model whose fields are its settings."""

    name: ClassVar[str]
    says: ClassVar[str]

    def draw(self, pool: Pool, rng: np.random.Generator) -> Places:
        """Places of rows, in the order in which they are shown; a row may come twice."""
        ...


class Sampling(BaseModel):
    """The settings that built-in samplers share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int | None = Field(default=None, ge=1, description="images an epoch; without it as many as there are rows")
    one_per_patient: bool = Field(default=False, description="one image of each patient an epoch, drawn anew")

    def candidates(self, pool: Pool, rng: np.random.Generator) -> Places:
        """Every row, or one of each patient, shuffled.

        Raises:
            UnusableInput: one a patient is asked for, and patients are not known.
        """
        shuffled = rng.permutation(len(pool.labels))
        if not self.one_per_patient:
            return shuffled
        if pool.patient is None:
            raise UnusableInput("one_per_patient needs the column 'patient', filled in every row.")
        return shuffled[np.sort(np.unique(pool.patient[shuffled], return_index=True)[1])]

    def filled(self, parts: list[Places], rng: np.random.Generator) -> Places:
        """As many rows of each part, ``size`` in all, shuffled; a part that is too small comes round again."""
        parts = [part for part in parts if part.size]
        wanted = self.size or sum(part.size for part in parts)
        shares = [wanted // len(parts) + (number < wanted % len(parts)) for number in range(len(parts))]
        drawn = [np.resize(rng.permutation(part), share) for part, share in zip(parts, shares, strict=True)]
        return rng.permutation(np.concatenate(drawn))
