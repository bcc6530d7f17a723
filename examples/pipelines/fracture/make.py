"""Make the bundles of the fracture pipeline, and what to run it on: drawn bones, and FracAtlas where it is at hand.

    python examples/pipelines/fracture/make.py OUT [FRACATLAS]

OUT then holds ``pipeline.toml``, ``decision.toml``, ``bundles/``, ``studies/`` and ``studies.csv``; with a folder of
FracAtlas (Abedeen et al. 2023, doi:10.6084/m9.figshare.22363012) ``fracatlas.csv`` as well, which names its images and
their body parts. The three detectors look for small dark spots and lines. None was trained, their weights are fixed:
what they say means nothing clinically.
"""

import os
import sys
from pathlib import Path
from shutil import copyfile

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydicom import dcmwrite
from pydicom.uid import generate_uid

from fiducial.phantoms.dicom import to_dataset
from fiducial.phantoms.hospital import Hospital
from fiducial.phantoms.scanner import Scanner

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from networks import Network, blob, detector  # noqa: E402  (it lies one folder up, for both pipelines)

SIDE = 256  # pixels of a drawn study
PARTS = {"hand": "HAND", "leg": "LEG", "hip": "HIP", "shoulder": "SHOULDER"}  # column of FracAtlas -> body part
CLEARED = ('{ step = "levels", low = 0.5, high = 99.5 }', '{ step = "clahe" }')


def networks() -> list[Network]:
    """Three detectors of one finding: a fine one, one that sees more contrast, a coarse one."""
    return [
        detector("fine", "fracture", [blob(1.5, sign=-1)], scale=40, at=0.06),
        detector("contrast", "fracture", [blob(1.5, sign=-1), blob(2.5, sign=-1)], scale=30, at=0.09, steps=CLEARED),
        detector("coarse", "fracture", [blob(2.5, sign=-1)], scale=45, at=0.05),
    ]


def bone(*, broken: bool, seed: int) -> NDArray[np.float64]:
    """A long bone, 0 to 1, and where it is broken a dark line across it."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    thickness = np.clip(1 - ((x - 0.5) / 0.42) ** 2, 0, None)
    image = 0.15 + 0.7 * thickness
    if broken:
        image -= 0.35 * thickness * np.exp(-(((y - 0.5) - 0.5 * (x - 0.5)) ** 2) / 2e-4) * (np.abs(x - 0.5) < 0.12)
    return np.clip(image + np.random.default_rng(seed).normal(0, 0.01, image.shape), 0, 1)


def make(out: Path, fracatlas: Path | None = None) -> None:
    """Write everything that the pipeline needs, and studies."""
    (out / "bundles").mkdir(parents=True, exist_ok=True)
    (out / "studies").mkdir(exist_ok=True)
    for name in ("pipeline.toml", "decision.toml"):
        copyfile(HERE / name, out / name)
    for network in networks():
        print(network.pack(out / "bundles"))
    scanner = Scanner("Phantom Works", "Table 2", matrix=SIDE)
    frame = Hospital("Birch", 1, ((scanner, 1.0, 1.0),), images=(1.0,)).draw(np.random.default_rng(0))[0]
    for seed, (name, part, broken) in enumerate(
        (("intact", "HAND", False), ("broken", "HAND", True), ("broken-leg", "LEG", True), ("chest", "CHEST", False))
    ):
        dataset = to_dataset(frame)
        dataset.BodyPartExamined, dataset.StudyDescription = part, "Drawn bones"
        for level in ("SOP", "Series", "Study"):
            setattr(dataset, f"{level}InstanceUID", generate_uid(entropy_srcs=[level, name]))
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.PixelData = (bone(broken=broken, seed=seed) * scanner.brightest).astype("<u2").tobytes()
        dcmwrite(out / "studies" / f"{name}.dcm", dataset, enforce_file_format=True)
    lines = ["study,path", *(f"{path.stem},studies/{path.name}" for path in sorted((out / "studies").glob("*.dcm")))]
    (out / "studies.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if fracatlas is not None:
        name_fracatlas(fracatlas, out)


def name_fracatlas(folder: Path, out: Path) -> None:
    """``fracatlas.csv``: study, path, body part and label of every image of a FracAtlas folder."""
    table = pl.read_csv(folder / "metadata.csv")
    part = pl.coalesce(pl.when(pl.col(column) == 1).then(pl.lit(name)) for column, name in PARTS.items())
    images = os.path.relpath(folder / "images", out)
    table.select(
        study=pl.col("image_id").str.strip_suffix(".jpg"),
        path=pl.format("{}/{}", pl.lit(images), "path"),
        body_part=pl.when(pl.col("mixed") == 0).then(part),
        **{"label.fracture": pl.col("fractured")},
    ).write_csv(out / "fracatlas.csv")


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
