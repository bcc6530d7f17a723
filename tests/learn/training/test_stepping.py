"""One step: micro-batches, memory, and losses that are no number."""

import pytest
import torch
from torch import nn

from fiducial.learn.losses.bce import BinaryCrossEntropy
from fiducial.learn.losses.contract import Counts
from fiducial.learn.networks.rehearsal import Cramped
from fiducial.learn.training.memory import DoesNotFit
from fiducial.learn.training.stepping import Diverged, Stepper

IMAGES = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
TRUTH = torch.tensor([[0.0], [1.0], [torch.nan], [1.0], [0.0], [0.0], [1.0], [torch.nan]])
STUDIES = [f"s{number}" for number in range(8)]


class Line(nn.Module):
    """Linear, without batch statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 1)
        nn.init.constant_(self.layer.weight, 0.5)
        nn.init.zeros_(self.layer.bias)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.layer(image),)


def stepper(micro: int, most: int = 99) -> tuple[Stepper, list[str]]:
    network, notes = Cramped(Line(), most), list[str]()
    counts = Counts(torch.tensor([3.0]), torch.tensor([3.0]))
    optimiser = torch.optim.SGD(network.parameters(), 0.1)
    return Stepper(
        network, optimiser, BinaryCrossEntropy(), counts, micro, lambda loss: loss.backward(), notes.append,
    ), notes  # fmt: skip


def weights(made: Stepper) -> torch.Tensor:
    return torch.cat([one.detach().flatten() for one in made.network.parameters()])


@pytest.mark.parametrize("micro", [1, 3, 4])
def test_micro_batches_add_up_to_the_whole_batch_missing_labels_and_all(micro: int) -> None:
    (whole, _), (parts, _) = stepper(8), stepper(micro)
    assert whole.step(IMAGES, TRUTH, STUDIES) == pytest.approx(parts.step(IMAGES, TRUTH, STUDIES))
    torch.testing.assert_close(weights(whole), weights(parts))


def test_when_the_memory_runs_out_the_micro_batch_is_halved_and_the_effective_batch_kept() -> None:
    (whole, _), (cramped, notes) = stepper(8), stepper(8, most=3)
    whole.step(IMAGES, TRUTH, STUDIES)
    cramped.step(IMAGES, TRUTH, STUDIES)
    assert cramped.micro == 2
    assert [note.split(";")[1].split(".")[0] for note in notes] == [" it goes on with 4", " it goes on with 2"]
    torch.testing.assert_close(weights(whole), weights(cramped))


def test_when_not_even_one_image_fits_it_says_so() -> None:
    with pytest.raises(DoesNotFit, match="not even one image"):
        stepper(8, most=0)[0].step(IMAGES, TRUTH, STUDIES)


def test_a_loss_that_is_no_number_stops_names_the_studies_and_changes_no_weight() -> None:
    made, _ = stepper(2)
    images, before = IMAGES.clone(), weights(made)
    images[5] = torch.inf
    with pytest.raises(Diverged, match=r"in a batch of s4, s5\. "):
        made.step(images, TRUTH, STUDIES)
    torch.testing.assert_close(weights(made), before)
