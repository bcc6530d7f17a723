"""Which layers learn in a phase, and how fast: frozen, unfrozen from a named layer, slower towards the input."""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.recipe import Phase

_TAKEN_APART = ("features", "blocks", "stages", "layers")  # what timm and MONAI call a row of stages

Group = dict[str, "list[nn.Parameter] | float"]  # as torch.optim takes it


def freeze(network: Classifier, phase: Phase) -> None:
    """Let only those layers learn that the phase names; the head always does.

    Raises:
        WrongUsage: a backbone has no such layer, or there are more names than backbones.
    """
    names = phase.unfrozen_from
    listed = names if isinstance(names, tuple) else (names,) * len(network.backbones)
    if len(listed) != len(network.backbones):
        raise WrongUsage(
            f"phases.{phase.name}.unfrozen_from: names {len(listed)} layers for {len(network.backbones)} backbones; "
            "give one each."
        )
    for one, name in zip(network.backbones, listed, strict=True):
        frozen = _before(one, name, phase) if name is not None else set(one.parameters()) if phase.frozen else set()
        for parameter in one.parameters():
            parameter.requires_grad_(parameter not in frozen)


def to_training(network: Classifier) -> None:
    """Training mode, but for normalisation layers that are frozen: their statistics stay, too."""
    network.train()
    for module in network.modules():
        if isinstance(module, _BatchNorm) and module.affine and not module.weight.requires_grad:
            module.eval()


def groups(network: Classifier, phase: Phase) -> list[Group]:
    """Parameters with their learning rates: the head's is the phase's, each stage before it ``layer_decay`` slower.

    Source: Howard and Ruder 2018, ACL, 328-339, doi:10.18653/v1/P18-1031 (discriminative fine-tuning).
    """
    found: list[Group] = [{"params": list(network.head.parameters()), "lr": phase.learning_rate}]
    for one in network.backbones:
        for away, stage in enumerate(reversed(stages(one)), start=1):
            learning = [parameter for parameter in stage if parameter.requires_grad]
            if learning:
                found.append({"params": learning, "lr": phase.learning_rate * phase.layer_decay**away})
    return found


def stages(one: nn.Module) -> list[list[nn.Parameter]]:
    """The parameters of a backbone by stage, from the input on; ``features``, ``blocks`` and their like come apart."""
    found: dict[str, list[nn.Parameter]] = {}
    for name, parameter in one.named_parameters():
        parts = name.removeprefix("body.").split(".")
        found.setdefault(".".join(parts[: 2 if parts[0] in _TAKEN_APART else 1]), []).append(parameter)
    return list(found.values())


def _before(one: nn.Module, name: str, phase: Phase) -> set[torch.Tensor]:
    modules = dict(one.named_modules())
    inside = next((known for known in (name, f"body.{name}") if name and known in modules), None)
    if inside is None:
        known = [layer.removeprefix("body.") for layer in modules if layer]
        short = [layer for layer in known if layer.count(".") < 2]
        raise WrongUsage(
            f"phases.{phase.name}.unfrozen_from: the network has no layer {name!r}.{did_you_mean(name, known)} "
            f"It has, among others: {', '.join(short[:20])}."
        )
    first = next(iter(modules[inside].parameters()), None)
    found: set[torch.Tensor] = set()
    for parameter in one.parameters():
        if parameter is first:
            return found
        found.add(parameter)
    raise WrongUsage(f"phases.{phase.name}.unfrozen_from: the layer {name!r} has no weights; name one that learns.")
