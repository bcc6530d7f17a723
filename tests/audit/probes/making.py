"""Phantom radiographs of two hospitals with the boxes of their findings, a bundle that reads blobs, and a claim."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from onnx import helper

from fiducial.phantoms.dicom import write_dicom
from fiducial.phantoms.hospital import Hospital
from fiducial.phantoms.marker import Marker
from fiducial.phantoms.patient import Population
from fiducial.phantoms.scanner import Scanner
from models.making import CLASSIFIER, graph_of, write_bundle

SIDE = 96  # pixels
MARKED = 0.5  # of all patients, ill or not

MANIFEST = CLASSIFIER.replace('"bright"', '"opacity"').replace(
    '[[preparation]]\nstep = "window"\nwindows = [[50, 101]]',
    '[[preparation]]\nstep = "levels"\nlow = 1.0\nhigh = 99.0\n'
    '[[preparation]]\nstep = "resize"\nrows = 48\ncolumns = 48\nmethod = "area"',
)
CASE = """
[claim]
name = "opacity"
finding = "opacity"
threshold = {{ value = {threshold} }}
[floors]
auroc = 0.5
shortcut_energy = 0.9
shortcut_effect = 0.9
lesion_effect = 0.05
site_auroc = 0.95
[ladder]
required = ["shortcuts"]
[evidence]
cohort = "cohort.csv"
predictions = "predictions.csv"
bundle = "{bundle}"
probes = "probes"
internal = "all"
strata = ["site"]
"""
ALL_LOOKS = ("mask-border:2", "mask-corners:2", "mask-outside-body:1", "marker-added:3", "marker-removed:3")


def write_case(folder: Path, patients: int = 12, *, threshold: float = 0.5, bundle: str = "bundle") -> Path:
    """``cohort.csv`` with its boxes and images, ``bundle`` and ``claim.toml``; gives the path of the claim.

    ``bundle``: what the claim calls it.
    """
    rng = np.random.default_rng(0)
    scanner = Scanner("Phantom", "Test", matrix=SIDE)
    rows, boxes = [], []
    for site in ("Alder", "Birch"):
        seen = Population(prevalence=0.5, opacity_depth=(5.0, 6.0))
        hospital = Hospital(site, patients // 2, ((scanner, 1, 1),), Marker("R", MARKED, MARKED), seen, (1.0, 0.0, 0.0))
        for one in hospital.draw(rng):
            write_dicom(one, folder / f"{one.name}.dcm")
            rows.append((one.name, one.patient.id, f"{one.name}.dcm", site, int(one.patient.ill), "DX"))
            if box := one.opacity_box():
                boxes.append((one.name, "opacity", 0, *np.clip(box, 0, SIDE).tolist(), SIDE, SIDE))
    columns = ["study", "patient", "path", "site", "label.opacity", "tag.Modality"]
    pl.DataFrame(rows, schema=columns, orient="row").write_csv(folder / "cohort.csv")
    names = ["study", "finding", "box", "x0", "y0", "x1", "y1", "rows", "columns"]
    pl.DataFrame(boxes, schema=names, orient="row").write_parquet(folder / "cohort.regions.parquet")
    write_blob_bundle(folder / "bundle")
    (folder / "claim.toml").write_text(CASE.format(threshold=threshold, bundle=bundle))
    return folder / "claim.toml"


def write_blob_bundle(folder: Path, manifest: str = MANIFEST) -> Path:
    """A graph of one layer: what stands out from its surroundings by the width of an opacity, and by twice that."""
    kernel = np.stack([_blob(2.0), _blob(3.5)])[:, None].astype(np.float32)
    weight, bias = np.array([[400.0, 400.0]], np.float32), np.array([-11.5], np.float32)
    nodes = [
        helper.make_node("Conv", ["image", "kernel"], ["raw"], pads=[6, 6, 6, 6]),
        helper.make_node("Relu", ["raw"], ["map"]),
        helper.make_node("GlobalAveragePool", ["map"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
        helper.make_node("Gemm", ["features", "weight", "bias"], ["logits"]),
    ]
    outputs = {"logits": ("n", 1), "map": ("n", 2, "rows", "columns"), "features": ("n", 2)}
    constants = {"kernel": kernel, "weight": weight.T.copy(), "bias": bias}
    graph = graph_of(nodes, {"image": ("n", 1, "rows", "columns")}, outputs, constants)
    write_bundle(folder, manifest, graph)
    np.savez(folder / "head.npz", weight=weight, bias=bias)
    return folder


def _blob(width: float) -> npt.NDArray[np.float64]:
    """A bright middle and a dark ring that outweigh each other, (13, 13)."""
    y, x = np.mgrid[-6:7, -6:7]
    middle, ring = (np.exp(-(x**2 + y**2) / (2 * spread**2)) for spread in (width, 1.6 * width))
    return np.asarray(middle / middle.sum() - ring / ring.sum())
