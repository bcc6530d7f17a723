"""The boxes of many images as arrays, and what a fuser gives back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """``n`` boxes that ``models`` detectors found in ``groups`` images (or volumes), one group a finding.

    ``corners``: (n, 2 d) pixels, the lows of all d axes, then the highs; d is 2 or 3. ``score``: (n,) 0-1. ``model``:
    (n,) 0 to models - 1. ``group``: (n,) 0 to groups - 1. ``weights``: (groups, models), 0 where one did not answer.
    """

    corners: NDArray[np.float64]
    score: NDArray[np.float64]
    model: NDArray[np.int64]
    group: NDArray[np.int64]
    weights: NDArray[np.float64]

    @property
    def axes(self) -> int:
        """2 for images, 3 for volumes."""
        return int(self.corners.shape[1]) // 2

    @property
    def mass(self) -> NDArray[np.float64]:
        """Score times the weight of its model, (n,)."""
        return np.asarray(self.score * self.weights[self.group, self.model], dtype=np.float64)

    @property
    def relative_mass(self) -> NDArray[np.float64]:
        """Mass in units of the heaviest weight of the group, (n,), so that it lies from 0 to 1."""
        heaviest = np.maximum(self.weights.max(axis=1, initial=0.0), np.finfo(float).tiny)
        return np.asarray(self.mass / heaviest[self.group], dtype=np.float64)

    @property
    def strongest_first(self) -> NDArray[np.int64]:
        """The boxes that count, group by group, heaviest first; equal ones by their corners, so that no order matters.

        A box without a score, or of a model without a weight, says nothing and is left out.
        """
        mass = self.mass
        order = np.lexsort((self.model, *self.corners.T[::-1], -mass, self.group))
        return order[mass[order] > 0]


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """``k`` boxes, group by group. ``models``: (k,) how many models stand behind each."""

    corners: NDArray[np.float64]
    score: NDArray[np.float64]
    group: NDArray[np.int64]
    models: NDArray[np.int64]


def refuse_impossible(boxes: Boxes) -> None:
    """Refuse what no fuser could make sense of.

    Raises:
        ValueError: shapes that do not go together, a score outside 0-1, no area, or weights that are negative.
    """
    n, width = boxes.corners.shape
    if width not in {4, 6} or not boxes.score.shape == boxes.model.shape == boxes.group.shape == (n,):
        raise ValueError(f"need corners (n, 4) or (n, 6) and three columns (n,); got {boxes.corners.shape}")
    low, high = boxes.corners[:, : boxes.axes], boxes.corners[:, boxes.axes :]
    if not np.isfinite(boxes.corners).all() or (high <= low).any():
        raise ValueError("every box needs finite corners with each low below its high")
    if not ((boxes.score >= 0) & (boxes.score <= 1)).all():
        raise ValueError("scores must lie from 0 to 1")
    if not np.isfinite(boxes.weights).all() or (boxes.weights < 0).any():
        raise ValueError("weights must be numbers of 0 or more")
