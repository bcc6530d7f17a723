"""Tables of several models on disk become those of their ensemble; fits can be applied again."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.predictions.fusion.ensemble import fuse_predictions
from fiducial.predictions.table import read_predictions

RECIPE = """
[ensemble]
name = "both"
{ensemble}
[scores]
rule = "{rule}"
{more}
"""


def write_recipe(folder: Path, rule: str = "mean", more: str = "", ensemble: str = "") -> Path:
    path = folder / "fusion.toml"
    path.write_text(RECIPE.format(rule=rule, more=more, ensemble=ensemble))
    return path


def write_scores(folder: Path, name: str, score: np.ndarray) -> Path:
    path = folder / f"{name}.csv"
    pl.DataFrame({"study": [f"s{i}" for i in range(score.size)], "score": score}).write_csv(path)
    return path


def write_boxes(path: Path, *boxes: tuple[float, float, float, float, float]) -> None:
    rows = [
        {"study": "s0", "finding": "x", "model": path.stem, "condition": "clean", "box": number, "x0": x0, "y0": y0,
         "x1": x1, "y1": y1, "rows": 100, "columns": 100, "score": score}
        for number, (x0, y0, x1, y1, score) in enumerate(boxes)
    ]  # fmt: skip
    pl.DataFrame(rows).write_csv(path.with_name(f"{path.stem}.regions.csv"))


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    return [write_scores(tmp_path, "a", np.array([0.2, 0.6])), write_scores(tmp_path, "b", np.array([0.4, 0.8]))]


def test_two_files_become_one_table(two: list[Path], tmp_path: Path) -> None:
    found = fuse_predictions(two, write_recipe(tmp_path), tmp_path / "out.parquet", finding="x")
    assert read_predictions(tmp_path / "out.parquet")["score"].to_list() == pytest.approx([0.3, 0.7])
    assert found.members == ("a", "b")
    assert [path.name for path in found.written] == ["out.parquet", "out.fusion.json"]


def test_boxes_beside_the_tables_are_fused_as_well(two: list[Path], tmp_path: Path) -> None:
    write_boxes(two[0], (10, 10, 50, 50, 0.9))
    write_boxes(two[1], (12, 10, 52, 50, 0.7))
    fuse_predictions(two, write_recipe(tmp_path, "boxes"), tmp_path / "out.csv", finding="x")
    boxes = pl.read_csv(tmp_path / "out.regions.csv")
    assert boxes.select("models", "rows").row(0) == (2, 100)
    assert pl.read_csv(tmp_path / "out.csv")["score"].to_list() == pytest.approx([0.8, 0.0])


def test_a_fit_is_applied_to_other_studies_as_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    evidence = rng.normal(size=(400, 2))
    truth = rng.random(400) < expit(2 * evidence[:, 0])
    files = [write_scores(tmp_path, name, expit(evidence[:, number])) for number, name in enumerate("ab")]
    studies = {"study": [f"s{i}" for i in range(400)], "split": "tune", "label.x": truth.astype(int)}
    recipe = write_recipe(tmp_path, "stacking", 'calibrate = "isotonic"')
    fuse_predictions(files, recipe, tmp_path / "first.csv", cohort=pl.DataFrame(studies), finding="x")
    fuse_predictions(files, tmp_path / "first.fusion.json", tmp_path / "again.csv", finding="x")
    assert (tmp_path / "first.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()
    assert json.loads((tmp_path / "again.fusion.json").read_text())["fitted"]["x"]["fitted_on"]["count"] == 400
    assert "s17" not in (tmp_path / "first.fusion.json").read_text()


def test_one_model_under_one_name_in_two_files_is_refused(two: list[Path], tmp_path: Path) -> None:
    for path in two:
        pl.read_csv(path).with_columns(model=pl.lit("cnn")).write_csv(path)
    with pytest.raises(UnusableInput, match=r"4 rows repeat, first study 's0' of the model 'cnn'"):
        fuse_predictions(two, write_recipe(tmp_path), tmp_path / "out.csv", finding="x")
    assert not (tmp_path / "out.csv").exists()


def test_a_fit_of_another_finding_is_no_fit(two: list[Path], tmp_path: Path) -> None:
    fuse_predictions(two, write_recipe(tmp_path), tmp_path / "out.csv", finding="x")
    told = json.loads((tmp_path / "out.fusion.json").read_text())
    told["recipe"]["scores"] = {"rule": "stacking"}
    (tmp_path / "out.fusion.json").write_text(json.dumps(told))
    with pytest.raises(WrongUsage, match="fitted nothing for 'x'"):
        fuse_predictions(two, tmp_path / "out.fusion.json", tmp_path / "again.csv", finding="x")


@pytest.mark.parametrize(
    ("content", "told"), [("{", "is no JSON"), ("[]", "schema is 'list'"), ("{}", "schema is None")]
)
def test_what_is_no_ensembles_file_is_refused(two: list[Path], tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "x.fusion.json").write_text(content)
    with pytest.raises(UnusableInput, match=told):
        fuse_predictions(two, tmp_path / "x.fusion.json", tmp_path / "out.csv", finding="x")
