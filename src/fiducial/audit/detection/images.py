"""Which images are judged, and which of them are counted lesion by lesion."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.claims.overlap import Undrawn
from fiducial.errors import CannotJudge


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """One row an image (or volume) whose label is known and that the model looked at, all (n,).

    ``counted``: whether its lesions are known: it is healthy, or somebody drew them.
    """

    study: NDArray[np.str_]
    patient: NDArray[np.int64]
    ill: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many there are."""
        return int(self.study.size)

    def where_counted(self) -> "Images":
        """Only those whose lesions are known."""
        kept = self.counted
        return Images(self.study[kept], self.patient[kept], self.ill[kept], self.counted[kept], self.notes)


def images_of(
    study: NDArray[np.str_], patient: NDArray[np.int64], ill: NDArray[np.bool_], drawn: pl.DataFrame, undrawn: Undrawn
) -> Images:
    """Sort images whose label is known by their names, and say whose lesions are known. ``study`` and so on: (n,).

    An image without a label is not among them, whatever was drawn on it: it never counts as healthy.

    Raises:
        CannotJudge: a reader drew on an image whose label says 0, or drew nothing on one whose label says 1.
    """
    order = np.argsort(study)
    study, ill = study[order], ill[order]
    has_box = np.isin(study, drawn["study"].unique().to_numpy().astype(str))
    _refuse_contradictions(study[has_box & ~ill])
    without = study[ill & ~has_box]
    first = str(without[0]) if without.size else ""
    if without.size and undrawn == "refuse":
        raise CannotJudge(
            f"the label of {without.size} images says ill and nobody drew a box on them, first {first!r}: how "
            "many lesions they hold is not known. Draw them, or leave these images out of what is counted by lesion "
            "(undrawn = leave-out)"
        )
    counted = ~ill | has_box
    return Images(study, patient[order], ill, counted, tuple(_notes(without)))


def _refuse_contradictions(study: NDArray[np.str_]) -> None:
    if study.size:
        first = str(study[0])
        raise CannotJudge(
            f"a reader drew a box on {study.size} images whose label says that they are healthy, first {first!r}. "
            "Correct the label or remove the boxes"
        )


def _notes(without: NDArray[np.str_]) -> Iterator[str]:
    if without.size:
        first = str(without[0])
        yield (
            f"{without.size} ill images without a reference box, first {first!r}, are left out of what is counted "
            "by lesion; their calls count among the ill images found or missed."
        )
