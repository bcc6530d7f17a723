"""Backbones in files of their own, as ``network.weights`` takes them in another recipe."""

from pathlib import Path

from safetensors.torch import save

from fiducial.errors import UnusableInput
from fiducial.files.writing import replacing
from fiducial.learn.networks.classifier import Classifier


def backbone_files(folder: Path, count: int) -> tuple[Path, ...]:
    """``backbone.safetensors``; of several, ``backbone-1.safetensors`` and so on, in the recipe's order."""
    if count == 1:
        return (folder / "backbone.safetensors",)
    return tuple(folder / f"backbone-{number}.safetensors" for number in range(1, count + 1))


def write_backbones(network: Classifier, folder: Path) -> tuple[Path, ...]:
    """One file a backbone; the same bytes from the same weights.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    files = backbone_files(folder, len(network.backbones))
    for one, file in zip(network.backbones, files, strict=True):
        content = save({name: value.detach().cpu().contiguous() for name, value in one.state_dict().items()})
        try:
            with replacing(file) as temporary:
                temporary.write_bytes(content)
        except OSError as refused:
            raise UnusableInput(
                f"{file}: cannot be written ({refused.strerror}). Make room and run again."
            ) from refused
    return files
