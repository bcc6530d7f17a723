"""The case before the ladder: one claim, and the decisions that its rungs may look at."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.detection.boxes import Boxes
from fiducial.audit.probed import Probed
from fiducial.audit.sealed import Sealed
from fiducial.claims.claim import ALL_ROWS, Claim
from fiducial.stats.clusters import count_clusters

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """One row a decision, all of length n.

    ``patient``: a code a patient. ``score``: NaN where the model gave none. ``answered``: scored and not abstained.
    ``trained_on``: the patient stands in train or tune as well, labelled there or not. ``columns``: the cohort's
    columns of the same rows.
    """

    study: NDArray[np.str_]
    patient: NDArray[np.int64]
    truth: NDArray[np.bool_]
    score: NDArray[np.float64]
    answered: NDArray[np.bool_]
    trained_on: NDArray[np.bool_]
    threshold: float
    columns: pl.DataFrame

    def __len__(self) -> int:
        """The number of decisions."""
        return int(self.truth.size)

    @property
    def called(self) -> NDArray[np.bool_]:
        """Positive calls: ``score >= threshold``, (n,)."""
        return self.score >= self.threshold

    @property
    def patients(self) -> int:
        """How many patients stand behind the decisions."""
        return count_clusters(self.patient)

    def where(self, mask: NDArray[np.bool_]) -> "Decisions":
        """The decisions of a mask (n,)."""
        return Decisions(
            self.study[mask],
            self.patient[mask],
            self.truth[mask],
            self.score[mask],
            self.answered[mask],
            self.trained_on[mask],
            self.threshold,
            self.columns.filter(pl.Series(mask)),
        )

    def only_answered(self) -> "Decisions":
        """Without the decisions that the model did not take."""
        return self if self.answered.all() else self.where(self.answered)

    def unanswered_as_errors(self) -> "Decisions":
        """With every missing decision counted against the model: score 0 if ill, 1 if healthy."""
        worst = np.where(self.truth, 0.0, 1.0)
        return replace(self, score=np.where(self.answered, self.score, worst), answered=np.ones_like(self.answered))


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What a rung may see. ``decisions`` are all labelled studies of the cohort, whatever their split."""

    claim: Claim
    decisions: Decisions
    seed: int = 0
    resamples: int = 2000
    confidence: float = 0.95
    thumbnails: NDArray[np.uint8] | None = None  # (n, height, width), black where a study has none
    probed: Probed = field(default_factory=Probed)  # what probes wrote about the model, as far as anybody ran them
    labels: pl.DataFrame | None = None  # of the claim's finding, as fiducial.cohort.labels reads them
    readings: pl.DataFrame | None = None  # of the claim's finding, as fiducial.cohort.readings reads them
    boxes: Boxes | None = None  # of the claim's finding: what the model marked and what readers drew
    sealed: Sealed | None = None  # what the ledger beside the claim says, where it was sealed
    # What several rungs look at, made for the first of them; a case made from this one begins without.
    _made: dict[str, Any] = field(init=False, repr=False, default_factory=dict)

    @property
    def internal(self) -> Decisions:
        """The split that the claim calls internal, or all rows where it says so."""
        if self.claim.evidence.internal == ALL_ROWS:
            return self.decisions
        return self.decisions.where(self.rows_of(self.claim.evidence.internal))

    @property
    def tune(self) -> Decisions:
        """The rows of the tuning split, which nothing is judged on."""
        return self.decisions.where(self.rows_of("tune"))

    @property
    def external(self) -> Decisions:
        """The rows of the external split."""
        return self.decisions.where(self.rows_of("external"))

    def under(self, condition: str, decisions: Decisions) -> tuple[Decisions, Decisions]:
        """The ``decisions`` that a condition was tried on, as they fell clean and as they fell under it, row by row.

        A study that has no row under the condition was not tried; one whose score is missing there was not answered.
        """
        if self.probed.stressed is None:
            nothing = decisions.where(np.zeros(len(decisions), dtype=bool))
            return nothing, nothing
        rows = self.probed.stressed.filter(pl.col("condition") == condition)
        asked = pl.DataFrame({"study": decisions.study}).join(
            rows.select("study", "score", "abstained", tried=pl.lit(value=True)), "study", "left", maintain_order="left"
        )
        tried = asked["tried"].fill_null(value=False).to_numpy()
        asked, clean = asked.filter(pl.Series(tried)), decisions.where(tried)
        score = asked["score"].to_numpy().astype(np.float64)
        answered = ~np.isnan(score) & ~asked["abstained"].to_numpy().astype(bool)
        return clean, replace(clean, score=score, answered=answered)

    def once(self, name: str, make: Callable[[], Found]) -> Found:
        """What ``make`` gives, made once a case; it must follow from the case alone, whoever asks first."""
        if name not in self._made:
            self._made[name] = make()
        made: Found = self._made[name]
        return made

    def rng(self, rung: str) -> np.random.Generator:
        """A generator of the rung's own, so that no rung's draws depend on another's."""
        return np.random.default_rng([self.seed, crc32(rung.encode())])

    def rows_of(self, split: str) -> NDArray[np.bool_]:
        """Which of the ``decisions`` stand in a split, (n,); "all" takes every row."""
        if split == ALL_ROWS:
            return np.ones(len(self.decisions), dtype=bool)
        if "split" not in self.decisions.columns.columns:
            return np.zeros(len(self.decisions), dtype=bool)
        return (self.decisions.columns["split"] == split).fill_null(value=False).to_numpy()
