"""A run that is killed goes on from its last epoch, to the bit."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.learn.learning import learn_bundle
from fiducial.learn.training.state import State, read_state
from learn import made

KILLED = """
import os, signal, sys
from fiducial.learn.learning import learn_bundle
def told(done, total):
    if done == {epoch}:
        os.kill(os.getpid(), signal.SIGKILL)
learn_bundle("recipe.toml", "run", told=told)
"""
COMPARED = ("bundle/model.onnx", "bundle/bundle.toml", "bundle/support.npz", "log.csv", "square.fidu")


@pytest.mark.parametrize("epoch", [1, 3])
def test_after_kill_9_the_bundle_is_the_same_to_the_byte(epoch: int, tmp_path: Path) -> None:
    recipe = made.write(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED.format(epoch=epoch)], cwd=tmp_path, check=False)  # noqa: S603  (ours)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "run" / "bundle").exists()
    epochs: list[int] = []
    learn_bundle(recipe, tmp_path / "run", told=lambda now, _: epochs.append(now))
    assert epochs == list(range(epoch + 1, 6))
    learn_bundle(recipe, tmp_path / "straight")
    for name in COMPARED:
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes(), name


def state() -> State:
    return State("sha256:a", "sha256:b", 8, network={"w": torch.ones(2)})


def test_a_state_of_another_recipe_is_refused(tmp_path: Path) -> None:
    state().save(tmp_path / "state.ckpt")
    with pytest.raises(WrongUsage, match="another recipe"):
        read_state(tmp_path / "state.ckpt", "sha256:other", "sha256:b")


def test_a_state_on_other_rows_is_refused(tmp_path: Path) -> None:
    state().save(tmp_path / "state.ckpt")
    with pytest.raises(WrongUsage, match="another data"):
        read_state(tmp_path / "state.ckpt", "sha256:a", "sha256:other")


def test_a_state_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.ckpt").write_bytes(b"half of one")
    with pytest.raises(UnusableInput, match="is no state of a run"):
        read_state(tmp_path / "state.ckpt", "sha256:a", "sha256:b")


FULL = """
import resource, sys
from pathlib import Path
import torch
from fiducial.learn.training.state import State
path = Path("state.ckpt")
State("a", "b", 8).save(path)
before = path.read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    State("a", "b", 8, network={"w": torch.ones(100_000)}).save(path)
except Exception as told:
    print(type(told).__name__, path.read_bytes() == before)
"""


def test_a_disk_that_is_full_leaves_the_state_before(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL], cwd=tmp_path, check=True, capture_output=True, text=True)  # noqa: S603  (ours)
    assert done.stdout.split() == ["UnusableInput", "True"]
