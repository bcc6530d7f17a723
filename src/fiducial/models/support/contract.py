"""What every kind of doubt is, and how an answer is taken back without losing it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from fiducial.models.contract import Answer

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]  # the content of an .npz
Vector: TypeAlias = npt.NDArray[np.float64]  # (width,)
Vectors: TypeAlias = npt.NDArray[np.float64]  # (n, width)


class Doubt(Protocol):
    """Weighs one answer; ``wants_vector`` says whether it looks at features and statistics of the picture."""

    wants_vector: ClassVar[bool]

    def weigh(self, answer: Answer, vector: Vector | None) -> Answer:
        """The answer, abstained with a reason where it should not be believed.

        Raises:
            UnusableInput: the vector is of another width than the statistics of the bundle.
        """
        ...


def abstain(answer: Answer, reason: str) -> Answer:
    """The same answer, scores kept, that says why it should not be used; an earlier reason follows."""
    told = reason if answer.reason is None else f"{reason}; {answer.reason}"
    return replace(answer, abstained=True, reason=told)
