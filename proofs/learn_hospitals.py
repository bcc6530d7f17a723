"""What diversity and mining make of a model that learned a marker. ``python -m proofs.learn_hospitals OUT.md``.

Three phantom hospitals with known truth: Alder lays a marker on its ill, Birch sends its ill to another scanner, Cedar
is sound and stays outside. Needs ``pip install 'fiducial[learn]'``.
"""

import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import polars as pl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import fiducial as fd
from fiducial.phantoms.hidden_faults import write_hospitals_with_hidden_faults
from fiducial.stats.intervals import Interval
from fiducial.stats.roc import auroc, delong

PATIENTS = int(os.environ.get("FIDUCIAL_PATIENTS", "900"))
SEEDS = int(os.environ.get("FIDUCIAL_SEEDS", "3"))
RUNGS = ("internal", "external", "baselines", "shortcuts")
DEMANDED = """[evidence]
bundle = "opacity.fidu"
cohort = "../split.parquet"
predictions = "predictions.parquet"
probes = "probes"
external_by = ["site"]

[floors]
largest_drop = 0.1
lead_over_baselines = 0.0
shortcut_effect = 0.1
"""
ARMS = ("plain", "diverse", "diverse, mined")
DIVERSE = {  # the first that is drawn is shown: half of the time something is done about markers, else about scanners
    "marker-added": 0.2,
    "marker-removed": 0.25,
    "mask-border": 0.35,
    "resolution": 0.4,
    "xray-exposure-curve": 0.5,
    "xray-detector-noise": 0.6,
}
RECIPE = """
[recipe]
name = "opacity"
findings = ["opacity"]
seed = {seed}
[data]
cohort = "split.parquet"
cache = "cache"
{mined}
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
{after}
[sampler]
kind = "{sampler}"
[[augment]]
kind = "shift"
share = 0.05
{augment}
[training]
batch = 16
ema = 0.95
device = "cpu"
[[phases]]
name = "whole"
epochs = {epochs}
learning_rate = {rate}
[export]
rule = "specificity >= 0.8"
support = "none"
floors = {{ auroc = 0.8 }}
"""


@dataclass(frozen=True, slots=True)
class Area:
    """An AUROC and its interval by patient."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        """For the table."""
        return f"{self.value:.3f} ({self.interval.low:.3f} to {self.interval.high:.3f})"


@dataclass(frozen=True, slots=True)
class Arm:
    """``internal``: on test patients of Alder and Birch; ``external``: on Cedar. ``ladder``: verdicts of its claim."""

    name: str
    seed: int
    internal: Area
    external: Area
    ladder: str
    looks_at: str


def world(folder: Path, seed: int) -> None:
    """The hospitals, split by patient, Cedar outside."""
    write_hospitals_with_hidden_faults(folder / "hospitals", seed=seed, patients=PATIENTS)
    built = fd.build_cohort(fd.Source(folder / "hospitals", fd.Unit.IMAGE)).cohort
    split = fd.split_cohort(built, fd.SplitRecipe(by=("patient", "site"), hold_out={"site": ("Cedar",)}, seed=seed))
    fd.write_cohort(split.cohort, folder / "split.parquet")


def arms(folder: Path, seed: int) -> Iterator[Arm]:
    """Plain, with protocol diversity, and with mined negatives after that."""
    augment = "\n".join(
        f'[[augment]]\nkind = "condition"\ncondition = "{one}"\nseverities = [2, 3, 4, 5]\nprobability = {share}'
        for one, share in DIVERSE.items()
    )
    first = {"seed": seed, "sampler": "balanced", "epochs": 16, "rate": "5e-3", "mined": "", "after": ""}
    yield _arm(folder, "plain", {**first, "augment": ""})
    yield _arm(folder, "diverse", {**first, "augment": augment, "epochs": 60})
    mined = fd.mine_negatives(folder / "diverse" / "opacity.fidu", folder / "split.parquet", fd.MineOptions(most=60))
    fd.save_list(mined, folder / "hard.csv")
    # The reader is the truth of the phantoms: whoever is labelled healthy is healthy.
    pl.read_csv(folder / "hard.csv").with_columns(decision=pl.lit("keep")).write_csv(folder / "hard.csv")
    after = 'after = "diverse/network.safetensors"'
    told = {
        **first,
        "augment": augment,
        "mined": 'mined = "hard.csv"',
        "after": after,
        "sampler": "mined",
        "epochs": 12,
    }
    yield _arm(folder, "diverse, mined", {**told, "rate": "2e-3"})


def _arm(folder: Path, name: str, told: dict[str, object]) -> Arm:
    recipe = folder / f"{name}.toml"
    recipe.write_text(RECIPE.format(**told), encoding="utf-8")
    learned = fd.learn_bundle(recipe, folder / name)
    fd.predict(learned.packed, folder / "split.parquet", folder / name / "predictions.parquet")
    cohort = pl.read_parquet(folder / "split.parquet").select("study", "patient", "split", "label.opacity")
    rows = pl.read_parquet(folder / name / "predictions.parquet").join(cohort, on="study")
    looks = fd.mine_negatives(learned.packed, folder / "split.parquet", fd.MineOptions(most=20))
    common = ", ".join(f"{group} {count}" for group, count in list(looks.groups.items())[:3])
    ladder = _ladder(learned.folder / "claims" / "opacity.toml", folder / name)
    return Arm(name, int(str(told["seed"])), _area(rows, "test"), _area(rows, "external"), ladder, common)


def _ladder(draft: Path, folder: Path) -> str:
    """The claim that the bundle brings, with floors that somebody who would use it would set."""
    claim = folder / "claim.toml"
    claim.write_text(draft.read_text(encoding="utf-8").replace("[floors]\n", DEMANDED), encoding="utf-8")
    fd.probe_claim(claim, folder / "probes", fd.ProbePlan(("marker-removed:3", "mask-corners:3"), most=150))
    rungs = {one.rung: one for one in fd.climb(claim).rungs}
    alarms = [alarm for name in ("shortcuts", "external") for alarm in rungs[name].alarms]
    return "; ".join([", ".join(f"{name} {rungs[name].verdict}" for name in RUNGS), *alarms])


def _area(rows: pl.DataFrame, split: str) -> Area:
    part = rows.filter((pl.col("split") == split) & pl.col("score").is_not_null())
    truth, score = part["label.opacity"].to_numpy() == 1, part["score"].to_numpy()
    patient = part["patient"].rank("dense").to_numpy().astype(np.int64)
    return Area(auroc(truth, score), delong(truth, score, patient).logit_interval())


def main(out: Path) -> None:
    """All seeds, the page and the picture."""
    found = []
    for seed in range(1, SEEDS + 1):
        with tempfile.TemporaryDirectory() as name:
            world(Path(name), seed)
            found += list(arms(Path(name), seed))
    _draw(found, out.parent / "pictures" / "learn-hospitals.png")
    out.write_text(_page(found), encoding="utf-8")
    print(out.read_text(encoding="utf-8"))


def _page(found: list[Arm]) -> str:
    lines = [
        "# A marker, unlearned",
        "",
        f"`python -m proofs.learn_hospitals docs/proofs-learn-hospitals.md`, {dt.datetime.now(tz=dt.UTC).date()}.",
        f"{PATIENTS} phantom patients a seed; Alder lays a marker on 96% of its ill and 2% of its healthy, Birch sends",
        "96% of its ill to a portable scanner, Cedar is sound and external. `small:8` at 64 pixels from noise. These",
        "are no patients: figures say whether a method works. Not a medical device.",
        "",
        "| seed | recipe | AUROC internal (95%) | external (95%) | internal less external | hard negatives look at |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in found:
        gap = one.internal.value - one.external.value
        lines.append(f"| {one.seed} | {one.name} | {one.internal} | {one.external} | {gap:+.3f} | {one.looks_at} |")
    lines += ["", "Over the seeds:", ""]
    for name in ARMS:
        gaps = [one.internal.value - one.external.value for one in found if one.name == name]
        areas = [one.external.value for one in found if one.name == name]
        lines.append(f"- {name}: external {np.mean(areas):.3f}, gap {np.mean(gaps):+.3f} (aim: within 0.030)")
    lines += [
        "",
        "What the ladder says of the claim that each bundle brings, with floors for drops, rivals and shortcuts:",
        "",
    ]
    lines += [f"- seed {one.seed}, {one.name}: {one.ladder}" for one in found]
    told = ", ".join(f"{name} {share:g}" for name, share in DIVERSE.items())
    lines += ["", f"Diverse: an image is shown under the first condition that is drawn of {told}."]
    lines += ["Mined: 60 hard negatives of the training split, kept as their truth is known, 30% of each epoch of a"]
    lines += ["further phase.", ""]
    return "\n".join([*lines, "![internal and external areas](pictures/learn-hospitals.png)", ""])


def _draw(found: list[Arm], path: Path) -> None:
    figure = Figure(figsize=(6, 3), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for place, name in enumerate(ARMS):
        some = [one for one in found if one.name == name]
        for offset, key, colour in ((-0.12, "internal", "#0072b2"), (0.12, "external", "#d55e00")):
            areas = [getattr(one, key).value for one in some]
            axes.plot(
                [place + offset] * len(areas), areas, "o", color=colour, alpha=0.7, label=key if not place else None
            )
            axes.plot(place + offset, np.mean(areas), "_", color=colour, markersize=22, markeredgewidth=2.5)
    axes.set_xticks(range(len(ARMS)), ARMS)
    axes.set_ylabel("AUROC")
    axes.legend(frameon=False, loc="lower right")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    with mpl.rc_context({"svg.hashsalt": "fiducial"}):
        figure.savefig(path, dpi=130, metadata={"Software": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
