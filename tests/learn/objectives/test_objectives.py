"""What every objective obeys, and what each tells."""

import numpy as np
import pytest
import torch

from fiducial import plugins
from fiducial.errors import WrongUsage
from fiducial.learn.augmenters.crop import Crop
from fiducial.learn.augmenters.flip import Flip
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.objectives.contract import Head, Objective
from fiducial.learn.objectives.masked import FillIn, Masked
from fiducial.learn.objectives.simclr import Contrast, SimClr
from fiducial.learn.operators import imported

MEMBERS: tuple[Objective, ...] = (SimClr(width=8), Masked(patch=4))
SHAPE = (2, 16, 24)
IMAGES = torch.randn(6, *SHAPE, generator=torch.Generator().manual_seed(0))


def network() -> Classifier:
    torch.manual_seed(0)
    return Classifier(("small:2",), 2, 1)


def drawn(head: Head, count: int = 6) -> torch.Tensor:
    return torch.stack([head.draw(np.random.default_rng(number)) for number in range(count)])


def test_every_built_in_is_tried_here() -> None:
    assert sorted(one.name for one in MEMBERS) == list(plugins.names("objectives"))


@pytest.mark.parametrize("member", MEMBERS, ids=lambda one: one.name)
def test_there_is_one_row_a_picture_and_a_gradient_for_the_backbones_alone(member: Objective) -> None:
    learner = network()
    head = member.head(learner, SHAPE)
    found = head(learner, IMAGES, drawn(head))
    assert len(found) == len(IMAGES)
    head.loss(found).backward()
    assert all(one.grad is not None for one in [*learner.backbones.parameters(), *head.parameters()])
    assert all(one.grad is None for one in learner.head.parameters())


@pytest.mark.parametrize("member", MEMBERS, ids=lambda one: one.name)
def test_a_view_is_drawn_by_the_recipes_augmenters_first(member: Objective) -> None:
    assert member.augmenters((Flip(),))[0] == Flip()


def test_simclr_is_the_loss_of_monai() -> None:
    found = torch.randn(10, 8, generator=torch.Generator().manual_seed(1))
    peer = imported("monai.losses").ContrastiveLoss(temperature=0.2)
    torch.testing.assert_close(Contrast(4, 8, 0.2).loss(found), peer(found[:5], found[5:]))


def test_simclr_is_nearly_nothing_where_views_are_alike_and_others_opposite() -> None:
    alike = torch.eye(4).repeat(2, 1)
    mixed = torch.cat([alike[:4], alike[:4].roll(1, 0)])
    assert float(Contrast(4, 4, 0.05).loss(alike)) < 1e-6
    assert float(Contrast(4, 4, 0.05).loss(mixed)) > 1


def test_simclr_crops() -> None:
    assert Crop(area=0.5) in SimClr(crop=0.5).augmenters(())


def test_masked_hides_its_share_of_patches_from_the_network_and_tells_of_nothing_else() -> None:
    learner = network().eval()
    head = Masked(patch=4, share=0.5).head(learner, SHAPE)
    assert isinstance(head, FillIn)
    mask = drawn(head)
    assert mask.flatten(1).sum(dim=1).tolist() == [12] * 6
    pixels = mask.repeat_interleave(4, 1).repeat_interleave(4, 2)[:, None]
    elsewhere = torch.where(pixels, 5.0, IMAGES)  # the network cannot tell: what differs is hidden from it
    both = [head(learner, images, mask) for images in (IMAGES, elsewhere)]
    with torch.no_grad():
        guess = both[0] - both[1]
    assert guess.abs().min() > 1
    with torch.no_grad():
        shown = learner(torch.where(pixels, 0.0, IMAGES))[2]
        again = learner(torch.where(pixels, 0.0, elsewhere))[2]
    torch.testing.assert_close(shown, again)


def test_masked_tells_the_mean_absolute_error_of_what_is_hidden() -> None:
    learner = network()
    head = Masked(patch=4).head(learner, SHAPE)
    assert isinstance(head, FillIn)
    for parameter, value in zip(head.draws.parameters(), (0.0, 2.0), strict=True):
        torch.nn.init.constant_(parameter, value)  # weight and bias: it fills in 2 everywhere
    found = head(learner, torch.full((3, *SHAPE), -1.0), drawn(head, 3))
    torch.testing.assert_close(found, torch.full((3, 1), 3.0))


def test_a_picture_of_too_few_patches_is_refused_with_one_that_fits() -> None:
    with pytest.raises(WrongUsage, match=r"16 x 24 pixels have fewer than 2 patches of 32.*patch = 2"):
        Masked().head(network(), SHAPE)
