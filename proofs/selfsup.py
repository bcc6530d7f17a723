"""What does each start buy at 1, 10 and 100% of labels? ``python -m proofs.selfsup docs/proofs-selfsup.md``.

A phantom hospital without faults: one scanner, no marker, half of the patients ill. Needs ``pip install
'fiducial[learn]'``.
"""

import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image
from sklearn.datasets import load_sample_images

import fiducial as fd
from fiducial.claims.starts import Starts
from fiducial.phantoms.dicom import write_dicom
from fiducial.phantoms.hospital import Hospital
from fiducial.phantoms.patient import Population
from fiducial.phantoms.scanner import Scanner
from fiducial.report.charts import draw_png

SEEDS = int(os.environ.get("FIDUCIAL_SEEDS", "3"))
PATIENTS = int(os.environ.get("FIDUCIAL_PATIENTS", "600"))
SHARES = (0.01, 0.1, 1.0)
OBJECTIVES = {
    "simclr": "temperature = 0.2, crop = 0.4",
    "masked": "patch = 8, share = 0.6",
}
_SCANNER = Scanner("Phantom Works", "Upright 1", matrix=164, photons=60_000, black=0.4, white=4.6)
RECIPE = """
[recipe]
name = "{name}"
findings = ["{finding}"]
[data]
cohort = "{cohort}"
cache = "../cache"
[[preparation]]
step = "levels"
[[preparation]]
step = "resize"
rows = 64
columns = 64
method = "area"
[[preparation]]
step = "normalise"
mean = "fit"
[network]
backbone = "small:8"
[[augment]]
kind = "shift"
share = 0.06
[training]
batch = 64
ema = 0.9
monitor = "loss"
device = "cpu"
[[phases]]
name = "look"
epochs = 30
learning_rate = 3e-3
objective = {{ kind = "{kind}", {settings} }}
[[phases]]
name = "whole"
epochs = {epochs}
learning_rate = 3e-3
sampler = {{ kind = "balanced", size = 384 }}
"""


def write_hospital(folder: Path) -> None:
    """``cohort.parquet``: two thirds of the patients train, one third is judged."""
    hospital = Hospital(
        "Sound", PATIENTS, ((_SCANNER, 1.0, 1.0),), population=Population(prevalence=0.5), images=(1.0,)
    )
    rows = []
    for number, one in enumerate(hospital.draw(np.random.default_rng(8))):
        path = f"{one.name}.dcm"
        write_dicom(one, folder / path)
        split = "tune" if number % 3 == 2 else "train"
        rows.append((one.name, one.patient.id, path, split, int(one.patient.ill)))
    names = ["study", "patient", "path", "split", "label.opacity"]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(folder / "cohort.parquet")


def write_photographs(folder: Path) -> None:
    """400 grey squares of scikit-learn's two sample photographs; which of the two it is serves as a label."""
    folder.mkdir()
    rng, rows = np.random.default_rng(9), []
    for label, photograph in enumerate(load_sample_images().images):
        grey = np.asarray(Image.fromarray(photograph).convert("L"))
        for number in range(200):
            side = int(rng.integers(80, 240))
            top, left = (int(rng.integers(size - side)) for size in grey.shape)
            path = f"p{label}-{number}.png"
            Image.fromarray(grey[top : top + side, left : left + side]).save(folder / path)
            rows.append((path, path, path, "tune" if number % 10 == 0 else "train", label))
    names = ["study", "patient", "path", "split", "label.flower"]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(folder / "cohort.parquet")


def compared(folder: Path) -> Iterator[tuple[str, Starts]]:
    """For each objective: noise, a backbone that looked at photographs, one that looked at the hospital's images."""
    options = fd.AblateOptions(seeds=SEEDS, workers=int(os.environ.get("FIDUCIAL_WORKERS", "2")))
    for kind, settings in OBJECTIVES.items():
        told = {"cohort": "cohort.parquet", "kind": kind, "settings": settings}
        photographs = folder / "photographs" / f"{kind}.toml"
        photographs.write_text(RECIPE.format(name=kind, finding="flower", epochs=1, **told))
        fd.learn_bundle(photographs, folder / "photographs" / kind)
        weights = f"photographs-{kind}.safetensors"
        (folder / "photographs" / kind / "backbone.safetensors").replace(folder / "hospital" / weights)
        recipe = folder / "hospital" / f"{kind}.toml"
        recipe.write_text(RECIPE.format(name="opacity", finding="opacity", epochs=10, **told))
        over = [f"start=noise|{weights}|in-domain"]
        # One folder for both: what begins from noise is trained once.
        yield kind, fd.compare_starts(recipe, over, SHARES, folder / "comparison", options)


def main(out: Path) -> None:
    """Train, and write the page with a picture an objective."""
    pictures = out.parent / "pictures"
    lines = [*_head()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hospital").mkdir()
        write_hospital(folder / "hospital")
        write_photographs(folder / "photographs")
        for kind, found in compared(folder):
            (pictures / f"selfsup-{kind}.png").write_bytes(draw_png(found.curves[0], dpi=110)[0])
            lines += _section(kind, found)
    out.write_text("\n".join(lines), encoding="utf-8")
    print(out.read_text(encoding="utf-8"))


def _head() -> Iterator[str]:
    train = PATIENTS - PATIENTS // 3
    today = dt.datetime.now(tz=dt.UTC).date()
    yield from (
        "# Proofs: what each start bought",
        "",
        f"`python -m proofs.selfsup docs/proofs-selfsup.md`, {today}: `small:8` at 64 pixels on drawn radiographs of",
        f"one sound hospital, half of them ill; {train} patients to train, {PATIENTS // 3} to judge, {SEEDS} seeds,",
        "each of which also draws whose labels are used. [How](learn-selfsup.md). Not a medical device.",
        "",
        "*Photographs*: the backbone looked, by the same objective, at 360 squares of the two sample photographs of",
        "scikit-learn. That is a stand-in for natural-image weights, and far from ImageNet. *In-domain*: it looked at",
        f"the hospital's own {train} training images without their labels. All starts then learn the same labels in",
        "the same order.",
        "",
    )


def _section(kind: str, found: Starts) -> Iterator[str]:
    yield from (f"## {kind} ({OBJECTIVES[kind]})", "", f"![AUROC by share of labels](pictures/selfsup-{kind}.png)", "")
    yield "| labels | patients | start | AUROC | less that from noise | p (Holm) | |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for row in found.rows():
        area = f"{row['auroc']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        start = "photographs" if row["start"].startswith("photographs") else row["start"]
        told = "| |"
        if row["shown"] is not None:
            low, high = row["difference_low"], row["difference_high"]
            told = f"{row['difference']:+.3f} ({low:+.3f} to {high:+.3f}) | {row['p_holm']:.3f} | {row['shown']}"
        yield f"| {100 * row['share']:.4g}% | {row['patients_with_labels']} | {start} | {area} | {told} |"
    yield ""
    for what, reason in found.failed.items():
        yield from (f"No result for {what}: {reason}", "")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
