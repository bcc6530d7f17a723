"""How fast a recipe learns, against a bare step of its network: ``python -m benchmarks.learn OUT.md``.

Both are measured in one process, one after the other. Needs ``pip install 'fiducial[learn]'``. On a GPU:
``--device cuda --batch 256 --pixels 256 --network timm:efficientnet_b0 --precision bf16-mixed --channels-last``.
"""

import argparse
import datetime as dt
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl
import torch
from PIL import Image

from fiducial.learn.cache import Preparing, open_cache
from fiducial.learn.learning import gather_material, train_network
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.recipe import Located, Recipe
from fiducial.models.contract import Study
from fiducial.phantoms.dicom import write_dicom
from fiducial.phantoms.hidden_faults import FEWEST_PATIENTS, hospitals
from fiducial.scans.preparation.preparing import parse_steps

_STORED = 1024  # rows and columns of a picture on the disk


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    out: Path
    device: str
    network: str
    pixels: int
    batch: int
    precision: str
    channels_last: bool
    compile: bool
    workers: int
    images: int


@dataclass(frozen=True, slots=True)
class Line:
    """``rate``: images a second; ``told``: what it is held against."""

    what: str
    rate: float
    told: str


def preparing(folder: Path, pixels: int, count: int = 40) -> Iterator[Line]:
    """Decode and prepare on one core, and read what was prepared."""
    steps = parse_steps([{"step": "levels"}, {"step": "resize", "rows": pixels, "columns": pixels}], where="benchmark")
    rng = np.random.default_rng(0)
    shown = []
    for place in range(count):
        path = folder / f"{place}.png"
        Image.fromarray(rng.integers(0, 255, (_STORED, _STORED), np.uint8)).save(path)
        shown.append(Study(str(place), (path,)))
    scans = []
    for place, drawn in enumerate(hospitals(FEWEST_PATIENTS)[0].draw(rng)[:count]):
        path = folder / f"{place}.dcm"
        write_dicom(replace(drawn, scanner=replace(drawn.scanner, matrix=_STORED)), path)
        scans.append(Study(f"d{place}", (path,)))
    work = Preparing(steps)
    for kind, studies in ((f"PNG of {_STORED} px", shown), (f"DICOM of {_STORED} px", scans)):
        began = perf_counter()
        for study in studies:
            work(study)
        yield Line(f"decode and prepare, one core, {kind} to {pixels} px", len(studies) / (perf_counter() - began), "")
    cache = open_cache(shown, work, folder / "cache")
    began = perf_counter()
    for study in shown * 5:
        cache.read(study.study)
    yield Line(f"read from the mapped cache, {pixels} px", 5 * len(shown) / (perf_counter() - began), "checked by CRC")


def learning(folder: Path, asked: Asked) -> Iterator[Line]:
    """The recipe's epochs and a bare step on one batch that lies in the memory."""
    located = Located(_recipe(asked), folder)
    _cohort(folder, asked.images)
    material = gather_material(located)
    train_network(located, material, folder / "run")
    speed = pl.read_csv(folder / "run" / "speed.csv").tail(-1)  # the first epoch warms up
    bare = _bare(asked)
    rate = max(speed["images_per_second"].to_list())
    what = f"{asked.network}, {asked.pixels} px, batch {asked.batch}, {asked.precision}, {asked.device}"
    what += f"{', channels last' if asked.channels_last else ''}{', compiled' if asked.compile else ''}"
    yield Line(f"bare step of a synthetic batch: {what}", bare, "")
    told = f"{rate / bare:.0%} of the bare step (aim 90%)"
    yield Line(f"recipe from cached data, {asked.workers} loaders: {what}", rate, told)
    waited = min(speed["waited"].to_list())
    yield Line("its step waits for data", waited, "share of the time (aim under 0.05)")


def _recipe(asked: Asked) -> Recipe:
    return Recipe.model_validate({
        "recipe": {"name": "speed", "findings": ["square"]},
        "data": {"cohort": "cohort.csv"},
        "preparation": [{"step": "levels"}, {"step": "resize", "rows": asked.pixels, "columns": asked.pixels}],
        "network": {"backbone": asked.network},
        "training": {
            "batch": asked.batch, "device": asked.device, "precision": asked.precision, "workers": asked.workers,
            "channels_last": asked.channels_last, "compile": asked.compile, "deterministic": False,
        },
        "phases": [{"name": "whole", "epochs": 4, "learning_rate": 1e-3}],
    })  # fmt: skip


def _cohort(folder: Path, images: int) -> None:
    rng = np.random.default_rng(1)
    for place in range(images + 16):
        Image.fromarray(rng.integers(0, 255, (64, 64), np.uint8)).save(folder / f"c{place}.png")
    rows = range(images + 16)
    table = {
        "study": [f"c{place}" for place in rows],
        "patient": [f"p{place}" for place in rows],
        "path": [f"c{place}.png" for place in rows],
        "split": ["train"] * images + ["tune"] * 16,
        "label.square": [place % 2 for place in rows],
    }
    pl.DataFrame(table).write_csv(folder / "cohort.csv")


def _bare(asked: Asked, steps: int = 6) -> float:
    """Forward, backward and AdamW on one batch, as a loop without anything else would do it."""
    device = torch.device(asked.device)
    layout = torch.channels_last if asked.channels_last else torch.contiguous_format
    network = Classifier((asked.network,), 1, 1).to(device).train()
    network.to(memory_format=layout)  # type: ignore[call-overload]  # torch takes it, its stubs do not know
    forward = torch.compile(network) if asked.compile else network
    optimiser = torch.optim.AdamW(network.parameters())
    images = torch.randn(asked.batch, 1, asked.pixels, asked.pixels, device=device).contiguous(memory_format=layout)
    truth = torch.ones(asked.batch, 1, device=device)
    mixed = torch.autocast(device.type, torch.bfloat16) if "bf16" in asked.precision else nullcontext()

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        with mixed:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(forward(images)[0], truth)
        loss.backward()
        optimiser.step()

    for _ in range(2):
        step()
    _done(device)
    took = []
    for _ in range(steps):
        began = perf_counter()
        step()
        _done(device)
        took.append(perf_counter() - began)
    return asked.batch / min(took)


def _done(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def main() -> None:
    """Measure and write."""
    asked = _asked()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "prepare").mkdir()
        lines = [*preparing(folder / "prepare", asked.pixels), *learning(folder, asked)]
    cores = f"{os.cpu_count()} cores of {platform.machine()}"
    machine = torch.cuda.get_device_name() if asked.device == "cuda" else cores
    told = [
        "# How fast recipes learn",
        "",
        f"`make bench-learn`, {dt.datetime.now(tz=dt.UTC).date()}, {machine}, torch {torch.__version__}.",
        "",
        "| what | images/s | |",
        "| --- | --- | --- |",
        *(f"| {line.what} | {line.rate:.3g} | {line.told} |" for line in lines),
        "",
    ]
    asked.out.write_text("\n".join(told), encoding="utf-8")
    print("\n".join(told))


def _asked() -> Asked:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--network", default="timm:efficientnet_b0")
    parser.add_argument("--pixels", type=int, default=96)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--precision", default="32-true")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--images", type=int, default=256)
    return Asked(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
