"""Make the bundles of the chest pipeline, and phantoms to run it on.

    python examples/pipelines/chest/make.py OUT

OUT then holds ``pipeline.toml``, ``decision.toml``, ``bundles/``, ``studies/`` and ``studies.csv``, which names them.
Sixteen small networks with fixed or random weights, none of them trained: their scores mean nothing clinically.
"""

import sys
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from fiducial.phantoms.acquisition import Acquisition
from fiducial.phantoms.dicom import to_dataset
from fiducial.phantoms.hospital import Hospital
from fiducial.phantoms.scanner import Scanner

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from networks import (  # noqa: E402  (it lies one folder up, for both pipelines)
    LARGE,
    SMALL,
    Floats,
    Network,
    blob,
    dark_inside,
    detector,
    ellipse,
    line,
    mean_of,
    random,
    regional,
    share,
)

LEFT, RIGHT = (0.48, 0.73, 0.25, 0.12), (0.48, 0.27, 0.25, 0.12)  # lungs: row, column, height, width
WHOLE = ('{ step = "levels", low = 0.0, high = 100.0 }',)  # lead and metal are brighter than bone
SCANNER = Scanner("Phantom Works", "Upright 1", matrix=256, photons=80_000, white=6.0)


def networks() -> list[Network]:
    """Thirteen classifiers, two detectors and a segmentation."""
    lungs = np.maximum(ellipse(SMALL, *LEFT), ellipse(SMALL, *RIGHT))
    left, right = mean_of(ellipse(SMALL, *LEFT)), mean_of(ellipse(SMALL, *RIGHT))
    heart = mean_of(ellipse(SMALL, 0.62, 0.56, 0.12, 0.2))
    bases = mean_of(np.maximum(ellipse(SMALL, 0.74, 0.2, 0.06, 0.08), ellipse(SMALL, 0.74, 0.8, 0.06, 0.08)))
    tops = mean_of(np.maximum(ellipse(SMALL, 0.25, 0.3, 0.08, 0.08), ellipse(SMALL, 0.25, 0.7, 0.08, 0.08)))
    middle = mean_of(ellipse(SMALL, 0.3, 0.5, 0.2, 0.04))
    both = mean_of(lungs)
    inside = np.maximum(ellipse(LARGE, 0.47, 0.73, 0.33, 0.17), ellipse(LARGE, 0.47, 0.27, 0.33, 0.17))
    return [
        regional("view", "ap-view", heart - both, scale=9, at=0.42),
        regional("rotation", "rotated", left - right, scale=25, at=0.16, fold=True),
        share("overexposure", "overexposed", above=0.08, scale=14, at=0.42, sign=-1),
        share("underexposure", "underexposed", above=0.92, scale=14, at=0.32),
        share("artefact", "artefact", above=0.985, scale=60, at=0.09),
        regional("opacity-a", "opacity", left - right, scale=16, at=0.10, fold=True),
        regional("opacity-b", "opacity", both, scale=14, at=0.445),
        regional("effusion", "effusion", bases - both, scale=10, at=0.38),
        regional("heart", "cardiomegaly", heart - both, scale=10, at=0.45),
        regional("pneumothorax", "pneumothorax", both - tops, scale=10, at=0.05),
        random("edema", "edema", seed=1),
        random("atelectasis", "atelectasis", seed=2),
        regional("device", "device", middle - tops, scale=10, at=0.35),
        detector("lucency", "lucency", [blob(5, sign=-1)], scale=45, at=0.095, cell=32),
        detector("tube", "tube", [line(1.2, 25)], scale=70, at=0.07, cell=32, steps=WHOLE),
        dark_inside("lung", "lung", inside, below=0.45),
    ]


def studies() -> dict[str, Dataset]:
    """Phantoms: as they come, with a drawn tube or a dark patch, and one of another body part."""
    hospital = Hospital("Alder", 6, ((SCANNER, 1.0, 1.0),), images=(1.0,))
    drawn = hospital.draw(np.random.default_rng(4))
    ill, healthy = ([one for one in drawn if one.patient.ill is truth] for truth in (True, False))
    plain = healthy[0]
    hand = _dataset(plain, plain.pixels())
    hand.BodyPartExamined = "HAND"
    portable = replace(ill[0], scanner=replace(SCANNER, view="AP", modality="CR"), marker="A")
    return {
        "healthy": _dataset(plain, plain.pixels()),
        "opacity": _dataset(ill[0], ill[0].pixels()),
        "opacity-portable": _dataset(portable, portable.pixels()),
        "tube": _dataset(healthy[1], _with_tube(healthy[1].pixels(), 0.42)),
        "tube-low": _dataset(healthy[1], _with_tube(healthy[1].pixels(), 0.9)),
        "lucency": _dataset(healthy[2], _with_lucency(healthy[2].pixels())),
        "hand": hand,
    }


def _dataset(acquisition: Acquisition, pixels: NDArray[np.uint16]) -> Dataset:
    dataset = to_dataset(acquisition)
    dataset.PixelData = pixels.astype("<u2").tobytes()
    return dataset


def _with_tube(pixels: NDArray[np.uint16], tip: float) -> NDArray[np.uint16]:
    """A bright upright line from above, which ends at ``tip`` of the height."""
    rows, columns = pixels.shape
    drawn = pixels.astype(np.float64)
    x = np.arange(columns) - 0.53 * columns
    drawn[: round(tip * rows)] += 1100 * np.exp(-(x**2) / 6)
    return np.clip(drawn, 0, SCANNER.brightest).astype(np.uint16)


def _with_lucency(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """A dark round patch in the lung on the viewer's left."""
    soft: Floats = ellipse(len(pixels), 0.36, 0.28, 0.07, 0.07)
    return np.where(soft > 0, pixels * 0.25, pixels).astype(np.uint16)


def make(out: Path) -> None:
    """Write everything that the pipeline needs, and studies."""
    (out / "bundles").mkdir(parents=True, exist_ok=True)
    (out / "studies").mkdir(exist_ok=True)
    for name in ("pipeline.toml", "decision.toml"):
        copyfile(HERE / name, out / name)
    for network in networks():
        print(network.pack(out / "bundles"))
    for name, dataset in studies().items():
        for level in ("SOP", "Series", "Study"):
            setattr(dataset, f"{level}InstanceUID", generate_uid(entropy_srcs=[level, name]))
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dcmwrite(out / "studies" / f"{name}.dcm", dataset, enforce_file_format=True)
    (out / "studies" / "cut-off.dcm").write_bytes((out / "studies" / "healthy.dcm").read_bytes()[:20_000])
    lines = ["study,path", *(f"{path.stem},studies/{path.name}" for path in sorted((out / "studies").glob("*.dcm")))]
    (out / "studies.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
