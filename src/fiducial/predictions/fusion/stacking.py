"""Fitting a stack: how much each model's score is worth beside the others, on a split that is not judged."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logit

from fiducial.predictions.fusion.scores import EDGE, Stacked

FEWEST = 20  # ill and healthy; a stack that is fitted on fewer is noise


def fit_stack(truth: NDArray[np.bool_], scores: NDArray[np.float64], *, ridge: float = 1.0) -> Stacked:
    """Fit by penalised maximum likelihood; no slope is negative, so that no model's alarm lowers the score.

    ``truth``: (n,); ``scores``: (n, models), rows without all scores are left out. ``ridge`` pulls the slopes towards
    those of the plain logit mean.

    Raises:
        ValueError: fewer than 20 ill or healthy rows with every score.
    """
    whole = ~np.isnan(scores).any(axis=1)
    ill, given = truth[whole], logit(np.clip(scores[whole], EDGE, 1 - EDGE))
    if min(ill.sum(), (~ill).sum()) < FEWEST:
        raise ValueError(
            f"a stack needs {FEWEST} ill and {FEWEST} healthy rows with every score; got {int(ill.sum())} and "
            f"{int((~ill).sum())}"
        )
    models = given.shape[1]
    sign, prior = np.where(ill, 1.0, -1.0), np.full(models, 1.0 / models)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (parameters[0] + given @ parameters[1:])
        away = parameters[1:] - prior
        pull = -sign / (1.0 + np.exp(np.clip(margin, -500, 500)))
        value = np.logaddexp(0.0, -margin).sum() + 0.5 * ridge * away @ away
        return float(value), np.concatenate([[pull.sum()], given.T @ pull + ridge * away])

    start = np.concatenate([[0.0], prior])
    bounds = [(None, None), *[(0.0, None)] * models]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return Stacked(float(found.x[0]), tuple(float(slope) for slope in found.x[1:]))
