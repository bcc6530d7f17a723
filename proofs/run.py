"""Run every proof and write the table: ``python -m proofs.run docs/proofs.md``."""

import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from proofs.coverage import Proof, coverage_proofs
from proofs.nulls import LEFT_OUT, null_proofs


def main(out: Path) -> None:
    """Simulate, print and write."""
    today = dt.datetime.now(tz=dt.UTC).date()
    lines = [
        "# Proofs",
        "",
        f"`make prove` on {today}: seeded simulations of what the package promises. A row holds where the 95% interval",
        "of what was seen includes what should be, or lies on its good side.",
        "",
        "## How often an interval holds the truth",
        "",
        *_table(coverage_proofs()),
        "",
        "## How often a test speaks up where nothing is wrong",
        "",
        "Patients bring several images that are alike in label, columns and score; nothing goes with anything else.",
        "",
        *_table(null_proofs()),
        "",
        "What is left out:",
        "",
        *LEFT_OUT,
    ]
    text = "\n".join(lines) + "\n"
    out.write_text(text, encoding="utf-8")
    print(text)


def _table(proofs: Iterable[Proof]) -> Iterator[str]:
    yield "| what | should be | is | runs | holds |"
    yield "| --- | --- | --- | --- | --- |"
    for proof in proofs:
        yield proof.markdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
