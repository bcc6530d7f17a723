"""Averaged weights: an exponential moving average over steps, and the statistics of normalisation layers with it."""

from copy import deepcopy

import torch

from fiducial.learn.networks.classifier import Classifier


class Average:
    """``network``: the averaged one. Early on the decay is (1 + n) / (10 + n), so that the first steps are forgotten.

    Source: Polyak and Juditsky 1992, SIAM J Control Optim 30:838-855, doi:10.1137/0330046; the warm-up is TensorFlow's.
    """

    def __init__(self, network: Classifier, decay: float) -> None:
        """A copy to begin with."""
        self.network = deepcopy(network).eval().requires_grad_(requires_grad=False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, network: Classifier) -> None:
        """After a step of the optimiser."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mine, its in zip(self.network.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(its, 1 - decay)
            else:
                mine.copy_(its)

    def state(self) -> dict[str, object]:
        """For the state of a run."""
        return {"network": self.network.state_dict(), "steps": self.steps}

    def restore(self, state: dict[str, object]) -> None:
        """From ``state``."""
        self.network.load_state_dict(state["network"])  # type: ignore[arg-type]  # as state wrote it
        self.steps = int(str(state["steps"]))
