"""What every explainer is."""

from typing import ClassVar, Protocol

import numpy as np

from fiducial.models.contract import Floats, Model, Shown


class Explainer(Protocol):
    """``saliency`` is large where the image speaks for the finding; what speaks against it is negative or 0."""

    name: ClassVar[str]
    says: ClassVar[str]  # one line: how it looks, and what it costs

    def saliency(self, model: Model, shown: Shown, finding: str, rng: np.random.Generator) -> Floats:
        """(slices, rows, columns) over the source image.

        Raises:
            UnusableInput: the study cannot be read or answered.
            WrongUsage: the model is of a kind that this explainer cannot look into, or does not know the finding.
        """
        ...
