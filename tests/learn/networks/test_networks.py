"""Backbones by name, fused, frozen, and filled from files."""

from pathlib import Path

import pytest
import torch
from torch import nn

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.learn.networks.backbones import backbone
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.networks.freezing import freeze, groups, stages, to_training
from fiducial.learn.networks.small import SmallCnn
from fiducial.learn.networks.weights import load_weights
from fiducial.learn.recipe import Phase


def phase(**settings: object) -> Phase:
    return Phase.model_validate({"name": "one", "epochs": 1, "learning_rate": 0.1} | settings)


@pytest.mark.parametrize(
    ("names", "width"),
    [
        (("timm:densenet121", "timm:efficientnet_b2"), 2432),
        (("timm:densenet169", "timm:efficientnet_b3"), 3200),
        (("monai:densenet121", "monai:efficientnet-b2"), 2432),
        (("timm:resnet50",), 2048),
        (("monai:resnet18",), 512),
        (("small:4",), 16),
    ],
)
def test_the_width_of_fused_features_is_derived(names: tuple[str, ...], width: int) -> None:
    network = Classifier(names, 3, 2)
    assert (network.width, network.head.in_features) == (width, width)


def test_logits_are_the_head_on_the_mean_of_the_map() -> None:
    network = Classifier(("small:4", "small:2"), 1, 3).eval()
    logits, features, found = network(torch.randn(2, 1, 32, 32))
    torch.testing.assert_close(found.mean(dim=(2, 3)), features)
    torch.testing.assert_close(network.head(features), logits)


@pytest.mark.parametrize("name", ["monai:densnet121", "timm:resnet5", "big", "small:0"])
def test_an_unknown_network_is_refused(name: str) -> None:
    with pytest.raises(WrongUsage, match="network"):
        backbone(name, 1)


def test_a_network_without_a_map_is_refused() -> None:
    with pytest.raises(WrongUsage, match="vit_tiny"):
        Classifier(("timm:vit_tiny_patch16_224",), 3, 1)


def test_frozen_leaves_the_head_alone_to_learn_and_statistics_as_they_are() -> None:
    network = Classifier(("small:4",), 1, 1)
    freeze(network, phase(frozen=True))
    to_training(network)
    before = {name: value.clone() for name, value in network.backbones.state_dict().items()}
    network(torch.randn(4, 1, 16, 16))[0].sum().backward()
    assert [name for name, one in network.named_parameters() if one.grad is not None] == ["head.weight", "head.bias"]
    assert all(torch.equal(value, before[name]) for name, value in network.backbones.state_dict().items())


def test_unfrozen_from_a_layer_frees_it_and_all_behind_it() -> None:
    network = Classifier(("small:4",), 1, 1)
    freeze(network, phase(unfrozen_from="stage2"))
    free = {name.split(".")[1] for name, one in network.backbones.named_parameters() if one.requires_grad}
    assert free == {"stage2", "stage3"}


def test_an_unknown_layer_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'stage2'"):
        freeze(Classifier(("small:4",), 1, 1), phase(unfrozen_from="stag2"))


def test_stages_learn_slower_towards_the_input() -> None:
    network = Classifier(("small:4",), 1, 1)
    rates = [group["lr"] for group in groups(network, phase(layer_decay=0.5))]
    assert rates == [0.1, 0.05, 0.025, 0.0125, 0.00625]


def test_stages_hold_every_parameter_once() -> None:
    one = backbone("timm:resnet18", 3)
    held = [parameter for stage in stages(one) for parameter in stage]
    assert [id(parameter) for parameter in held] == [id(parameter) for parameter in one.parameters()]
    assert len(stages(one)) == 6  # conv1, bn1 and four layers


def test_weights_of_a_file_are_taken_and_its_last_layer_left_out(tmp_path: Path) -> None:
    source, target = SmallCnn(1, 4), SmallCnn(1, 4)
    torch.save(source.state_dict() | {"fc.weight": torch.zeros(3, 16)}, tmp_path / "w.pt")
    load_weights(target, tmp_path / "w.pt")
    assert all(torch.equal(one, target.state_dict()[name]) for name, one in source.state_dict().items())


@pytest.mark.parametrize("other", [SmallCnn(1, 8), nn.Linear(3, 3)])
def test_a_checkpoint_of_another_network_is_refused(other: nn.Module, tmp_path: Path) -> None:
    torch.save(other.state_dict(), tmp_path / "w.pt")
    with pytest.raises(UnusableInput, match="is of another network"):
        load_weights(SmallCnn(1, 4), tmp_path / "w.pt")


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.pt").write_bytes(b"no weights")
    with pytest.raises(UnusableInput, match="holds no weights"):
        load_weights(SmallCnn(1, 4), tmp_path / "w.pt")
