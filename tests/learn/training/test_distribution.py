"""Two processes learn what one learns."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from fiducial.learn.losses.bce import BinaryCrossEntropy
from fiducial.learn.losses.contract import Counts
from fiducial.learn.training.peers import Peers, Seat, share
from fiducial.learn.training.stepping import Stepper
from learn import made

IMAGES = torch.arange(12.0).reshape(6, 2) / 12
TRUTH = torch.tensor(
    [[1.0], [0.0], [float("nan")], [1.0], [float("nan")], [0.0]]
)  # three labels in one share, one in the other
BOTH = """
import json, os
from pathlib import Path
from fiducial.learn.learning import learn_bundle
from fiducial.learn.recipe import Training
from fiducial.learn.training.peers import Peers, Seat, share
from learn.training.test_distribution import weights_after
learned = learn_bundle("recipe.toml", "run")
peers = Peers.join(Training(device="cpu"))
told = {"weights": weights_after(peers), "leads": learned.leads, "metrics": learned.metrics}
Path(f"rank{os.environ['RANK']}.json").write_text(json.dumps(told))
"""


class Line(nn.Module):
    """Logits first, as the classifier gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 1)
        nn.init.constant_(self.layer.weight, 0.5)
        nn.init.constant_(self.layer.bias, 0.1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.layer(image),)


def weights_after(peers: Peers, steps: int = 3) -> list[float]:
    """A few steps on one batch, of which this process has its share, in micro-batches of three."""
    line = Line()
    network, optimiser = peers.fabric.setup(line, torch.optim.SGD(line.parameters(), 0.5))
    counts = Counts(torch.tensor([2.0]), torch.tensor([2.0]))
    stepper = Stepper(network, optimiser, BinaryCrossEntropy(), counts, 3, peers.fabric.backward, print, peers)
    mine, _ = share(range(6), 3, peers.seat)
    for _ in range(steps):
        stepper.step(IMAGES[list(mine)], TRUTH[list(mine)], [str(one) for one in mine])
    return [float(value) for one in line.parameters() for value in one.detach().flatten()]


def test_two_processes_learn_what_one_learns_and_one_of_them_writes(tmp_path: Path) -> None:
    made.write(tmp_path)
    (tmp_path / "both.py").write_text(BOTH)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "both.py"]
    tests = str(Path(__file__).parents[2])
    done = subprocess.run(  # noqa: S603  (ours)
        command, cwd=tmp_path, env={"PYTHONPATH": tests, "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = (json.loads((tmp_path / f"rank{rank}.json").read_text()) for rank in (0, 1))
    assert (first["leads"], second["leads"]) == (True, False)
    assert first["metrics"] == second["metrics"]
    assert (tmp_path / "run" / "square.fidu").exists()
    alone = weights_after(Peers.join(made.training()))
    assert first["weights"] == second["weights"] == pytest.approx(alone, abs=1e-6)


@pytest.mark.parametrize(("batch", "micro"), [(12, 3), (7, 3), (2, 4), (1, 4)])
def test_shares_are_the_batch(batch: int, micro: int) -> None:
    shares = [share(range(batch), micro, Seat(rank, 3)) for rank in range(3)]
    assert [one for mine, _ in shares for one in mine] == list(range(batch))
    assert all(mine[0] == start for mine, start in shares if mine)
