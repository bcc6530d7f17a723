"""A vendor sends one CSV of scores. What can be said about it, and what would have to be known?

    python examples/vendor_csv.py

Everything here is drawn from a seeded generator; no patient stands behind it.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl

import fiducial as fd


def vendor_table(seed: int = 0, patients: int = 900) -> pl.DataFrame:
    """Scores of a detector that calls almost everyone ill, as a vendor might send them."""
    rng = np.random.default_rng(seed)
    ill = rng.random(patients) < 0.65
    score = np.clip(rng.normal(0.62 + 0.2 * ill, 0.12), 0, 1)
    return pl.DataFrame(
        {
            "subject": [f"v{index:04d}" for index in range(patients)],
            "fracture": ill.astype(int),
            "probability": score.round(4),
            "sex": rng.choice(["F", "M"], patients),
            "age": rng.integers(18, 90, patients),
        }
    )


def main(folder: Path) -> None:
    """Write the CSV, audit it, and print what was found."""
    folder.mkdir(parents=True, exist_ok=True)
    vendor_table().write_csv(folder / "vendor.csv")
    draft = fd.draft_claim(
        folder / "vendor.csv",
        finding="fracture",
        threshold=0.5,
        floors={"sensitivity": 0.9, "specificity": 0.8},
        columns={"patient": "subject", "label": "fracture", "score": "probability"},
    )
    evidence = fd.climb(draft)
    for result in evidence.rungs:
        print(f"{result.rung}: {result.verdict}. {result.sentence}")
        print(*(f"  Alarm: {alarm}" for alarm in result.alarms), *(f"  {note}" for note in result.notes), sep="\n")
    print(*evidence.hints, sep="\n")
    print("Report:", evidence.save(folder / "report"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "vendor"))
