"""One step without labels: parts, memory, and losses that are no number."""

import numpy as np
import pytest
import torch
from torch import nn

from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.objectives.contract import Objective
from fiducial.learn.objectives.masked import Masked
from fiducial.learn.objectives.simclr import SimClr
from fiducial.learn.pretraining.looking import Looking, LookStepper
from fiducial.learn.training.memory import DoesNotFit
from fiducial.learn.training.peers import Peers, Seat
from fiducial.learn.training.stepping import Diverged

IMAGES = torch.randn(8, 1, 16, 16, generator=torch.Generator().manual_seed(0))
STUDIES = ["a", "b", "c", "d"] * 2
MEMBERS = pytest.mark.parametrize("member", [SimClr(width=4), Masked(patch=4)], ids=lambda one: one.name)


class Cramped(nn.Module):
    """The module inside it, for ``most`` pictures at a time."""

    def __init__(self, inside: nn.Module, most: int) -> None:
        super().__init__()
        self.inside, self.most = inside, most

    def forward(self, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        if len(images) > self.most:
            raise torch.OutOfMemoryError
        found: torch.Tensor = self.inside(images, drawn)
        return found


def stepper(member: Objective, micro: int, most: int = 99) -> tuple[LookStepper, torch.Tensor, list[str]]:
    torch.manual_seed(0)
    network = Classifier(("small:2",), 1, 1)
    for one in network.modules():  # batch statistics depend on how many are shown at a time, here as everywhere
        if isinstance(one, nn.BatchNorm2d):
            one.eval()
    head = member.head(network, (1, 16, 16))
    looking, notes = Looking(network, head), list[str]()
    drawn = torch.stack([head.draw(np.random.default_rng(place)) for place in range(8)])
    optimiser = torch.optim.SGD(looking.parameters(), 0.1)
    made = LookStepper(
        looking, Cramped(looking, most), optimiser, micro, lambda loss: loss.backward(), notes.append,
        Peers(Seat(), None),
    )  # fmt: skip
    for one in network.backbones.modules():
        if isinstance(one, nn.BatchNorm2d):
            one.eval()
    return made, drawn, notes


def weights(made: LookStepper) -> torch.Tensor:
    return torch.cat([one.detach().flatten() for one in made.looking.parameters()])


@MEMBERS
@pytest.mark.parametrize("micro", [1, 3])
def test_parts_give_the_gradient_of_the_whole_batch_with_all_its_negatives(member: Objective, micro: int) -> None:
    (whole, drawn, _), (parts, _, _) = stepper(member, 8), stepper(member, micro)
    before = weights(whole)
    assert whole.step(IMAGES, drawn, STUDIES, (0,)) == pytest.approx(parts.step(IMAGES, drawn, STUDIES, (0,)))
    torch.testing.assert_close(weights(whole), weights(parts))
    assert not torch.equal(weights(whole), before)


@MEMBERS
def test_when_the_memory_runs_out_fewer_are_shown_and_the_same_is_learned(member: Objective) -> None:
    (whole, drawn, _), (cramped, _, notes) = stepper(member, 8), stepper(member, 8, most=3)
    whole.step(IMAGES, drawn, STUDIES, (0,))
    cramped.step(IMAGES, drawn, STUDIES, (0,))
    assert cramped.micro == 2
    assert "whatever in it is compared" in notes[1]
    torch.testing.assert_close(weights(whole), weights(cramped))


def test_the_first_showing_leaves_the_statistics_of_layers_alone() -> None:
    made, drawn, _ = stepper(SimClr(width=4), 4)
    made.looking.train()
    made.step(IMAGES, drawn, STUDIES, (0,))
    counts = [one for name, one in made.looking.named_buffers() if name.endswith("num_batches_tracked")]
    assert {int(one) for one in counts} == {2}  # two parts, once each


def test_when_not_even_one_picture_fits_it_says_so() -> None:
    made, drawn, _ = stepper(SimClr(width=4), 8, most=0)
    with pytest.raises(DoesNotFit, match="not even one image"):
        made.step(IMAGES, drawn, STUDIES, (0,))


@MEMBERS
def test_a_loss_that_is_no_number_stops_names_the_study_and_changes_no_weight(member: Objective) -> None:
    made, drawn, _ = stepper(member, 3)
    before, images = weights(made), IMAGES.clone()
    images[5] = torch.inf
    with pytest.raises(Diverged, match=r"in a batch of b\. "):
        made.step(images, drawn, STUDIES, (0,))
    torch.testing.assert_close(weights(made), before)
