"""Run every proof and write the table: ``python -m proofs.run docs/proofs.md``."""

import datetime
import sys
from pathlib import Path

from proofs.coverage import coverage_proofs
from proofs.fairness import fairness_proofs


def main(out: Path) -> None:
    """Simulate, print and write."""
    proofs = [*coverage_proofs(), *fairness_proofs()]
    lines = [
        "# Proofs",
        "",
        f"`make prove` on {datetime.datetime.now(tz=datetime.UTC).date()}: seeded simulations of what the ladder promises.",
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
