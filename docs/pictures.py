"""Render the pictures that README and docs show from the demo's reports and an example: ``make docs-pictures``.

Needs Chromium.
"""

import tempfile
from pathlib import Path

import fiducial as fd
from benchmarks.chromium import open_page
from examples import decision_page

PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Run the demo and an example in a scratch folder; take a picture of the naive report and of a decision."""
    with tempfile.TemporaryDirectory() as scratch:
        told = fd.tell_story(Path(scratch) / "demo")
        page = told.folder / "naive" / "report" / "report.html"
        shot = f"--screenshot={PICTURES / 'report.png'}"
        open_page(page, Path(scratch) / "profile", "--hide-scrollbars", "--window-size=1000,1500", shot)
        decision = fd.save_decision(decision_page.decided().document(), Path(scratch) / "decision.html")
        shot = f"--screenshot={PICTURES / 'decision.png'}"
        open_page(decision, Path(scratch) / "profile", "--hide-scrollbars", "--window-size=1000,1130", shot)


if __name__ == "__main__":
    main()
