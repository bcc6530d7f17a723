"""Numbers from saliency maps: the share that lies inside a region, and how far the map depends on the weights."""

from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import rankdata

from fiducial.errors import UnusableInput
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Extra, Floats, Shown
from fiducial.models.explainers.cam import activation, head_of
from fiducial.scans.areas import Mask

_DRAWS = 5  # random heads that a map is compared with


def energies(heat: Floats, places: Mapping[str, Mask]) -> Iterator[tuple[str, float, float]]:
    """(region, energy, area) of each place: its share of what speaks for the finding, and of the image.

    ``heat``: (slices, rows, columns). Nothing is given where nothing speaks for the finding.

    Source: Wang et al. 2020, Score-CAM, CVPR Workshops, 24-25 (energy-based pointing game).
    """
    positive = np.clip(heat, 0, None)
    total = float(positive.sum(dtype=np.float64))
    if total <= 0:
        return
    for name, mask in places.items():
        share = float(positive[mask].sum(dtype=np.float64)) / total
        yield name, min(1.0, share), float(mask.mean())


def similarity_to_random(
    model: BundleModel, shown: Shown, finding: str, rng: np.random.Generator, explainer: str
) -> float | None:
    """The rank correlation, 0-1, of a CAM with those of the same network under random weights of its last layer.

    Near 1 the map shows what any weights would (edges), and says nothing of the model. The absolute value is taken, as
    a map and its negative mark the same places; the mean over five draws. None for other explainers, whose question
    needs random weights throughout, and for a map of one value. Source: Adebayo et al. 2018, Sanity Checks for Saliency
    Maps, NeurIPS 31, arXiv:1810.03292.

    Raises:
        UnusableInput: the model does not answer.
    """
    if explainer != "cam":
        return None
    answer = model.answer([shown], frozenset({Extra.SALIENCY_MAP}))[0]
    if answer.feature_map is None:
        raise UnusableInput(answer.reason or "the model gave no feature map")
    head = head_of(model.bundle)
    row = model.bundle.manifest.classes.index(finding)
    own = _ranks(activation(answer, head.weight[row]))
    others = [_ranks(activation(answer, head.randomised(rng).weight[row])) for _ in range(_DRAWS)]
    if own.std() == 0 or any(other.std() == 0 for other in others):
        return None
    return float(np.mean([abs(np.corrcoef(own, other)[0, 1]) for other in others]))


def _ranks(heat: Floats) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(rankdata(heat.ravel()), dtype=np.float64)
