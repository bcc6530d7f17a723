"""The decisions that two audits share: the same studies, judged in the same split."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.claims.comparison import Shared
from fiducial.claims.evidence import Evidence
from fiducial.claims.past import JUDGED
from fiducial.errors import UnusableInput
from fiducial.stats.clusters import count_clusters


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One audit's decisions, (n,) each. ``score``: NaN where there is none. ``patient``: a code a patient."""

    truth: NDArray[np.bool_]
    score: NDArray[np.float64]
    called: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    patient: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> "Side":
        """The decisions of a mask (n,)."""
        return Side(self.truth[mask], self.score[mask], self.called[mask], self.answered[mask], self.patient[mask])

    def __len__(self) -> int:
        """How many decisions."""
        return int(self.truth.size)

    @property
    def patients(self) -> int:
        """How many patients stand behind them."""
        return count_clusters(self.patient)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Both sides of one split. Paired: row i of both is the same study. ``labels``: whose truth both sides bear."""

    split: str
    before: Side
    after: Side
    paired: bool
    labels: str = "both"

    def by_labels(self) -> Iterator["Pair"]:
        """Itself where the truth is the same; else twice, on the truth of either audit."""
        if not self.paired or np.array_equal(self.before.truth, self.after.truth):
            yield self
            return
        for labels, truth in (("before", self.before.truth), ("after", self.after.truth)):
            one, other = (replace(side, truth=truth) for side in (self.before, self.after))
            yield replace(self, before=one, after=other, labels=labels)


@dataclass(frozen=True, slots=True)
class Met:
    """How both audits meet: the pairs to test, the counts of every split, and what must be said.

    ``left_out``: what the earlier audit judged and the later one does not, for each split; nobody knows how the model
    would do there now, and leaving out what it got wrong makes it look better.
    """

    pairs: tuple[Pair, ...]
    shared: tuple[Shared, ...]
    notes: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def meet(before: Evidence, after: Evidence) -> Met:
    """Join both by study, split by split; where a split shares no study, its sides are taken as they are.

    Raises:
        UnusableInput: an audit carries no decisions.
    """
    one, other = _decisions(before), _decisions(after)
    pairs, shared, notes = [], [], list(_moved_splits(one, other))
    for split in JUDGED:
        mine, theirs = (side.filter(pl.col("judged") == split) for side in (one, other))
        if not mine.height or not theirs.height:
            notes += _alone(split, mine, theirs)
            continue
        joined = mine.join(theirs, on="study", suffix=".after", maintain_order="left")
        if joined.height:
            pair = _paired(split, joined)
            notes += _notes(split, joined)
        else:
            pair = _unpaired(split, mine, theirs)
            notes += _strangers(split, mine, theirs)
        pairs.append(pair)
        shared.append(
            Shared(
                split,
                joined.height,
                mine.height - joined.height,
                theirs.height - joined.height,
                int((joined["truth"] != joined["truth.after"]).sum()),
                pair.after.patients if joined.height else 0,
            )
        )
    left_out = (_left_out(split, one, other) for split in JUDGED)
    return Met(tuple(pairs), tuple(shared), tuple(notes), tuple(filter(None, left_out)))


def _left_out(split: str, one: pl.DataFrame, other: pl.DataFrame) -> str | None:
    judged, still = (side.filter(pl.col("judged") == split) for side in (one, other))
    gone = judged.join(still, on="study", how="anti")
    strangers = still.height and gone.height == judged.height  # told as that
    if gone.is_empty() or strangers:
        return None
    wrong, among = (int((~rows["answered"] | (rows["called"] != rows["truth"])).sum()) for rows in (gone, judged))
    return (
        f"{split}: {gone.height:,} of the {judged.height:,} studies that the earlier audit judged are not judged in "
        f"the later one; {wrong:,} of its {among:,} wrong or missing answers are among them."
    )


def _decisions(audit: Evidence) -> pl.DataFrame:
    if audit.decisions is None:
        raise UnusableInput(f"the audit of {audit.claim.claim.name!r} carries no decisions. Audit again.")
    # A study that names no patient is one of its own; that is said beside the tests.
    nameless = pl.col("patient").is_null()
    return audit.decisions.with_columns(
        nameless=nameless,
        patient=pl.when(nameless).then(pl.concat_str(pl.lit("study "), "study")).otherwise("patient"),
    )


def _paired(split: str, joined: pl.DataFrame) -> Pair:
    patient = joined["patient.after"].rank("dense").to_numpy().astype(np.int64)
    return Pair(split, _side(joined, "", patient), _side(joined, ".after", patient), paired=True)


def _unpaired(split: str, mine: pl.DataFrame, theirs: pl.DataFrame) -> Pair:
    one, other = (_side(side, "", side["patient"].rank("dense").to_numpy().astype(np.int64)) for side in (mine, theirs))
    return Pair(split, one, other, paired=False)


def _side(rows: pl.DataFrame, suffix: str, patient: NDArray[np.int64]) -> Side:
    return Side(
        rows[f"truth{suffix}"].to_numpy().astype(bool),
        rows[f"score{suffix}"].cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64),
        rows[f"called{suffix}"].fill_null(0).to_numpy().astype(bool),
        rows[f"answered{suffix}"].to_numpy().astype(bool),
        patient,
    )


def _moved_splits(one: pl.DataFrame, other: pl.DataFrame) -> Iterator[str]:
    joined = one.join(other, on="study", suffix=".after")
    elsewhere = int((joined["judged"].ne_missing(joined["judged.after"])).sum())
    if elsewhere:
        yield f"{elsewhere} studies of both audits are judged in another split, or in one audit only; not paired."


def _alone(split: str, mine: pl.DataFrame, theirs: pl.DataFrame) -> Iterator[str]:
    if mine.height or theirs.height:
        yield f"{split}: only the {'earlier' if mine.height else 'later'} audit judged any study here."


def _notes(split: str, joined: pl.DataFrame) -> Iterator[str]:
    relabelled = int((joined["truth"] != joined["truth.after"]).sum())
    if relabelled:
        yield (
            f"{split}: {relabelled} of {joined.height:,} shared studies have another label in the later audit; every "
            "test is made twice, on the labels of either audit."
        )
    apart = int((joined["answered"] != joined["answered.after"]).sum())
    if apart:
        yield f"{split}: {apart} shared studies were answered in one audit only; those answered in both are tested."
    renamed = int((joined["patient"] != joined["patient.after"]).sum())
    if renamed:
        yield f"{split}: {renamed} shared studies name another patient in the later audit, whose patients are taken."
    nameless = int(joined["nameless.after"].sum())
    if nameless:
        yield f"{split}: {nameless} shared studies name no patient; each is taken for a patient of its own."


def _strangers(split: str, mine: pl.DataFrame, theirs: pl.DataFrame) -> Iterator[str]:
    yield (
        f"{split}: no study is in both audits. Other patients are compared, so what differs may be the patients and "
        "not the model: this cannot show that nothing got worse."
    )
    common = len(set(mine["patient"].to_list()) & set(theirs["patient"].to_list()))
    if common:
        yield f"{split}: {common} patients are in both audits with other studies; the tests take them for others."
