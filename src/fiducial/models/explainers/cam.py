"""Explainer: class activation maps. One product of the last feature map with the weights of the last layer.

For a network that ends in global average pooling and one linear layer this is Grad-CAM up to scale, and the mean of
the map plus the bias is the logit. Source: Zhou et al. 2016, CVPR, 2921-2929, doi:10.1109/CVPR.2016.319.
"""

import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.bundle import Bundle
from fiducial.models.bundle_files import required
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Answer, Extra, Floats, Model, Shown
from fiducial.models.outputs import laid_back, require_numbers


@dataclass(frozen=True, slots=True)
class Head:
    """The last layer: ``weight`` (classes, channels) and ``bias`` (classes,)."""

    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]


def head_of(bundle: Bundle) -> Head:
    """The last layer that a bundle carries beside its graph.

    Raises:
        WrongUsage: it carries none.
        UnusableInput: the file holds something else.
    """
    name = bundle.manifest.outputs.head
    if name is None or bundle.manifest.outputs.map is None:
        raise WrongUsage(
            f"{bundle.where}: cam needs outputs.map and outputs.head, and the bundle has not both. Export the last "
            "feature map and the weights behind it, or use occlusion or rise."
        )
    content = required(bundle.files, name, where=bundle.where)
    try:
        with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as found:
            head = Head(found["weight"].astype(np.float32), found["bias"].astype(np.float32))
    except (OSError, ValueError, KeyError) as wrong:
        raise UnusableInput(f"{bundle.where}: {name} holds no weight and bias ({wrong}).") from wrong
    if head.weight.ndim != 2 or len(head.weight) != len(bundle.manifest.classes):
        raise UnusableInput(
            f"{bundle.where}: {name} has a weight of {head.weight.shape}; {len(bundle.manifest.classes)} classes x "
            "channels were expected."
        )
    return head


def activation(answer: Answer, weight: npt.NDArray[np.float32]) -> Floats:
    """(slices, rows, columns) of the feature map, from the weights of one class (channels,).

    Raises:
        UnusableInput: the answer has no feature map, one of another width, or one that holds NaN or infinity.
    """
    maps = answer.feature_map
    if maps is None:
        raise UnusableInput(answer.reason or "the model gave no feature map")
    if maps.shape[1] != len(weight):
        raise UnusableInput(f"the feature map has {maps.shape[1]} channels and the head {len(weight)}")
    require_numbers(maps)
    found: Floats = np.tensordot(maps, weight, axes=(1, 0))
    return found


def cam(answer: Answer, weight: npt.NDArray[np.float32], source: tuple[int, int]) -> Floats:
    """(slices, rows, columns) over the source image; 0 where the model was shown nothing. Raises as ``activation``."""
    if answer.placement is None:
        raise UnusableInput(answer.reason or "the model gave no feature map")
    return laid_back(activation(answer, weight), answer.placement, source, smooth=True)


@dataclass(frozen=True, slots=True)
class Cam:
    """Class activation maps."""

    name: ClassVar[str] = "cam"
    says: ClassVar[str] = "the last feature map times the weights of the last layer; costs nothing beside the score"

    def saliency(self, model: Model, shown: Shown, finding: str, rng: np.random.Generator) -> Floats:  # noqa: ARG002
        """The map of one class."""
        if not isinstance(model, BundleModel):
            raise WrongUsage(f"cam looks into bundles, and {model.name} is none. Use occlusion or rise.")
        classes = model.bundle.manifest.classes
        if finding not in classes:
            raise WrongUsage(f"{model.name} knows {', '.join(classes)}, and not {finding!r}.")
        weight = head_of(model.bundle).weight[classes.index(finding)]
        answer = model.answer([shown], frozenset({Extra.SALIENCY_MAP}))[0]
        if answer.reason is not None and answer.feature_map is None:
            raise UnusableInput(answer.reason)
        rows, columns = shown.scan.array.shape[1:3]
        return cam(answer, weight, (rows, columns))
