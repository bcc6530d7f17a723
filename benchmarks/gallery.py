"""How soon a report with thousands of cases can be read: a page of real JPEGs, opened in Chromium."""

import re
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.chromium import CHROMIUM, open_page
from benchmarks.timing import Row
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Evidence, Provenance, RungResult, ShownCase, Verdict
from fiducial.report.page import page_html

CASES = 5_000
RUNS = 3
# Everything parsed, decoded as far as needed and laid out; then one keystroke in the search field, to the new layout.
_PROBE = """<script>addEventListener("load", () => {
  document.body.getBoundingClientRect();
  const opened = performance.now();
  const form = document.getElementById("filters"); form.text.value = "s49"; form.dispatchEvent(new Event("input"));
  document.body.getBoundingClientRect();
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  document.title = `opened ${opened} filtered ${performance.now() - opened} painted ${paint ? paint.startTime : -1}`;
});</script>"""


def gallery_opens() -> list[Row]:
    """Navigation to a laid-out page, and one keystroke in the search field; the best of RUNS."""
    if CHROMIUM is None:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        text = page_html(_evidence(folder)).replace("</body>", f"{_PROBE}</body>")
        page = folder / "report.html"
        page.write_text(text, encoding="utf-8")
        timed = [_open(page, folder / f"profile-{run}") for run in range(RUNS)]
    size = len(text) / 1e6
    opened, filtered = (min(column) / 1000 for column in zip(*timed, strict=True))
    return [
        Row(f"report with {CASES:,} cases ({size:.0f} MB) opens in Chromium", opened, "", None, "under 1 s"),
        Row(f"one keystroke filters {CASES:,} cases", filtered, "", None, "under 0.1 s"),
    ]


def _open(page: Path, profile: Path) -> tuple[float, float]:
    shown = open_page(page, profile, "--window-size=1100,900", "--dump-dom")
    told = re.search(r"<title>opened ([\d.]+) filtered ([\d.]+)", shown)
    if told is None:
        raise RuntimeError("the page did not finish loading")
    return float(told[1]), float(told[2])


def _evidence(folder: Path) -> Evidence:
    rng = np.random.default_rng(0)
    claim = {"name": "many", "finding": "x", "threshold": {"value": 0.5}}
    rungs = []
    for rung, cases in zip(("internal", "external"), np.array_split(np.arange(CASES), 2), strict=True):
        shown = tuple(_case(int(index), folder, rng) for index in cases)
        rungs.append(RungResult(rung, Verdict.HOLDS, (), "Made for timing.", cases=shown))
    made = Claim.model_validate({"claim": claim, "ladder": {"required": ["internal", "external"]}})
    return Evidence(made, tuple(rungs), Provenance({}, {}, 0, "made"), images=folder)


def _case(index: int, folder: Path, rng: np.random.Generator) -> ShownCase:
    noise = rng.normal(128, 40, (16, 16)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noise).resize((256, 256), Image.Resampling.BICUBIC).save(folder / f"{index}.jpg", quality=85)
    return ShownCase(f"s{index}", bool(index % 2), float(rng.random()), "made", f"{index}.jpg")
