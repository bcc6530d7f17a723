"""What readers said of some decisions, in the order of the decisions: one column a reader, the reference apart."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.case import Decisions
from fiducial.cohort.labels import TRUTH
from fiducial.stats.latent_truth import majority

Floats = NDArray[np.float64]
UNTOLD = -1  # a code: this reader has not said


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """``ratings``: (n, readers), NaN where a reader has not said. ``reference``, ``certainty``, ``significance``: (n,).

    ``reference`` is what the reader ``truth`` said, NaN where nothing. Certainty and significance are those of the
    reference where it gives them, else the mean of the readers', else NaN.
    """

    decisions: Decisions
    readers: tuple[str, ...]
    ratings: Floats
    reference: Floats
    certainty: Floats
    significance: Floats

    def __len__(self) -> int:
        """The number of decisions."""
        return len(self.decisions)

    @property
    def graded(self) -> bool:
        """Whether any reader gave a grade, and not only 0 or 1."""
        return not np.isin(self.ratings[~np.isnan(self.ratings)], (0.0, 1.0)).all()

    @property
    def codes(self) -> NDArray[np.int64]:
        """0, 1, or -1 where a reader has not said: (n, readers); of labels that are not graded."""
        return np.where(np.isnan(self.ratings), UNTOLD, np.nan_to_num(self.ratings)).astype(np.int64)

    @property
    def voices(self) -> NDArray[np.int64]:
        """How many readers have said something of each decision, (n,)."""
        return np.asarray((~np.isnan(self.ratings)).sum(axis=1), dtype=np.int64)

    @property
    def majority(self) -> NDArray[np.int64]:
        """What most readers said, -1 at a tie or where nobody did, (n,); of labels that are not graded."""
        return majority(self.codes)

    @property
    def unity(self) -> Floats:
        """The share of a decision's readers who said what most said, 0.5 to 1; NaN with fewer than two: (n,)."""
        ill = (self.codes == 1).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.maximum(ill, self.voices - ill) / self.voices
        return np.where(self.voices >= 2, share, np.nan)

    def where(self, mask: NDArray[np.bool_]) -> "Votes":
        """Those of a mask (n,)."""
        return Votes(
            self.decisions.where(mask),
            self.readers,
            self.ratings[mask],
            self.reference[mask],
            self.certainty[mask],
            self.significance[mask],
        )

    @property
    def constant(self) -> tuple[str, ...]:
        """The readers who gave everything that they have read one and the same label."""
        return tuple(reader for reader, told in zip(self.readers, self._differ, strict=True) if not told)

    @property
    def telling(self) -> "Votes":
        """Without those readers: who always says the same is a witness of nothing."""
        told = self._differ
        readers = tuple(reader for reader, one in zip(self.readers, told, strict=True) if one)
        return replace(self, readers=readers, ratings=self.ratings[:, told])

    @property
    def _differ(self) -> NDArray[np.bool_]:
        kinds = [np.unique(column[~np.isnan(column)]).size for column in self.ratings.T]
        return np.array([kind > 1 for kind in kinds], dtype=bool)


def votes_of(labels: pl.DataFrame, decisions: Decisions) -> Votes:
    """What a labels table, of one finding, says of these decisions; a study that it does not hold has no voice."""
    rows = pl.DataFrame({"study": decisions.study}, schema={"study": pl.String})
    said = labels.drop_nulls(["study", "reader", "label"])
    readers = tuple(sorted(set(said["reader"].to_list()) - {TRUTH}))
    by_reader = said.pivot("reader", index="study", values="label") if said.height else said.select("study")
    placed = rows.join(by_reader, on="study", how="left", maintain_order="left")
    ratings = [placed[reader].to_numpy() for reader in readers]
    return Votes(
        decisions,
        readers,
        np.stack(ratings, axis=1).astype(np.float64) if ratings else np.empty((len(decisions), 0)),
        _numbers(placed[TRUTH]) if TRUTH in placed.columns else np.full(len(decisions), np.nan),
        _weight(labels, rows, "certainty"),
        _weight(labels, rows, "significance"),
    )


def _weight(labels: pl.DataFrame, rows: pl.DataFrame, column: str) -> Floats:
    of_truth = pl.col("reader") == TRUTH
    by_study = labels.group_by("study").agg(
        of_reference=pl.col(column).filter(of_truth).first(), of_readers=pl.col(column).filter(~of_truth).mean()
    )
    placed = rows.join(by_study, on="study", how="left", maintain_order="left")
    return _numbers(placed.select(pl.coalesce("of_reference", "of_readers")).to_series())


def _numbers(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()
