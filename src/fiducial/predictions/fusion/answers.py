"""Who answered: the members of an ensemble beside each other, study by study, silence told apart from a score."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.predictions.fusion.recipe import Ensemble

UNIT = ("study", "image", "condition")  # one decision a finding; ``image`` where the table has it


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the members said of one finding. ``units``: (n,) rows of ``study``, ``condition`` and perhaps ``image``.

    ``scores``: (n, members), NaN where a member did not answer (no row, no score, or abstained). ``seconds``: (n,)
    what all members took together, NaN where none says. ``why``: the reasons of the silent, (n,) text.
    """

    units: pl.DataFrame
    members: tuple[str, ...]
    scores: NDArray[np.float64]
    seconds: NDArray[np.float64]
    why: pl.Series

    @property
    def answered(self) -> NDArray[np.bool_]:
        """(n, members)."""
        return ~np.isnan(self.scores)


def members_of(predictions: pl.DataFrame, ensemble: Ensemble) -> tuple[str, ...]:
    """The members that the recipe names, or all models of the table.

    Raises:
        WrongUsage: a member is not in the table, weights name a stranger, or the quorum is beyond all members.
    """
    known = predictions["model"].unique().sort().to_list()
    members = ensemble.members or tuple(known)
    for name in (*members, *ensemble.weights):
        if name not in known:
            raise WrongUsage(
                f"the ensemble's member {name!r} has no row in the predictions.{did_you_mean(name, known)} "
                f"They are of: {', '.join(known)}."
            )
    if (ensemble.quorum or 1) > len(members):
        raise WrongUsage(f"a quorum of {ensemble.quorum} can never be met by {len(members)} members.")
    return members


def answers_about(finding: str, predictions: pl.DataFrame, members: tuple[str, ...]) -> Answers:
    """Lay the members' rows beside each other.

    Raises:
        UnusableInput: nobody scored the finding.
    """
    rows = predictions.filter((pl.col("finding") == finding) & pl.col("model").is_in(members))
    if rows.is_empty():
        raise UnusableInput(f"no member of the ensemble ({', '.join(members)}) has a row for {finding!r}.")
    key = [name for name in UNIT if name in rows.columns]
    silent = pl.col("score").is_null() | pl.col("abstained")
    why = pl.format("{}: {}", "model", pl.coalesce("reason", pl.lit("abstained")))
    rows = rows.with_columns(heard=pl.when(~silent).then("score"), why=pl.when(silent).then(why))
    units = rows.select(key).unique(maintain_order=True)
    wide = rows.pivot("model", index=key, values="heard", aggregate_function="first")
    beside = rows.group_by(key, maintain_order=True).agg(
        pl.col("seconds").sum().alias("seconds"),
        pl.col("seconds").is_not_null().any().alias("timed"),
        pl.col("why").drop_nulls().sort().str.join("; ").alias("why"),
    )
    joined = units.join(wide, on=key, how="left", maintain_order="left", nulls_equal=True).join(
        beside, on=key, how="left", maintain_order="left", nulls_equal=True
    )
    scores = [
        joined[name].to_numpy().astype(np.float64) if name in joined.columns else np.full(joined.height, np.nan)
        for name in members
    ]
    seconds = np.where(joined["timed"].to_numpy(), joined["seconds"].to_numpy(), np.nan)
    return Answers(units, members, np.stack(scores, axis=1), seconds, joined["why"])
