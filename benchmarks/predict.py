"""``predict`` on two processes against its parts, each measured bare in the same run; and what a CAM adds."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import polars as pl

import fiducial as fd
from benchmarks.network import write_network
from benchmarks.timing import Row, best_of
from fiducial.files.tables import write_table
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Answer, Study
from fiducial.models.explainers.cam import activation, head_of
from fiducial.models.reading import shown_clean
from fiducial.phantoms.dicom import write_dicom
from fiducial.phantoms.hidden_faults import FEWEST_PATIENTS, hospitals
from fiducial.scans.preparation.preparing import prepare
from fiducial.scans.read import read_scan

STUDIES = 400
WORKERS = 2
_DISTINCT = 20  # the others are further names (hard links) of these
_BATCH = 8
_MATRIX = 1024  # rows and columns of a radiograph


def predicting(studies: int = STUDIES) -> Iterator[Row]:
    """The whole, its parts, one study alone, and the map beside the score."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_network(folder / "bundle")
        paths = make_studies(folder, studies)
        model = fd.open_model(folder / "bundle")
        parts = bare(model, paths)
        took = in_processes(folder)
        parts["write"] = writing(folder)
        cpu = sum(parts[name] for name in ("decode", "prepare", "infer"))
        ideal = cpu * studies / WORKERS
        what = f"predict, {studies} radiographs, {WORKERS} processes that are up"
        yield Row(what, took, f"CPU time of decode, prepare, infer / {WORKERS}", ideal, "at least 0.9x")
        parts["overhead"] = took * WORKERS / studies - cpu - parts["write"]
        for name, seconds in parts.items():
            yield Row(
                f"predict: {name}, a study", seconds, "", None, f"{seconds / (took * WORKERS / studies):.0%} of all"
            )
        study = shown_clean(Study("a", (paths[0],)))
        yield Row(
            "one study, model loaded", best_of(lambda: model.answer([shown_clean(study.study)])), "", None, "under 1 s"
        )
        yield _cam(model, paths[:_BATCH])


def make_studies(folder: Path, count: int) -> list[Path]:
    """Phantom radiographs as DICOM, and the cohort table of them."""
    drawn = hospitals(FEWEST_PATIENTS)[0].draw(np.random.default_rng(0))[:_DISTINCT]
    drawn = [replace(one, scanner=replace(one.scanner, matrix=_MATRIX)) for one in drawn]
    paths = [folder / f"{number:04d}.dcm" for number in range(count)]
    for number, path in enumerate(paths):
        if number < len(drawn):
            write_dicom(drawn[number], path)
        else:
            os.link(paths[number % len(drawn)], path)
    names = [path.stem for path in paths]
    pl.DataFrame({"study": names, "path": [path.name for path in paths]}).write_csv(folder / "cohort.csv")
    return paths


def bare(model: BundleModel, paths: list[Path]) -> dict[str, float]:
    """CPU seconds a study of each part, one after the other in this process, batches as ``predict`` makes them."""
    spent = {"decode": 0.0, "prepare": 0.0, "infer": 0.0}
    for start in range(0, len(paths), _BATCH):
        began = process_time()
        scans = [read_scan(path) for path in paths[start : start + _BATCH]]
        read = process_time()
        pictures = [prepare(scan, model.bundle.steps).pixels.swapaxes(0, 1) for scan in scans]
        prepared = process_time()
        model.graph.run(np.concatenate(pictures), ["logits"])
        ended = process_time()
        for name, seconds in zip(spent, (read - began, prepared - read, ended - prepared), strict=True):
            spent[name] += seconds / len(paths)
    return spent


def in_processes(folder: Path) -> float:
    """Seconds of a run whose processes have been started and have opened the model."""
    options = fd.PredictOptions(workers=WORKERS)
    bundle, cohort, out = folder / "bundle", folder / "cohort.csv", folder / "predictions.parquet"
    fd.predict(bundle, cohort, out, options)
    start = perf_counter()
    found = fd.predict(bundle, cohort, out, options)
    seconds = perf_counter() - start
    if found.failed:
        raise RuntimeError(f"the benchmark's own studies failed: {found.failed}")
    return seconds


def writing(folder: Path) -> float:
    """Seconds a study of writing the table."""
    table = pl.read_parquet(folder / "predictions.parquet")
    return best_of(lambda: write_table(table, folder / "again.parquet")) / table.height


def _cam(model: BundleModel, paths: list[Path]) -> Row:
    batch = np.concatenate([prepare(read_scan(path), model.bundle.steps).pixels.swapaxes(0, 1) for path in paths])
    weight = head_of(model.bundle).weight[0]

    def scored() -> None:
        model.graph.run(batch, ["logits"])

    def explained() -> None:
        found = model.graph.run(batch, ["logits", "map"])
        activation(Answer(feature_map=found["map"]), weight)

    scored()
    without, beside = best_of(scored, 5), best_of(explained, 5)
    return Row(f"inference with CAM, {len(paths)} radiographs", beside, "without", without, "at least 0.95x")


if __name__ == "__main__":
    for line in predicting(int(sys.argv[1])):
        print(line.markdown())
