"""Options of ``[training]`` do what they say."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
import torch

import fiducial as fd
from learn import made


def learned(folder: Path, *words: str) -> fd.Learned:
    recipe = fd.read_recipe(made.write(folder))
    changed = fd.change_recipe(recipe, ["phases.head.epochs=1", "phases.whole.epochs=1", *words])
    return fd.learn_bundle(changed, folder / "run")


def test_channels_last_lays_pixels_otherwise_and_learns_the_same(tmp_path: Path) -> None:
    plain = learned(tmp_path / "plain").metrics
    assert learned(tmp_path / "last", "training.channels_last=true").metrics == pytest.approx(plain, abs=0.05)


def test_bf16_trains_and_exports_within_parity(tmp_path: Path) -> None:
    assert learned(tmp_path, "training.precision=bf16-mixed").parity < 1e-4


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a compiler (g++)")
@pytest.mark.slow
def test_a_compiled_network_learns_and_exports(tmp_path: Path) -> None:
    assert learned(tmp_path, "training.compile=true").parity < 1e-4


@pytest.mark.parametrize("asked", [True, False])
def test_deterministic_mode_is_what_the_recipe_says(tmp_path: Path, asked: bool) -> None:  # noqa: FBT001  (a parameter)
    learned(tmp_path, f"training.deterministic={str(asked).lower()}")
    assert torch.are_deterministic_algorithms_enabled() is asked


def test_the_speed_of_every_epoch_stands_beside_the_log(tmp_path: Path) -> None:
    learned(tmp_path)
    found = pl.read_csv(tmp_path / "run" / "speed.csv")
    assert found["phase"].to_list() == ["head", "whole"]
    assert found.select((pl.col("waited").is_between(0, 1) & (pl.col("images_per_second") > 0)).all()).item()


@pytest.mark.skipif(find_spec("mlflow") is None, reason="mlflow is not installed (pip install mlflow-skinny)")
def test_mlflow_hears_every_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"file://{tmp_path / 'mlruns'}")
    learned(tmp_path)
    (losses,) = (tmp_path / "mlruns").glob("*/*/metrics/train.loss")
    assert len(losses.read_text().splitlines()) == 2
