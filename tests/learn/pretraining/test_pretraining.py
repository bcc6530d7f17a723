"""Phases without labels in a whole run: what they may see, what they leave, and what is refused."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.learn.learning import Learned, gather_material, learn_bundle
from fiducial.learn.recipe import read_recipe
from learn import made

FINE = made.RECIPE[: made.RECIPE.index("[[phases]]")]
LOOK = '[[phases]]\nname = "{name}"\nepochs = 2\nlearning_rate = 1e-2\nobjective = {{ kind = "{kind}"{more} }}\n'
WHOLE = '[[phases]]\nname = "whole"\nepochs = 1\nlearning_rate = 1e-2\n[export]\nrule = "specificity >= 0.5"\n'
SIMCLR = LOOK.format(name="look", kind="simclr", more="")
MASKED = LOOK.format(name="fill", kind="masked", more=", patch = 4")
UNLABELLED = ["s3", "s4", "s7"]


def rows() -> pl.DataFrame:
    known = ~pl.col("study").is_in(UNLABELLED)
    return made.rows().with_columns(pl.when(known).then("label.square").alias("label.square"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("looks")
    made.write(folder, rows(), recipe=FINE + SIMCLR + MASKED + WHOLE)
    return folder


@pytest.fixture(scope="module")
def learned(home: Path) -> Learned:
    return learn_bundle(home / "recipe.toml", home / "run")


def test_pictures_without_a_label_are_looked_at_and_told(learned: Learned, home: Path) -> None:
    assert "looked at 24 pictures of the training split, of which 3 have none" in learned.notes[1]
    material = gather_material(read_recipe(home / "recipe.toml"))
    assert material.look is not None
    assert set(material.look.studies) - set(material.train.studies) == set(UNLABELLED)


@pytest.mark.usefixtures("learned")
def test_the_log_has_a_loss_of_its_own_for_every_objective(home: Path) -> None:
    log = pl.read_csv(home / "run" / "log.csv")
    assert log["phase"].to_list() == ["look", "look", "fill", "fill", "whole"]
    told = [log[name].is_not_null().to_list() for name in ("simclr.loss", "masked.loss", "train.loss")]
    assert told == [[True, True] + [False] * 3, [False, False, True, True, False], [False] * 4 + [True]]


def test_the_head_is_thrown_away_and_the_backbone_begins_another_recipe(
    learned: Learned, home: Path, tmp_path: Path
) -> None:
    shutil.copy(home / "run" / "backbone.safetensors", tmp_path)
    recipe = (FINE + WHOLE).replace('backbone = "small:4"', 'backbone = "small:4"\nweights = "backbone.safetensors"')
    other = learn_bundle(made.write(tmp_path, rows(), recipe), tmp_path / "run")
    assert not any("noise" in note for note in other.notes)
    sizes = [(one.folder / "model.onnx").stat().st_size for one in (learned, other)]
    assert sizes[0] == sizes[1]


def backbone_with_other_pixels(home: Path, folder: Path, studies: list[str]) -> bytes:
    """What is left when these pictures stand upside down."""
    shutil.copytree(home, folder, ignore=shutil.ignore_patterns("run", "cache"))
    for study in studies:
        pixels = np.flipud(np.asarray(Image.open(home / f"{study}.png")))
        Image.fromarray(pixels).save(folder / f"{study}.png")
    learn_bundle(folder / "recipe.toml", folder / "run")
    return (folder / "run" / "backbone.safetensors").read_bytes()


@pytest.mark.usefixtures("learned")
def test_no_pixel_of_tune_or_test_reaches_the_backbone(home: Path, tmp_path: Path) -> None:
    outside = rows().filter(pl.col("split") != "train")["study"].to_list()
    before = (home / "run" / "backbone.safetensors").read_bytes()
    assert backbone_with_other_pixels(home, tmp_path / "other", outside) == before


@pytest.mark.usefixtures("learned")
def test_a_training_picture_without_a_label_does_reach_it(home: Path, tmp_path: Path) -> None:
    before = (home / "run" / "backbone.safetensors").read_bytes()
    assert backbone_with_other_pixels(home, tmp_path / "other", UNLABELLED[:1]) != before


KILLED = """
import os, signal
from fiducial.learn.learning import learn_bundle
def told(done, total):
    if done == {epoch}:
        os.kill(os.getpid(), signal.SIGKILL)
learn_bundle("recipe.toml", "killed", told=told)
"""


@pytest.mark.usefixtures("learned")
def test_after_kill_9_backbone_and_bundle_are_the_same_to_the_byte(home: Path, tmp_path: Path) -> None:
    epoch = 3  # within the second phase
    shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("run"))
    code = KILLED.format(epoch=epoch)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "home", check=False)  # noqa: S603  (ours)
    assert done.returncode == -signal.SIGKILL
    epochs: list[int] = []
    learn_bundle(
        tmp_path / "home" / "recipe.toml", tmp_path / "home" / "killed", told=lambda now, _: epochs.append(now)
    )
    assert epochs == list(range(epoch + 1, 6))
    for name in ("backbone.safetensors", "bundle/model.onnx", "log.csv", "square.fidu"):
        assert (home / "run" / name).read_bytes() == (tmp_path / "home" / "killed" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        (WHOLE + SIMCLR, "those with an objective come first"),
        (SIMCLR, "one without must follow"),
        (SIMCLR.replace("epochs = 2", "epochs = 2\nfrozen = true") + WHOLE, "frozen has no meaning"),
        (SIMCLR.replace("epochs = 2", 'epochs = 2\nloss = { kind = "bce" }') + WHOLE, "loss has no meaning"),
    ],
)
def test_phases_that_contradict_each_other_are_refused(tmp_path: Path, phases: str, told: str) -> None:
    export = "" if "[export]" in phases else '[export]\nrule = "specificity >= 0.5"\n'
    (tmp_path / "recipe.toml").write_text(FINE + phases.replace('[export]\nrule = "specificity >= 0.5"\n', "") + export)
    with pytest.raises(UnusableInput, match=told):
        read_recipe(tmp_path / "recipe.toml")


def test_an_objective_that_nothing_bears_is_refused_with_the_nearest(tmp_path: Path) -> None:
    recipe = made.write(tmp_path, rows(), FINE + SIMCLR.replace('"simclr"', '"simclar"') + WHOLE)
    with pytest.raises(WrongUsage, match=r"phases\.look.*Did you mean 'simclr'"):
        learn_bundle(recipe, tmp_path / "run")


def test_a_batch_in_which_nothing_can_be_compared_is_refused(tmp_path: Path) -> None:
    recipe = made.write(tmp_path, rows(), FINE.replace("batch = 8", "batch = 2") + SIMCLR + WHOLE)
    with pytest.raises(WrongUsage, match="must be 4 or more"):
        learn_bundle(recipe, tmp_path / "run")
