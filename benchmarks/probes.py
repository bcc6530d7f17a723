"""Applying each stress condition, and probing k of them against k bare passes: ``python -m benchmarks.probes``."""

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import polars as pl
from onnx import TensorProto, helper, numpy_helper

import fiducial as fd
from benchmarks.timing import Row, best_of
from fiducial import plugins
from fiducial.errors import UnusableInput
from fiducial.models.reading import read_study, shown_under, studies_of
from fiducial.phantoms.dicom import write_dicom
from fiducial.phantoms.hospital import Hospital
from fiducial.phantoms.marker import Marker
from fiducial.phantoms.scanner import Scanner
from fiducial.phantoms.specimens import head, specimen
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.stress import Stress, condition, conditions_for, every_severity
from fiducial.scans.scan import Scan

STUDIES = 12
SIDE = 512  # pixels of an image; a network sees 224 of them
SEVERITY: Severity = 3
CONDITIONS = 50
WIDTHS = (1, 16, 32, 64, 128)

_MANIFEST = """
schema = "fiducial.bundle/1"
name = "benchmark"
version = "1.0.0"
task = "classification"
licence = "Apache-2.0"
[graph]
file = "model.onnx"
[outputs]
logits = "logits"
features = "features"
map = "map"
head = "head.npz"
[[findings]]
name = "opacity"
[[preparation]]
step = "levels"
[[preparation]]
step = "resize"
rows = 224
columns = 224
method = "area"
"""
_CLAIM = """
[claim]
name = "benchmark"
finding = "opacity"
threshold = { value = 0.5 }
[evidence]
cohort = "cohort.csv"
bundle = "model"
internal = "all"
"""


def probes() -> Iterator[Row]:
    """One row for probing, then one a condition."""
    with tempfile.TemporaryDirectory() as scratch:
        yield _probing(Path(scratch), CONDITIONS)
    for name in plugins.names("conditions"):
        yield _applied(name)


def _applied(name: str) -> Row:
    """On a radiograph, or on one slice of a CT or MR; on neighbours too where it averages them."""
    kind = next(iter(condition(name).modalities), None)
    scan = head(side=SIDE, slices=1) if name == "skull-strip" else specimen(kind, side=SIDE, slices=1)
    try:
        seconds = best_of(lambda: _under(name, scan))
    except UnusableInput:  # a single slice
        scan = specimen(kind, side=SIDE, slices=11)
        seconds = best_of(lambda: _under(name, scan))
    many = f"{len(scan.array)} x {SIDE} x {SIDE}"
    return Row(f"apply {name}:{SEVERITY}, {many}", seconds, "", None, "")


def _under(name: str, scan: Scan) -> Scan:
    return Stress(((name, SEVERITY),)).apply(scan, seed=0, study="s")


def _probing(folder: Path, count: int) -> Row:
    """Both in this process, one after the other: what a core costs."""
    write_case(folder)
    every = every_severity(conditions_for("DX"))
    stresses = every[:: max(1, len(every) // count)][:count]
    plan = fd.ProbePlan(conditions=tuple(map(str, stresses)), workers=1)
    ours = best_of(lambda: fd.probe_claim(folder / "claim.toml", folder / "probes", plan), 2)
    theirs = best_of(lambda: _bare(folder, stresses), 2)
    what = f"probe {len(stresses)} conditions on {STUDIES} radiographs of {SIDE} x {SIDE}, saliency and features too"
    peer = "the same changes and as many bare passes"
    return Row(what, ours, peer, theirs, "within 1.2x of its time")


def _bare(folder: Path, stresses: tuple[Stress, ...]) -> None:
    """Decode, then change, prepare and infer one by one."""
    model = fd.open_model(folder / "model")
    for study in studies_of(fd.read_cohort(folder / "cohort.csv")):
        scan = read_study(study)
        for stress in (Stress(), *stresses):
            model.answer([shown_under(study, scan, stress, 0)])


def write_case(folder: Path) -> None:
    """Phantom radiographs, a network of four layers with random weights, and a claim about both."""
    scanner = Scanner("Phantom", "Benchmark", matrix=SIDE)
    hospital = Hospital("Alder", STUDIES, ((scanner, 1, 1),), Marker("R", 0.5, 0.5), images=(1.0, 0.0, 0.0))
    rows = []
    for one in hospital.draw(np.random.default_rng(0)):
        write_dicom(one, folder / f"{one.name}.dcm")
        rows.append((one.name, f"{one.name}.dcm", int(one.patient.ill), "DX"))
    columns = ["study", "path", "label.opacity", "tag.Modality"]
    pl.DataFrame(rows, schema=columns, orient="row").write_csv(folder / "cohort.csv")
    (folder / "model").mkdir()
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(1, WIDTHS[-1])).astype(np.float32)
    onnx.save(_network(rng, weight), folder / "model" / "model.onnx")
    np.savez(folder / "model" / "head.npz", weight=weight, bias=np.zeros(1, np.float32))
    (folder / "model" / "bundle.toml").write_text(_MANIFEST, encoding="utf-8")
    (folder / "claim.toml").write_text(_CLAIM, encoding="utf-8")


def _network(rng: np.random.Generator, weight: npt.NDArray[np.float32]) -> onnx.ModelProto:
    nodes, constants, name = [], {"weight": weight.T.copy(), "bias": np.zeros(1, np.float32)}, "image"
    for layer, (before, after) in enumerate(pairwise(WIDTHS)):
        constants[f"k{layer}"] = rng.normal(0, (2 / 9 / before) ** 0.5, (after, before, 3, 3)).astype(np.float32)
        out = "map" if after == WIDTHS[-1] else f"x{layer}"
        conv = helper.make_node("Conv", [name, f"k{layer}"], [f"c{layer}"], pads=[1] * 4, strides=[2, 2])
        nodes += [conv, helper.make_node("Relu", [f"c{layer}"], [out])]
        name = out
    nodes += [
        helper.make_node("GlobalAveragePool", ["map"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
        helper.make_node("Gemm", ["features", "weight", "bias"], ["logits"]),
    ]
    shapes = {"logits": ("n", 1), "features": ("n", WIDTHS[-1]), "map": ("n", WIDTHS[-1], "h", "w")}
    ends = [helper.make_tensor_value_info(one, TensorProto.FLOAT, shape) for one, shape in shapes.items()]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ("n", 1, "rows", "columns"))
    stored = [numpy_helper.from_array(values, one) for one, values in constants.items()]
    graph = helper.make_graph(nodes, "network", [image], ends, stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


if __name__ == "__main__":
    for row in probes():
        print(row.markdown(), flush=True)
