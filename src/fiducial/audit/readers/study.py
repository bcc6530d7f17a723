"""A reader study as arrays: who read what, in which arm, and what was true."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.errors import CannotJudge


@dataclass(frozen=True, slots=True, eq=False)
class ReaderStudy:
    """``study``, ``truth``, ``patient`` (a code): (cases,). The readings: (arms, readers, cases), NaN where absent."""

    arms: tuple[str, ...]
    readers: tuple[str, ...]
    study: NDArray[np.str_]
    truth: NDArray[np.bool_]
    patient: NDArray[np.int64]
    rating: NDArray[np.float64]
    decision: NDArray[np.float64]
    seconds: NDArray[np.float64]

    @property
    def cases(self) -> int:
        """How many cases anybody read."""
        return int(self.truth.size)

    def of(self, arms: tuple[int, ...]) -> "ReaderStudy":
        """Some of the arms, in that order."""
        taken = list(arms)
        return replace(
            self,
            arms=tuple(self.arms[arm] for arm in arms),
            rating=self.rating[taken],
            decision=self.decision[taken],
            seconds=self.seconds[taken],
        )

    def where(self, kept: NDArray[np.bool_]) -> "ReaderStudy":
        """Some of the cases; ``kept``: (cases,)."""
        return replace(
            self,
            study=self.study[kept],
            truth=self.truth[kept],
            patient=self.patient[kept],
            rating=self.rating[..., kept],
            decision=self.decision[..., kept],
            seconds=self.seconds[..., kept],
        )

    def shared_by_all(self) -> "ReaderStudy":
        """The cases that every reader read in every arm."""
        read = np.isfinite(self.rating) | np.isfinite(self.decision)
        return self.where(np.asarray(read.all(axis=(0, 1))))


def read_cases(readings: pl.DataFrame, cases: pl.DataFrame, arms: tuple[str, ...]) -> ReaderStudy:
    """Arrange the readings of ``arms``.

    ``readings``: as :func:`fiducial.cohort.readings.read_readings` gives them, of one finding. ``cases``: ``study``,
    ``truth`` (0 or 1) and ``patient`` (a code); readings of other studies are left out.

    Raises:
        CannotJudge: no reading of these arms is of these cases.
    """
    rows = readings.filter(pl.col("arm").is_in(list(arms))).drop_nulls(["study", "reader", "arm"])
    rows = rows.join(cases.select("study", "truth", "patient"), on="study", how="inner")
    if rows.is_empty():
        raise CannotJudge(f"no reading in {_named(arms)} is of a case whose truth is known")
    readers = rows["reader"].unique().sort()
    known = rows.select("study", "truth", "patient").unique("study").sort("study")
    place = (
        _codes(rows["arm"], pl.Series(arms)),
        _codes(rows["reader"], readers),
        _codes(rows["study"], known["study"]),
    )

    def filled(column: str) -> NDArray[np.float64]:
        values = np.full((len(arms), readers.len(), known.height), np.nan)
        values[place] = rows[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return values

    return ReaderStudy(
        arms,
        tuple(readers.to_list()),
        known["study"].to_numpy().astype(str),
        known["truth"].to_numpy().astype(bool),
        known["patient"].to_numpy().astype(np.int64),
        filled("rating"),
        filled("decision"),
        filled("seconds"),
    )


def _codes(values: pl.Series, among: pl.Series) -> NDArray[np.int64]:
    places = {name: code for code, name in enumerate(among.to_list())}
    return values.replace_strict(places, return_dtype=pl.Int64).to_numpy()


def _named(arms: tuple[str, ...]) -> str:
    return " or ".join(f"arm {arm!r}" for arm in arms)
