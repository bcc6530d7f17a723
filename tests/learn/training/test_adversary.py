"""What the features say of the site is removed; what they say of the finding stays."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.learn.losses.bce import BinaryCrossEntropy
from fiducial.learn.losses.contract import Counts
from fiducial.learn.training.adversary import SiteAdversary
from fiducial.learn.training.stepping import Stepper
from learn import made

PATIENTS = 600


class Narrow(nn.Module):
    """Two signals, one feature for both, one logit."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body, self.head = nn.Linear(2, 1), nn.Linear(1, 1)

    def forward(self, signals: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.body(signals)
        return self.head(features), features


def told_of_site(weight: float | None) -> tuple[float, float]:
    """How well a line through the features tells the site, and the head the finding, after training."""
    rng = np.random.default_rng(1)
    ill = rng.random(PATIENTS) < 0.5
    site = np.where(rng.random(PATIENTS) < 0.85, ill, ~ill).astype(np.int64)  # the ill go to one hospital, mostly
    signals = np.stack([ill * 1.5 + rng.normal(0, 0.9, PATIENTS), site * 3.0 + rng.normal(0, 0.5, PATIENTS)], axis=1)
    images, truth = torch.tensor(signals, dtype=torch.float32), torch.tensor(ill[:, None], dtype=torch.float32)
    network = Narrow()
    adversary = None if weight is None else SiteAdversary(1, torch.from_numpy(site), weight, 0)
    learning = [*network.parameters(), *([] if adversary is None else adversary.parameters())]
    counts = Counts(torch.tensor([300.0]), torch.tensor([300.0]))
    optimiser = torch.optim.AdamW(learning, 1e-2)
    stepper = Stepper(
        network, optimiser, BinaryCrossEntropy(), counts, PATIENTS, lambda loss: loss.backward(), print,
        adversary=adversary,
    )  # fmt: skip
    for step in range(400):
        stepper.step(images, truth, [""] * PATIENTS, (0, step), torch.arange(PATIENTS))
    logits, features = (one.detach().numpy() for one in network(images))
    line = LogisticRegression().fit(features, site)
    return float(line.score(features, site)), float(((logits[:, 0] > 0) == ill).mean())


def test_the_harder_it_is_pushed_the_less_the_feature_tells_of_the_site() -> None:
    (plain, finding), (less, still), (least, _) = told_of_site(None), told_of_site(0.3), told_of_site(1.0)
    assert plain > less + 0.05
    assert less > least + 0.1
    assert still > finding - 0.01  # and no more is lost than the site alone had told of it


def test_a_recipe_learns_with_it_and_goes_on_to_the_bit(tmp_path: Path) -> None:
    recipe = fd.read_recipe(made.write(tmp_path))
    asked = fd.change_recipe(recipe, ["training.adversary=0.5", "phases.head.epochs=1", "phases.whole.epochs=2"])

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fd.learn_bundle(asked, tmp_path / "halves", told=stop)
    learned = fd.learn_bundle(asked, tmp_path / "halves")
    assert learned.packed.read_bytes() == fd.learn_bundle(asked, tmp_path / "whole").packed.read_bytes()


def test_one_site_alone_is_refused(tmp_path: Path) -> None:
    table = made.rows()
    asked = fd.read_recipe(made.write(tmp_path, table.with_columns(site=table["site"].str.replace("west", "east"))))
    with pytest.raises(UnusableInput, match="with two sites at least"):
        fd.learn_bundle(fd.change_recipe(asked, ["training.adversary=1"]), tmp_path / "run")


def test_the_gradient_that_reaches_the_features_is_turned_around() -> None:
    features, plain = (torch.ones(4, 3, requires_grad=True) for _ in range(2))
    adversary = SiteAdversary(3, torch.tensor([0, 1, 0, 1]), 0.5, 0)
    adversary.loss(features, torch.arange(4)).backward()
    nn.functional.cross_entropy(adversary.head(plain), adversary.sites, reduction="sum").backward()
    assert features.grad is not None
    assert plain.grad is not None
    torch.testing.assert_close(features.grad, -0.5 * plain.grad)
