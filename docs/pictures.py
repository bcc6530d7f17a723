"""Render the pictures that README and docs show from the demo's reports: ``make docs-pictures`` (needs Chromium)."""

import tempfile
from pathlib import Path

import fiducial as fd
from benchmarks.chromium import open_page

PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Run the demo in a scratch folder and take a picture of the naive report."""
    with tempfile.TemporaryDirectory() as scratch:
        told = fd.tell_story(Path(scratch) / "demo")
        page = told.folder / "naive" / "report" / "report.html"
        shot = f"--screenshot={PICTURES / 'report.png'}"
        open_page(page, Path(scratch) / "profile", "--hide-scrollbars", "--window-size=1000,1500", shot)


if __name__ == "__main__":
    main()
