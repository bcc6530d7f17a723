"""Doubt about a picture that lies far from the training data: Mahalanobis' distance, or that of its neighbours.

Sources: Lee et al. 2018, NeurIPS, 7167-7177, arXiv:1807.03888 (Mahalanobis on features); Sun et al. 2022, ICML,
20827-20840, arXiv:2204.06507 (nearest neighbours); Ledoit and Wolf 2004, J Multivar Anal 88:365-411,
doi:10.1016/S0047-259X(03)00096-4 (shrinkage). How far is too far is told by data that were not fitted on, as in Bates
et al. 2023, Ann Stat 51:149-178, doi:10.1214/22-AOS2244.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.covariance import LedoitWolf

from fiducial.errors import CannotJudge, UnusableInput
from fiducial.models.contract import Answer
from fiducial.models.support.contract import Arrays, Vector, Vectors, abstain

NEIGHBOURS = 5
MOST_ROWS = 5000  # of the training data that are kept as neighbours, evenly over their order


@dataclass(frozen=True, slots=True, eq=False)
class Distance:
    """``held_out``: the sorted distances of data that were not fitted on; ``level``: the share that may lie outside."""

    wants_vector: ClassVar[bool] = True

    kind: str
    arrays: Arrays
    held_out: Vector
    level: float

    @classmethod
    def opened(cls, kind: str, arrays: Arrays, level: float) -> "Distance":
        """From the arrays that ``fit_distance`` gave.

        Raises:
            KeyError: an array is absent.
            CannotJudge: too few were held out to tell this level.
            UnusableInput: an array holds NaN or infinity.
        """
        needed = [arrays[name] for name in ("centre", "scale", _OWN[kind])]
        if any(not np.isfinite(one).all() for one in needed):
            raise UnusableInput("holds NaN or infinity; fit the statistics again")
        held_out = np.sort(arrays["held_out"].astype(np.float64))
        _require_enough(held_out.size, level)
        return cls(kind, arrays, held_out, level)

    @property
    def limit(self) -> float:
        """The greatest distance that is inside: of n new pictures like the training data at most level x n lie beyond.

        It is the ceil((n + 1)(1 - level))-th smallest of the distances held out.
        """
        rank = int(np.ceil(round((self.held_out.size + 1) * (1 - self.level), 9)))
        return float(self.held_out[rank - 1])

    def weigh(self, answer: Answer, vector: Vector | None) -> Answer:
        """Abstained beyond the limit.

        Raises:
            UnusableInput: the vector is of another width than the statistics, or holds NaN or infinity.
        """
        if vector is None:
            return answer
        if not np.isfinite(vector).all():
            raise UnusableInput(
                "the model's features hold NaN or infinity; look at the image and at the graph's precision"
            )
        width = self.arrays["centre"].size
        if vector.size != width:
            raise UnusableInput(
                f"the picture gives {vector.size} numbers to compare and the bundle's statistics hold {width}; fit "
                "them again with this graph"
            )
        found = float(_MEASURES[self.kind](self.arrays, vector[np.newaxis])[0])
        if found <= self.limit:
            return answer
        nearer = float((self.held_out < found).mean())
        others = "any image" if nearer == 1 else f"{nearer:.1%} of the images"
        return abstain(
            answer,
            f"lies farther from the training data than {others} held out (distance {found:.3g}, "
            f"{self.limit:.3g} is the most at level {self.level:g})",
        )


def fit_distance(kind: str, training: Vectors, held_out: Vectors) -> dict[str, npt.NDArray[Any]]:
    """Arrays of an .npz for ``[support]``. ``kind``: mahalanobis or nearest; rows are what ``vector_of`` gives.

    ``held_out``: rows that the model was not trained on (the split ``tune``). Deterministic.

    Raises:
        CannotJudge: fewer than two training rows, or none held out.
        UnusableInput: a value that is NaN or infinite.
    """
    if len(training) < 2 or not len(held_out):
        raise CannotJudge(
            f"support needs two training rows and one held out; got {len(training)} and {len(held_out)}. "
            "Fit it on more of the cohort."
        )
    if not (np.isfinite(training).all() and np.isfinite(held_out).all()):
        raise UnusableInput("the features hold NaN or infinity; look at the graph before its support is fitted.")
    scale = training.std(axis=0)
    arrays: dict[str, npt.NDArray[Any]] = {
        "centre": training.mean(axis=0),
        "scale": np.where(scale > 1e-9 * np.abs(training).max(initial=1e-300), scale, 1.0),  # a constant says nothing
    }
    arrays[_OWN[kind]] = _FITS[kind](_standard(arrays, training))
    return arrays | {"held_out": np.sort(_MEASURES[kind](arrays, held_out))}


def _require_enough(held_out: int, level: float) -> None:
    needed = int(np.ceil(round(1 / level, 9))) - 1
    if held_out < needed:
        raise CannotJudge(
            f"{held_out} distances were held out, and a level of {level:g} needs {needed}; hold more out, or set "
            f"support.level to {1 / (held_out + 1):.2g} or more"
        )


def _standard(arrays: Arrays, rows: Vectors) -> Vectors:
    return np.asarray((rows - arrays["centre"]) / arrays["scale"])


def _precision(rows: Vectors) -> Vectors:
    return np.asarray(LedoitWolf(assume_centered=True).fit(rows).precision_)


def _kept(rows: Vectors) -> npt.NDArray[np.float32]:
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), MOST_ROWS)).round().astype(int)
    return np.asarray(rows[chosen], dtype=np.float32)


def _mahalanobis(arrays: Arrays, rows: Vectors) -> Vector:
    away = _standard(arrays, rows)
    squares: Vector = ((away @ arrays["precision"]) * away).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0))


def _nearest(arrays: Arrays, rows: Vectors) -> Vector:
    """The mean distance of the nearest NEIGHBOURS, of all where there are fewer."""
    known = arrays["rows"].astype(np.float64)
    several = min(NEIGHBOURS, len(known))
    away = [np.sort(np.linalg.norm(known - one, axis=1))[:several].mean() for one in _standard(arrays, rows)]
    return np.array(away)


_OWN = {"mahalanobis": "precision", "nearest": "rows"}
_FITS: dict[str, Callable[[Vectors], npt.NDArray[Any]]] = {"mahalanobis": _precision, "nearest": _kept}
_MEASURES: dict[str, Callable[[Arrays, Vectors], Vector]] = {"mahalanobis": _mahalanobis, "nearest": _nearest}
