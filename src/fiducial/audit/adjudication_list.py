"""The adjudication list as a hospital gets it: one row a study, its reason in words, and cells to fill in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.adjudication_rank import Ranked, Reason, Voices
from fiducial.claims.evidence import NOTICE
from fiducial.files.names import refuse_other_endings
from fiducial.files.tables import write_table

Floats = NDArray[np.float64]
SCHEMA = "fiducial.adjudication/1"
TO_FILL_IN = ("new_label", "read_by", "read_on", "comment")
BLIND = ("rank", "study", "patient", "finding", "path", *TO_FILL_IN)  # what does not tell a reader the earlier labels


@dataclass(frozen=True, slots=True, eq=False)
class Adjudication:
    """One row a study, the most urgent first. ``studies``: how many were looked at; ``notes``: what was not."""

    rows: pl.DataFrame
    studies: int
    notes: tuple[str, ...] = ()

    def save(self, path: str | Path, *, blind: bool = False) -> Path:
        """Write the list as CSV or Parquet; ``blind`` leaves out what would tell a reader the earlier labels.

        Raises:
            WrongUsage: a name that ends in neither .csv nor .parquet.
            UnusableInput: the place cannot be written to.
        """
        target = Path(path)
        refuse_other_endings(target)
        kept = [name for name in BLIND if name in self.rows.columns]
        write_table(self.rows.select(kept) if blind else self.rows, target)
        return target

    @property
    def counts(self) -> dict[str, int]:
        """How many studies are listed for each reason, most urgent first."""
        return {str(reason): int((self.rows["reason"] == str(reason)).sum()) for reason in Reason}

    def document(self) -> dict[str, object]:
        """The list as ``--json`` prints it."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "studies": self.studies,
            "listed": self.rows.height,
            "reasons": self.counts,
            "rows": self.rows.drop(TO_FILL_IN).to_dicts(),
            "notes": list(self.notes),
        }


def told(found: Ranked, voices: Voices, finding: str) -> pl.DataFrame:
    """The ranked rows of one finding, in words."""
    rows = found.rows
    read, against = voices.readers[rows], voices.against[rows]
    positive = (np.nan_to_num(voices.ratings[rows]) > 0).sum(axis=1)

    def number(values: Floats) -> pl.Series:
        return pl.Series(values[rows], dtype=pl.Float64, nan_to_null=True)

    return pl.DataFrame(
        {
            "study": voices.study[rows],
            "finding": [finding] * rows.size,
            "reason": [str(reason) for reason in found.reason],
            "why": [
                _why(reason, voices, int(row), int(n), int(k))
                for reason, row, n, k in zip(found.reason, rows, read, against, strict=True)
            ],
            "reference": number(voices.reference),
            "readers": read,
            "positive_votes": positive.astype(np.int64),
            "certainty": number(voices.certainty),
            "significance": number(voices.significance),
            "score": number(voices.score),
            "priority": np.round(found.priority, 4),
        },
        schema_overrides={"study": pl.String, "finding": pl.String, "reason": pl.String, "why": pl.String},
    )


def _why(reason: Reason, voices: Voices, row: int, readers: int, against: int) -> str:
    reference, recorded, score = voices.reference[row], voices.recorded[row], voices.score[row]
    votes = f"{against} of {readers} readers"
    split = f"at most {voices.largest[row]} of {readers} readers say the same"
    words = {
        Reason.REFERENCES: f"the labels' reference is {reference:g}, the cohort's label {recorded:g}",
        Reason.ALL: f"the model ({score:.2f}) and all {readers} readers contradict the label {reference:g}",
        Reason.READERS: f"{votes} contradict the label {reference:g}",
        Reason.SPLIT_NEAR: f"{split}, and the score {score:.2f} is near the threshold {voices.threshold:g}",
        Reason.SPLIT: split,
        Reason.UNCERTAIN: f"the label's certainty is {voices.certainty[row]:.2f}",
        Reason.MODEL: f"the model ({score:.2f}) is sure that the label {reference:g} is wrong",
    }
    return words[reason]


def in_order(parts: list[pl.DataFrame], cohort: pl.DataFrame | None) -> pl.DataFrame:
    """All findings together, the most urgent first, with the cohort's ``patient`` and ``path`` and empty cells."""
    order = pl.DataFrame({"reason": [str(one) for one in Reason], "urgency": range(len(Reason))})
    rows = pl.concat(parts).join(order, on="reason", maintain_order="left")
    rows = rows.sort(["urgency", "priority", "study", "finding"], descending=[False, True, False, False])
    if (rows["reference"] == rows["reference"].round()).fill_null(value=True).all():
        rows = rows.with_columns(pl.col("reference").cast(pl.Int64))
    known = [] if cohort is None else [name for name in ("patient", "path") if name in cohort.columns]
    if cohort is not None and known:
        rows = rows.join(cohort.select("study", *known), on="study", how="left", maintain_order="left")
    first = ["rank", "study", *(name for name in known if name == "patient"), "finding", "reason", "why"]
    numbered = rows.drop("urgency").with_row_index("rank", offset=1)
    blanks = {name: pl.lit(None, dtype=pl.String) for name in TO_FILL_IN}
    return numbered.select(*first, pl.exclude(first)).with_columns(**blanks)
