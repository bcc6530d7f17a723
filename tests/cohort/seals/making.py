"""A claim of twelve studies on disk, to be sealed and then tampered with."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import fiducial as fd
from fiducial.cohort.seals.sealing import Seal

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
CLAIM = """[claim]
name = "c"
finding = "x"
threshold = { value = 0.5, chosen_on = "tune" }

[floors]
auroc = 0.8

[evidence]
cohort = "cohort.csv"
predictions = "predictions.csv"
labels = "labels.csv"
strata = ["sex"]
"""


def cohort() -> pl.DataFrame:
    """Four studies each of train, test and external; every other one is ill."""
    return pl.DataFrame(
        {
            "study": [f"s{number}" for number in range(12)],
            "patient": [f"p{number}" for number in range(12)],
            "split": [("train", "test", "external")[number % 3] for number in range(12)],
            "sex": ["F", "M"] * 6,
            "colour": ["red"] * 12,
            "label.x": [number % 2 for number in range(12)],
            "label.y": [0] * 12,
        }
    )


def lay(folder: Path, frame: pl.DataFrame | None = None, claim: str = CLAIM) -> Path:
    """The claim's path, with its cohort beside it."""
    folder.mkdir(exist_ok=True)
    (cohort() if frame is None else frame).write_csv(folder / "cohort.csv")
    (folder / "claim.toml").write_text(claim)
    return folder / "claim.toml"


def sealed(folder: Path, again: str | None = None) -> Seal:
    """A seal by Ada, at noon."""
    return fd.seal_cohort(folder / "claim.toml", by="Ada", again=again, clock=lambda: NOON)


def change(folder: Path, study: str, column: str, value: object) -> None:
    """Write another value into one cell of the cohort."""
    path = folder / "cohort.csv"
    frame = pl.read_csv(path, infer_schema=False)
    changed = pl.when(pl.col("study") == study).then(pl.lit(value, dtype=pl.String)).otherwise(pl.col(column))
    frame.with_columns(changed.alias(column)).write_csv(path)


def edit(folder: Path, old: str, new: str) -> None:
    """Write something else into the claim."""
    path = folder / "claim.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
