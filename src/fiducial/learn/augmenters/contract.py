"""What every augmenter is: it draws a change from a generator, and the change, once drawn, always does the same."""

from typing import ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict

Plane: TypeAlias = npt.NDArray[np.float32]  # (channels, rows, columns), prepared

SETTINGS = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)  # of every built-in augmenter


class Change(Protocol):
    """What was drawn: everything that ``apply`` needs."""

    def apply(self, picture: Plane) -> Plane:
        """A picture of the same shape; the one handed in is left as it was."""
        ...


class Augmenter(Protocol):
    """A frozen pydantic model whose fields are its settings."""

    name: ClassVar[str]
    says: ClassVar[str]

    def draw(self, rng: np.random.Generator) -> Change | None:
        """What is done this time; None: nothing."""
        ...
