"""A detector without a network, judged as a detector: ``python blob_detector.py OUT [FRACATLAS]``.

It marks what is brighter than its surroundings (differences of Gaussians). On made-up images with bright discs it finds
most of them; on the radiographs of FracAtlas it marks the bright ends of bones, and the page says so: lesions found
against false positives, average precision, and what its marks make of healthy images.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from PIL import Image
from public_radiographs import with_facts_of_fracatlas
from scipy.ndimage import gaussian_filter, maximum_filter

import fiducial as fd
from fiducial.cohort.regions import regions_path

SIGMAS = (2.0, 4.0, 8.0)  # pixels of an image of half the size
MARKS = 8  # of an image at most
SIDE = 160


def marks(image: NDArray[np.float64], rows: int, columns: int) -> list[tuple[float, float, float, float, float]]:
    """The strongest blobs of an image of half the size: x0, y0, x1, y1 in whole pixels, score."""
    found = []
    for sigma in SIGMAS:
        response = gaussian_filter(image, sigma) - gaussian_filter(image, 1.6 * sigma)
        peaks = (response == maximum_filter(response, int(3 * sigma))) & (response > 0)
        for y, x in zip(*np.nonzero(peaks), strict=True):
            x0, x1 = np.clip([2 * (x + 0.5 - 1.8 * sigma), 2 * (x + 0.5 + 1.8 * sigma)], 0, columns).tolist()
            y0, y1 = np.clip([2 * (y + 0.5 - 1.8 * sigma), 2 * (y + 0.5 + 1.8 * sigma)], 0, rows).tolist()
            found.append((x0, y0, x1, y1, float(response[y, x] / (response[y, x] + 0.1))))
    return sorted(found, key=lambda one: -one[4])[:MARKS]


def detect(cohort: Path, finding: str, out: Path) -> Path:
    """The predictions of every image, and the marks in the regions table beside them."""
    predictions, regions = [], []
    for study, path in pl.read_parquet(cohort).select("study", "path").iter_rows():
        with Image.open(cohort.parent / path) as opened:
            columns, rows = opened.size
            half = np.asarray(opened.convert("L").reduce(2), dtype=np.float64) / 255
        found = marks(half, rows, columns)
        score = max((one[4] for one in found), default=0.0)
        predictions.append({"study": study, "finding": finding, "model": "blobs", "score": score})
        for box, (x0, y0, x1, y1, mark) in enumerate(found):
            place = {"x0": x0, "y0": y0, "x1": x1, "y1": y1, "rows": rows, "columns": columns}
            regions.append({"study": study, "finding": finding, "model": "blobs", "box": box, **place, "score": mark})
    pl.DataFrame(predictions).write_parquet(out)
    pl.DataFrame(regions).write_parquet(regions_path(out))
    return out


def discs(out: Path, images: int = 120) -> Path:
    """A cohort of noisy images, half of them with one or two bright discs, two images a patient."""
    rng = np.random.default_rng(0)
    (out / "images").mkdir(parents=True, exist_ok=True)
    y, x = np.mgrid[:SIDE, :SIDE]
    rows, drawn = [], []
    for number in range(images):
        study, ill = f"disc-{number:03d}", number % 4 < 2
        image = 0.4 + gaussian_filter(rng.normal(0, 1.0, (SIDE, SIDE)), 6)
        for box in range(int(rng.integers(1, 3)) if ill else 0):
            radius = rng.uniform(10, 18)
            at_x, at_y = rng.uniform(30, SIDE - 30, 2)
            image += rng.uniform(0.1, 0.3) * ((x - at_x) ** 2 + (y - at_y) ** 2 < radius**2)
            corners = {"x0": at_x - radius, "y0": at_y - radius, "x1": at_x + radius, "y1": at_y + radius}
            drawn.append({"study": study, "finding": "disc", "box": box, **corners, "rows": SIDE, "columns": SIDE})
        path = f"images/{study}.png"
        Image.fromarray((255 * image.clip(0, 1)).astype(np.uint8)).save(out / path)
        rows.append({"study": study, "patient": f"p{number // 2}", "path": path, "label.disc": int(ill)})
    pl.DataFrame(rows).write_parquet(out / "cohort.parquet")
    pl.DataFrame(drawn).write_parquet(regions_path(out / "cohort.parquet"))
    return out / "cohort.parquet"


def fracatlas(data: Path, out: Path) -> Path:
    """The cohort of the published layout; near-duplicates count as one patient."""
    cohort = out / "cohort.parquet"
    fd.write_cohort(fd.build_cohort(fd.Source(data, fd.Unit.IMAGE)).cohort, cohort)
    with_facts_of_fracatlas(data, pl.read_parquet(cohort)).write_parquet(cohort)
    return cohort


def main(out: Path, data: Path | None) -> None:
    """Build, detect, judge; print what the page says first."""
    out.mkdir(parents=True, exist_ok=True)
    cohort, finding = (discs(out), "disc") if data is None else (fracatlas(data, out), "fractured")
    found = fd.measure_detection(detect(cohort, finding, out / "blobs.parquet"), cohort)
    for one in found.findings:
        for alarm in one.alarms:
            print(f"Alarm: {alarm}")
        print(f"{one.finding}: {one.sentence}")
    for name, reason in found.refused.items():
        print(f"{name}: not shown. {reason}")
    print(f"Report: {found.save(out / 'froc')}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
