"""Run every proof and write the table: ``python -m proofs.run docs/proofs.md``."""

import datetime as dt
import sys
from pathlib import Path

from proofs.coverage import coverage_proofs
from proofs.fairness import fairness_proofs


def main(out: Path) -> None:
    """Simulate, print and write."""
    today = dt.datetime.now(tz=dt.UTC).date()
    proofs = [*coverage_proofs(), *fairness_proofs()]
    lines = [
        "# Proofs",
        "",
        f"`make prove` on {today}: seeded simulations of what the ladder promises.",
        "",
        "| what | should be | is | runs |",
        "| --- | --- | --- | --- |",
        *(proof.markdown() for proof in proofs),
    ]
    text = "\n".join(lines) + "\n"
    out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
