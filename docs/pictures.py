"""Render the pictures that README and docs show from the demo's reports: ``make docs-pictures`` (needs Chromium)."""

import subprocess
import tempfile
from pathlib import Path

import fiducial as fd

PICTURES = Path(__file__).parent / "pictures"
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]


def main() -> None:
    """Run the demo in a scratch folder and take a picture of the naive report."""
    with tempfile.TemporaryDirectory() as scratch:
        told = fd.tell_story(Path(scratch) / "demo")
        page = told.folder / "naive" / "report" / "report.html"
        profile = f"--user-data-dir={scratch}/profile"
        shot = f"--screenshot={PICTURES / 'report.png'}"
        command = ["chromium", *QUIET, profile, "--window-size=1000,1500", shot, f"file://{page}"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  (our own)


if __name__ == "__main__":
    main()
