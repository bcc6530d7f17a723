"""Train a small classifier on a cohort and leave a bundle: the whole way from a table to what is audited and served.

    python examples/train_classifier.py COHORT FINDING OUT [--recipe recipe.toml]

COHORT has `path`, `label.<finding>` and `split` (train, tune; nothing else is touched). OUT becomes a folder with
`bundle.toml`, `model.onnx` (logits, features and the last feature map), `head.npz`, `support.npz` (by which it abstains
on what it was not trained for) and a claim. Needs torch, onnx and onnxscript beside fiducial; the package itself never
imports them.
"""

import argparse
import io
import json
import tomllib
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import polars as pl
import torch
from torch import nn

import fiducial as fd
from fiducial.batch import run
from fiducial.files.hashes import hash_bytes
from fiducial.models.support.distance import fit_distance
from fiducial.models.support.vectors import vector_of
from fiducial.predictions.calibrators import fit_temperature
from fiducial.scans.preparation.preparing import parse_steps, prepare
from fiducial.scans.read import read_scan

SUPPORT = "mahalanobis"  # or nearest: how the distance from the training rows is told
LEVEL = 0.01  # share of images like the tuning rows on which the model abstains


@dataclass(frozen=True)
class Recipe:
    """Every choice of a training run; its JSON form is hashed into the bundle."""

    name: str = "small-cnn"
    version: str = "1.0.0"
    seed: int = 0
    epochs: int = 30
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    width: int = 16  # channels of the first layer; doubled twice, then four times
    shift: float = 0.06  # augmentation: share of the side
    flip: bool = False
    brightness: float = 0.1
    specificity: float = 0.85  # the rule for the threshold, on the tuning split
    floors: dict[str, float] = field(default_factory=lambda: {"auroc": 0.75, "sensitivity": 0.5, "specificity": 0.7})
    prevalence: tuple[float, float] = (0.05, 0.2)
    preparation: tuple[dict[str, Any], ...] = (
        {"step": "levels", "low": 1.0, "high": 99.0},
        {"step": "resize", "rows": 96, "columns": 96, "method": "area"},
        {"step": "normalise", "mean": [0.5], "std": [0.25]},
    )


class SmallCnn(nn.Module):
    """Four convolutions, global average pooling and one linear layer, so that a CAM is one product."""

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = (1, width, 2 * width, 4 * width, 4 * width)
        layers = []
        for before, after in pairwise(sizes):
            layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if after != sizes[-1] or before != after else []
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(sizes[-1], 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(n, 1, rows, columns) -> logits (n, 1), features (n, width), map (n, width, rows / 8, columns / 8)."""
        found = self.body(image)
        features = found.mean(dim=(2, 3))
        return self.head(features), features, found


@dataclass(frozen=True)
class Reader:
    """Picklable: one image through the bundle's own preparation."""

    folder: Path
    preparation: tuple[dict[str, Any], ...]

    def __call__(self, path: str) -> np.ndarray:
        steps = parse_steps(self.preparation, where="recipe")
        return prepare(read_scan(self.folder / path), steps).pixels[:, 0]


def train(cohort_path: Path, finding: str, out: Path, recipe: Recipe) -> dict[str, float]:
    """Fit on `train`, calibrate and choose the threshold on `tune`, and write the bundle; gives its metrics."""
    cohort = fd.read_cohort(cohort_path)
    label = f"label.{finding}"
    rows = cohort.rows.filter(pl.col(label).is_not_null() & pl.col("split").is_in(["train", "tune"]))
    done = list(run(Reader(cohort.folder, recipe.preparation), rows["path"].to_list()))
    kept = np.array([one.reason is None for one in done])
    images = torch.from_numpy(np.stack([one.result for one in done if one.result is not None]))
    rows = rows.filter(pl.Series(kept))
    truth = rows[label].to_numpy().astype(bool)
    fitted = (rows["split"] == "train").to_numpy()
    network = fit(images[fitted], torch.from_numpy(truth[fitted]), recipe)
    score = torch.sigmoid(logits_of(network, images))
    return write(network, images, rows, truth, score.numpy().astype(float), fitted, finding, out, recipe)


def fit(images: torch.Tensor, truth: torch.Tensor, recipe: Recipe) -> SmallCnn:
    """AdamW with a cosine schedule; the same seed on the same machine gives the same weights."""
    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(mode=True)
    network = SmallCnn(recipe.width)
    optimiser = torch.optim.AdamW(network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    rounds = recipe.epochs * (len(images) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.learning_rate, rounds)
    loss = nn.BCEWithLogitsLoss(pos_weight=(~truth).sum() / truth.sum())
    network.train()
    for _ in range(recipe.epochs):
        order = torch.randperm(len(images))
        for start in range(0, len(images) - recipe.batch + 1, recipe.batch):
            chosen = order[start : start + recipe.batch]
            optimiser.zero_grad()
            loss(network(augmented(images[chosen], recipe))[0][:, 0], truth[chosen].float()).backward()
            optimiser.step()
            schedule.step()
    return network.eval()


def augmented(images: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    """Shifted, made brighter or darker, mirrored if the recipe says so."""
    reach = round(recipe.shift * images.shape[-1])
    down, right = (int(torch.randint(-reach, reach + 1, ())) for _ in range(2))
    moved = torch.roll(images, (down, right), dims=(2, 3))
    if recipe.flip and torch.rand(()) < 0.5:
        moved = moved.flip(3)
    gain = 1 + recipe.brightness * torch.randn(len(images), 1, 1, 1)
    return moved * gain + recipe.brightness * torch.randn(len(images), 1, 1, 1)


@torch.no_grad()
def logits_of(network: SmallCnn, images: torch.Tensor) -> torch.Tensor:
    """(n,), in batches."""
    return torch.cat([network(part)[0][:, 0] for part in images.split(64)])


def exported(network: SmallCnn, images: torch.Tensor) -> bytes:
    """The ONNX file, without names of this machine; the batch is free, the size of images is that of the recipe."""
    names = ["logits", "features", "map"]
    program = torch.onnx.export(
        network, (images[:2],), dynamo=True, opset_version=20, dynamic_shapes=({0: torch.export.Dim("n")},),
        input_names=["image"], output_names=names, verbose=False,
    )  # fmt: skip
    model = program.model_proto
    model.ClearField("metadata_props")
    model.producer_name, model.producer_version, model.doc_string = "examples/train_classifier.py", "", ""
    for part in (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        part.ClearField("metadata_props")
        part.doc_string = ""
    for function in model.functions:
        function.ClearField("metadata_props")
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def write(network, images, rows, truth, score, fitted, finding, out, recipe) -> dict[str, float]:  # noqa: ANN001, PLR0913, PLR0917
    """Everything that leaves training, in one folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "claims").mkdir(exist_ok=True)
    (out / "model.onnx").write_bytes(exported(network, images))
    head = {"weight": network.head.weight.detach().numpy(), "bias": network.head.bias.detach().numpy()}
    write_npz(out / "head.npz", head)
    calibrator = fit_temperature(truth[~fitted], score[~fitted])
    calibrated = calibrator.apply(score)
    threshold = round(float(np.quantile(calibrated[~fitted & ~truth], recipe.specificity)), 3)
    statistics, level = supported(network, images, fitted)
    write_npz(out / "support.npz", statistics)
    metrics = {"tune.auroc": auroc(truth[~fitted], score[~fitted]), "train.auroc": auroc(truth[fitted], score[fitted])}
    told = json.dumps(asdict(recipe), sort_keys=True)
    parity = parity_of(out / "model.onnx", network, images[:8])
    manifest = MANIFEST.format(
        recipe=recipe, finding=finding, threshold=threshold, temperature=calibrator.temperature,
        data=hash_bytes(rows.write_csv().encode()), recipe_hash=hash_bytes(told.encode()), parity=parity,
        support=SUPPORT, level=level, train=metrics["train.auroc"], tune=metrics["tune.auroc"], torch=torch.__version__,
        steps="\n".join(toml_of(step) for step in recipe.preparation),
    )  # fmt: skip
    (out / "bundle.toml").write_text(manifest, encoding="utf-8")
    claim = CLAIM.format(
        recipe=recipe, finding=finding, threshold=threshold, low=recipe.prevalence[0], high=recipe.prevalence[1],
        floors="\n".join(f"{name} = {bound}" for name, bound in recipe.floors.items()),
    )  # fmt: skip
    (out / "claims" / f"{finding}.toml").write_text(claim, encoding="utf-8")
    return metrics | {"parity": parity, "threshold": threshold}


@torch.no_grad()
def supported(network: SmallCnn, images: torch.Tensor, fitted: np.ndarray) -> tuple[dict[str, np.ndarray], float]:
    """Statistics of the training rows, and the level, or the finest that the tuning rows can tell."""
    features = torch.cat([network(part)[1] for part in images.split(64)]).numpy()
    known = np.stack([vector_of(image, own) for image, own in zip(images.numpy(), features, strict=True)])
    finest = np.ceil(1e4 / ((~fitted).sum() + 1)) / 1e4
    return fit_distance(SUPPORT, known[fitted], known[~fitted]), max(LEVEL, float(finest))


def parity_of(path: Path, network: SmallCnn, images: torch.Tensor) -> float:
    """The largest difference of a logit between torch and ONNX Runtime."""
    import onnxruntime  # noqa: PLC0415  (only here)

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(["logits"], {"image": images.numpy()})[0][:, 0]
    return float(np.abs(found - logits_of(network, images).numpy()).max())


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """An .npz whose bytes depend on its arrays alone (numpy writes the time into each entry's head)."""
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, values in sorted(arrays.items()):
            content = io.BytesIO()
            np.save(content, np.ascontiguousarray(values))
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), content.getvalue())


def auroc(truth: np.ndarray, score: np.ndarray) -> float:
    """The share of pairs in the right order."""
    from scipy.stats import mannwhitneyu  # noqa: PLC0415

    return round(float(mannwhitneyu(score[truth], score[~truth]).statistic / (truth.sum() * (~truth).sum())), 4)


def toml_of(step: dict[str, Any]) -> str:
    """One ``[[preparation]]`` section."""
    return "[[preparation]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in step.items())


MANIFEST = """schema = "fiducial.bundle/1"
name = "{recipe.name}"
version = "{recipe.version}"
task = "classification"
licence = "Apache-2.0"
statement = "A small network for demonstrations. Not a medical device."

[graph]
file = "model.onnx"
largest_batch = 32

[outputs]
logits = "logits"
features = "features"
map = "map"
head = "head.npz"

[[findings]]
name = "{finding}"
claim = "claims/{finding}.toml"
threshold = {{ value = {threshold}, chosen_on = "tune", rule = "specificity >= {recipe.specificity}" }}
calibrator = {{ kind = "temperature", temperature = {temperature:.6f} }}

{steps}
[support]
kind = "{support}"
file = "support.npz"
level = {level}

[provenance]
recipe = "examples/train_classifier.py"
recipe_hash = "{recipe_hash}"
data = {{ rows = "{data}" }}
metrics = {{ "train.auroc" = {train}, "tune.auroc" = {tune} }}
versions = {{ torch = "{torch}" }}
parity = {parity:.2e}
"""

CLAIM = """[claim]
name = "{recipe.name}"
finding = "{finding}"
statement = "Flags images with {finding}."
prevalence = [{low}, {high}]
threshold = {{ value = {threshold}, chosen_on = "tune", rule = "specificity >= {recipe.specificity}" }}

[floors]
{floors}
"""


def read_recipe(path: Path | None) -> Recipe:
    """A recipe from TOML; keys that are not named keep their defaults."""
    if path is None:
        return Recipe()
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return Recipe(**{key: tuple(value) if isinstance(value, list) else value for key, value in found.items()})


if __name__ == "__main__":
    words = argparse.ArgumentParser(description="Train a small classifier and write a bundle.")
    words.add_argument("cohort", type=Path)
    words.add_argument("finding")
    words.add_argument("out", type=Path)
    words.add_argument("--recipe", type=Path)
    given = words.parse_args()
    print(train(given.cohort, given.finding, given.out, read_recipe(given.recipe)))
