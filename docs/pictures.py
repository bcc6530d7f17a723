"""Render the pictures that README and docs show, from the demo and the examples: ``make docs-pictures``.

Pages need Chromium.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copyfile

import fiducial as fd
from benchmarks.chromium import open_page
from examples import decision_page

PICTURES = Path(__file__).parent / "pictures"
CHEST = Path(__file__).parents[1] / "examples" / "pipelines" / "chest" / "make.py"


def main() -> None:
    """Run the demo, an example and the chest pipeline in a scratch folder; take a picture of what each shows."""
    with tempfile.TemporaryDirectory() as scratch:
        told = fd.tell_story(Path(scratch) / "demo")
        page = told.folder / "naive" / "report" / "report.html"
        shot = f"--screenshot={PICTURES / 'report.png'}"
        open_page(page, Path(scratch) / "profile", "--hide-scrollbars", "--window-size=1000,1500", shot)
        decision = fd.save_decision(decision_page.decided().document(), Path(scratch) / "decision.html")
        shot = f"--screenshot={PICTURES / 'decision.png'}"
        open_page(decision, Path(scratch) / "profile", "--hide-scrollbars", "--window-size=1000,1130", shot)
        chest = Path(scratch) / "chest"
        subprocess.run([sys.executable, str(CHEST), str(chest)], check=True)  # noqa: S603  (our own)
        fd.run_pipeline(chest, [chest / "studies.csv"], chest / "results")
        copyfile(chest / "results" / "overlays" / "lucency.png", PICTURES / "pipeline.png")


if __name__ == "__main__":
    main()
