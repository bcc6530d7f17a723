"""The whole way: a recipe, a bundle, and what predict says with it."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.learn.learning import Learned, learn_bundle
from fiducial.learn.training.stepping import Diverged
from learn import made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort and its recipe; three extra epochs so that it is learned."""
    folder = tmp_path_factory.mktemp("whole")
    made.write(folder, recipe=made.RECIPE.replace("epochs = 3", "epochs = 12"))
    return folder


@pytest.fixture(scope="module")
def learned(home: Path) -> Learned:
    return learn_bundle(home / "recipe.toml", home / "run")


def test_it_learns_what_is_plain_to_see(learned: Learned) -> None:
    assert learned.metrics["tune.auroc.square"] > 0.9
    assert learned.exit_code == 0


def test_the_graph_says_what_the_network_says(learned: Learned) -> None:
    assert learned.parity <= 1e-4
    assert fd.open_bundle(learned.packed).manifest.provenance.parity == pytest.approx(learned.parity, rel=0.01)


def test_predict_takes_the_bundle_and_ranks_the_test_split(learned: Learned, home: Path) -> None:
    fd.predict(learned.packed, home / "cohort.csv", home / "predictions.parquet")
    found = pl.read_parquet(home / "predictions.parquet").join(pl.read_csv(home / "cohort.csv"), on="study")
    judged = found.filter(pl.col("split") == "test")
    ill, healthy = (judged.filter(pl.col("label.square") == one)["score"].to_numpy() for one in (1, 0))
    assert np.median(ill) > np.median(healthy)


def test_the_threshold_is_what_the_rule_gives_on_the_tuning_split(learned: Learned, home: Path) -> None:
    fd.predict(learned.packed, home / "cohort.csv", home / "again.parquet")
    chosen = fd.choose_threshold(
        learned.folder / "claims" / "square.toml", cohort=home / "cohort.csv", predictions=home / "again.parquet"
    )
    claim = fd.read_claim(learned.folder / "claims" / "square.toml")
    assert claim.claim.threshold.chosen_on == "tune"
    assert chosen.threshold == pytest.approx(claim.claim.threshold.value, abs=1e-4)


def test_an_audit_takes_claim_and_predictions(learned: Learned, home: Path) -> None:
    fd.predict(learned.packed, home / "cohort.csv", home / "judged.parquet")
    claim = fd.read_claim(learned.folder / "claims" / "square.toml")
    found = fd.climb(claim, cohort=home / "cohort.csv", predictions=home / "judged.parquet")
    assert next(rung.verdict for rung in found.rungs if rung.rung == "internal") is not None


def test_nothing_of_the_test_split_changes_a_byte(learned: Learned, home: Path, tmp_path: Path) -> None:
    table = pl.read_csv(home / "cohort.csv")
    poisoned = table.with_columns(
        pl.when(pl.col("split") == "test").then(1 - pl.col("label.square")).otherwise("label.square")
    ).rename({"literal": "label.square"} if "literal" in table.columns else {})
    made.write(tmp_path, recipe=(home / "recipe.toml").read_text())
    poisoned.write_csv(tmp_path / "cohort.csv")
    for study in table.filter(pl.col("split") == "test")["study"]:
        (tmp_path / f"{study}.png").write_bytes(b"never to be opened")
    again = learn_bundle(tmp_path / "recipe.toml", tmp_path / "run")
    assert again.failed == {}
    assert again.packed.read_bytes() == learned.packed.read_bytes()


def test_it_says_that_it_started_from_noise(learned: Learned) -> None:
    assert any("started from noise" in note for note in learned.notes)


def test_logs_stand_beside_the_bundle(learned: Learned) -> None:
    log = pl.read_csv(learned.folder.parent / "log.csv")
    assert log["phase"].unique(maintain_order=True).to_list() == ["head", "whole"]
    assert {"train.loss", "tune.loss", "tune.auroc.square"} <= set(log.columns)
    assert list((learned.folder.parent / "tensorboard").glob("events.*"))


def test_an_unreadable_image_is_listed_and_the_exit_code_says_so(tmp_path: Path) -> None:
    recipe = made.write(tmp_path)
    (tmp_path / "s3.png").write_bytes(b"\x89PNG")
    found = learn_bundle(recipe, tmp_path / "run")
    assert list(found.failed) == ["s3"]
    assert found.exit_code == 5


def test_a_cached_picture_that_breaks_in_epoch_3_stops_and_the_run_goes_on_later(tmp_path: Path) -> None:
    recipe = made.write(tmp_path)

    def broken(done: int, _total: int) -> None:
        if done == 2:
            for pixels in (tmp_path / "cache").glob("*/pixels.f32"):
                pixels.write_bytes(b"\x00" * pixels.stat().st_size)

    with pytest.raises(UnusableInput, match="no longer what was written"):
        learn_bundle(recipe, tmp_path / "run", told=broken)
    for path in (tmp_path / "cache").glob("*/*"):
        path.unlink()
    epochs: list[int] = []
    learn_bundle(recipe, tmp_path / "run", told=lambda done, _: epochs.append(done))
    assert epochs == [3, 4, 5]


def test_a_phase_ends_early_when_the_tuning_split_gets_no_better(tmp_path: Path) -> None:
    text = made.RECIPE.replace('device = "cpu"', 'device = "cpu"\npatience = 1').replace("epochs = 3", "epochs = 60")
    found = learn_bundle(made.write(tmp_path, recipe=text.replace("1e-2\nlayer", "1.0\nlayer")), tmp_path / "run")
    assert pl.read_csv(found.folder.parent / "log.csv").height < 62


def test_a_condition_of_the_probes_augments(tmp_path: Path) -> None:
    text = made.RECIPE.replace('[[augment]]\nkind = "shift"\nshare = 0.1', CONDITION).replace(
        "epochs = 3", "epochs = 1"
    )
    learn_bundle(made.write(tmp_path, recipe=text), tmp_path / "run")
    assert len(list((tmp_path / "cache").iterdir())) == 3  # clean, and two severities of the training images


CONDITION = """[[augment]]
kind = "condition"
condition = "rotation"
severities = [1, 3]"""


def test_a_run_whose_loss_is_no_number_keeps_its_state(tmp_path: Path) -> None:
    text = made.RECIPE.replace("learning_rate = 1e-2\nlayer_decay = 0.7", "learning_rate = 1e30")
    with pytest.raises(Diverged, match="in a batch of s"):
        learn_bundle(made.write(tmp_path, recipe=text), tmp_path / "run")
    kept = torch.load(tmp_path / "run" / "state.ckpt", weights_only=True)["state"]
    assert kept["phase"] == 1
