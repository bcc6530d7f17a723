"""Reader studies of known truth, to be changed array by array."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.readers.study import ReaderStudy, read_cases

ARMS = ("alone", "with")


@dataclass
class Made:
    """``rating``, ``decision``, ``seconds``: (arms, readers, cases); NaN where nobody read."""

    truth: Any
    rating: Any
    decision: Any
    seconds: Any
    patient: Any
    arms: tuple[str, ...] = field(default=ARMS)

    @property
    def readings(self) -> pl.DataFrame:
        arms, readers, cases = np.meshgrid(*map(np.arange, self.rating.shape), indexing="ij")
        frame = pl.DataFrame(
            {
                "study": [f"s{case:03d}" for case in cases.ravel()],
                "reader": [f"r{reader + 1}" for reader in readers.ravel()],
                "arm": [self.arms[arm] for arm in arms.ravel()],
                "rating": self.rating.ravel(),
                "decision": self.decision.ravel(),
                "seconds": self.seconds.ravel(),
            }
        ).fill_nan(None)
        read = pl.col("rating").is_not_null() | pl.col("decision").is_not_null()
        return frame.filter(read).with_columns(pl.col("decision").cast(pl.Int8))

    @property
    def labels(self) -> pl.DataFrame:
        study = [f"s{case:03d}" for case in range(self.truth.size)]
        return pl.DataFrame({"study": study, "finding": "x", "reader": "truth", "label": self.truth.astype(int)})

    @property
    def cohort(self) -> pl.DataFrame:
        study = [f"s{case:03d}" for case in range(self.truth.size)]
        return pl.DataFrame({"study": study, "patient": self.patient.astype(str), "label.x": self.truth.astype(int)})

    @property
    def study(self) -> ReaderStudy:
        cases = self.labels.select("study", truth="label").with_columns(patient=pl.Series(self.patient))
        return read_cases(self.readings, cases, self.arms)

    def without(self, reader: int, cases: slice | NDArray[np.bool_], arm: int | None = None) -> "Made":
        """A copy in which one reader did not read some cases, in one arm or in both."""
        arms = slice(None) if arm is None else slice(arm, arm + 1)
        arrays = {name: getattr(self, name).copy() for name in ("rating", "decision", "seconds")}
        for values in arrays.values():
            values[arms, reader, cases] = np.nan
        return replace(self, **arrays)


def made(readers: int = 5, cases: int = 120, gain: float = 0.8, seed: int = 0) -> Made:
    """A third is ill; with the model readers tell the ill by ``gain`` standard deviations more, and are quicker."""
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 3 == 0
    skill = np.array([1.0, 1.0 + gain])[:, None, None] + 0.2 * rng.normal(size=(1, readers, 1))
    latent = truth * skill + 0.5 * rng.normal(size=cases) + rng.normal(size=(2, readers, cases))
    rating = np.clip(np.round(2 * latent + 3), 1, 9)
    seconds = np.exp(3 + 0.3 * rng.normal(size=rating.shape)) * np.array([1.0, 0.8])[:, None, None]
    return Made(truth, rating, (rating >= 5).astype(float), seconds, np.arange(cases))
