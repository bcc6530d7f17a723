"""Weights of a local file into a backbone; a file of another network is refused with what does not fit."""

import pickle
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_file

_SHOWN = 3


def load_weights(network: nn.Module, path: Path) -> str:
    """Fill a backbone from ``.safetensors``, ``.pt`` or ``.pth``; gives the file's hash.

    Names may be the network's own, or those of its only child (as timm and MONAI save them). What the file holds
    beyond the network, such as a classification layer, is left out; what the network has and the file lacks is not.

    Raises:
        UnusableInput: the file cannot be read, or is of another network.
    """
    found = _read(path)
    wanted = network.state_dict()
    named = {_same_name(name, wanted): value for name, value in found.items()}
    missing = [name for name in wanted if name not in named]
    shaped = [name for name in wanted if name in named and named[name].shape != wanted[name].shape]
    if missing or shaped:
        told = ", ".join([*missing, *shaped][:_SHOWN])
        raise UnusableInput(
            f"{path}: is of another network: {len(missing)} of its {len(wanted)} layers are not in the file and "
            f"{len(shaped)} have another shape ({told}). Name the network that the file was made for."
        )
    network.load_state_dict({name: named[name] for name in wanted})
    return hash_file(path)


def load_network(network: nn.Module, path: Path) -> str:
    """Fill a whole classifier from what an earlier run left; gives the file's hash.

    Raises:
        UnusableInput: the file cannot be read, or is of another network or other findings.
    """
    found, wanted = _read(path), network.state_dict()
    other = [name for name in wanted if name not in found or found[name].shape != wanted[name].shape]
    if other or len(found) != len(wanted):
        told = ", ".join(other[:_SHOWN]) or f"{len(found)} layers instead of {len(wanted)}"
        raise UnusableInput(
            f"{path}: is of another network ({told}). Keep backbone and findings as they were when it was trained."
        )
    network.load_state_dict(found)
    return hash_file(path)


def _same_name(name: str, wanted: dict[str, torch.Tensor]) -> str:
    inside = f"body.{name}"
    if name in wanted or inside not in wanted:
        shorter = f"body.{name.removeprefix('features.')}"
        return shorter if name not in wanted and shorter in wanted else name
    return inside


def _read(path: Path) -> dict[str, torch.Tensor]:
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as absent:
        raise UnusableInput(f"{path}: there is no such file (network.weights).") from absent
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as broken:
        raise UnusableInput(f"{path}: holds no weights that torch can read safely ({broken}).") from broken
    found = found.get("state_dict", found) if isinstance(found, dict) else found
    if not isinstance(found, dict) or not all(isinstance(value, torch.Tensor) for value in found.values()):
        raise UnusableInput(f"{path}: is no table of weights; save the network's state_dict().")
    return found
