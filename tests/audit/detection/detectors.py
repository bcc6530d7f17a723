"""Simulated detectors: images with known lesions, and marks that find them with a known chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Figure

SIDE = 100  # pixels of an image
BOX = 20


@dataclass
class Detector:
    """A cohort, reference boxes and marks, as plain frames, to be changed by a test."""

    cohort: pl.DataFrame
    drawn: pl.DataFrame
    marked: pl.DataFrame

    @property
    def regions(self) -> pl.DataFrame:
        return pl.concat([self.drawn, self.marked], how="diagonal_relaxed")

    @property
    def predictions(self) -> pl.DataFrame:
        """The strongest mark is the score of an image."""
        best = self.marked.group_by("study").agg(pl.col("score").max())
        return (
            self.cohort.select("study").join(best, on="study", how="left").with_columns(pl.col("score").fill_null(0.0))
        )


def simulated(images: int = 400, *, finds: float = 0.8, false: float = 0.5, seed: int = 0) -> Detector:
    """Two images a patient; 40% are ill with 1 to 3 lesions; Poisson(``false``) marks an image lie on nothing."""
    rng = np.random.default_rng(seed)
    names = [f"s{number:04d}" for number in range(images)]
    ill = np.repeat(rng.random((images + 1) // 2) < 0.4, 2)[:images]
    cohort = pl.DataFrame(
        {
            "study": names,
            "patient": [f"p{number // 2}" for number in range(images)],
            "split": "test",
            "label.x": ill.astype(int),
        }
    )
    drawn, marked = [], []
    for name, has in zip(names, ill, strict=True):
        cells = rng.permutation(16)  # a grid of places that do not overlap
        lesions = int(rng.integers(1, 4)) if has else 0
        drawn += [(name, number, *corners(cells[number])) for number in range(lesions)]
        here = [(cells[number], rng.beta(3, 1.5)) for number in range(lesions) if rng.random() < finds]
        here += [(cells[4 + number], rng.beta(1.5, 3)) for number in range(min(rng.poisson(false), 12))]
        marked += [(name, number, *corners(cell), score) for number, (cell, score) in enumerate(here)]
    return Detector(cohort, boxes(drawn, "truth"), boxes(marked, "d"))


def corners(cell: int) -> tuple[float, float, float, float]:
    x, y = 25.0 * (cell % 4), 25.0 * (cell // 4)
    return x, y, x + BOX, y + BOX


def boxes(rows: Sequence[tuple[object, ...]], model: str) -> pl.DataFrame:
    """Rows of study, box, x0, y0, x1, y1 and, for a model, a score."""
    names = ["study", "box", "x0", "y0", "x1", "y1", *(["score"] if model != "truth" else [])]
    kinds = {"study": pl.String, "box": pl.Int64} | dict.fromkeys(names[2:], pl.Float64)
    told = pl.DataFrame(rows, schema=kinds, orient="row")
    return told.with_columns(finding=pl.lit("x"), model=pl.lit(model), rows=SIDE, columns=SIDE)


def claim(floors: dict[str, float] | None = None, *, threshold: float = 0.5, **evidence: object) -> Claim:
    """Of finding x, all rows judged on the split test."""
    statement = {"name": "c", "finding": "x", "threshold": {"value": threshold}}
    return Claim.model_validate({"claim": statement, "floors": floors or {}, "evidence": evidence})


def by_name(figures: tuple[Figure, ...]) -> dict[str, Figure]:
    return {one.name: one for one in figures}
