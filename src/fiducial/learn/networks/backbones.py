"""A backbone by its name: ``timm:NAME``, ``monai:NAME`` or ``small[:WIDTH]``; a picture in, a feature map out.

No weights are downloaded: a network starts from noise, or from a file that the recipe names.
"""

from collections.abc import Callable

import torch
from torch import nn

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.learn.networks.small import WIDTH, SmallCnn
from fiducial.learn.operators import imported

_DENSENETS = ("densenet121", "densenet169", "densenet201", "densenet264")
_RESNETS = ("resnet10", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
_EFFICIENTNETS = tuple(f"efficientnet-b{size}" for size in range(9))
MONAI = (*_DENSENETS, *_EFFICIENTNETS, *_RESNETS)


class Timm(nn.Module):
    """A convolutional network of timm, without its head."""

    def __init__(self, name: str, channels: int) -> None:
        """``channels``: of the picture.

        Raises:
            WrongUsage: timm has no such network.
        """
        super().__init__()
        timm = imported("timm")
        if not timm.is_model(name):
            raise WrongUsage(f"timm has no network {name!r}.{did_you_mean(name, timm.list_models())}")
        self.body = timm.create_model(name, pretrained=False, num_classes=0, global_pool="", in_chans=channels)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(n, channels, rows, columns) -> the last feature map."""
        found: torch.Tensor = self.body.forward_features(image)
        return found


class MonaiDenseNet(nn.Module):
    """A DenseNet of MONAI, up to its last activation."""

    def __init__(self, name: str, channels: int) -> None:
        """``channels``: of the picture."""
        super().__init__()
        kind = getattr(imported("monai.networks.nets"), name)
        self.body = kind(spatial_dims=2, in_channels=channels, out_channels=1).features

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(n, channels, rows, columns) -> the last feature map."""
        return torch.relu(self.body(image))


class MonaiResNet(nn.Module):
    """A ResNet of MONAI, up to its fourth layer."""

    def __init__(self, name: str, channels: int) -> None:
        """``channels``: of the picture."""
        super().__init__()
        kind = getattr(imported("monai.networks.nets"), name)
        whole = kind(spatial_dims=2, n_input_channels=channels, num_classes=1)
        kept = ("conv1", "bn1", "act", "maxpool", "layer1", "layer2", "layer3", "layer4")
        for part in kept:
            self.add_module(part, getattr(whole, part))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(n, channels, rows, columns) -> the last feature map."""
        for part in self.children():
            image = part(image)
        return image


class MonaiEfficientNet(nn.Module):
    """An EfficientNet of MONAI, up to the activation behind its last convolution."""

    def __init__(self, name: str, channels: int) -> None:
        """``channels``: of the picture."""
        super().__init__()
        kind = imported("monai.networks.nets").EfficientNetBN
        whole = kind(name, pretrained=False, spatial_dims=2, in_channels=channels, num_classes=1)
        whole.set_swish(memory_efficient=False)  # the other one has no form in ONNX
        self.stem = nn.Sequential(whole._conv_stem_padding, whole._conv_stem, whole._bn0, nn.SiLU())  # noqa: SLF001  (MONAI has no other door)
        self.blocks = whole._blocks  # noqa: SLF001  (as above)
        self.top = nn.Sequential(whole._conv_head_padding, whole._conv_head, whole._bn1, nn.SiLU())  # noqa: SLF001  (as above)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(n, channels, rows, columns) -> the last feature map."""
        found: torch.Tensor = self.top(self.blocks(self.stem(image)))
        return found


def backbone(name: str, channels: int) -> nn.Module:
    """The backbone behind a name, from noise. ``channels``: of the picture.

    Raises:
        WrongUsage: no network bears the name.
    """
    home, _, rest = name.partition(":")
    if home == "small" and (not rest or (rest.isdecimal() and int(rest))):
        return SmallCnn(channels, int(rest or WIDTH))
    if home == "timm" and rest:
        return Timm(rest, channels)
    if home == "monai" and rest in MONAI:
        return _family(rest)(rest, channels)
    hint = did_you_mean(rest, MONAI) if home == "monai" else ""
    raise WrongUsage(
        f"network.backbone: {name!r} is no network.{hint} It is written timm:NAME (timm.list_models()), small[:WIDTH] "
        f"or monai:NAME with one of {', '.join(MONAI)}."
    )


def _family(name: str) -> Callable[[str, int], nn.Module]:
    if name in _DENSENETS:
        return MonaiDenseNet
    return MonaiResNet if name in _RESNETS else MonaiEfficientNet
