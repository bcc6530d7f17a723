"""Does the saliency show the model at all? It must change once the weights are drawn at random."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from fiducial.audit.case import Case, Decisions
from fiducial.audit.clever_hans.look import FEWEST
from fiducial.audit.probes.tables import SIMILARITY
from fiducial.claims.evidence import Figure
from fiducial.stats.intervals import Interval, mean_clustered

# Adebayo et al. give no bound; above the middle a map has more of the image's edges in it than of the model.
TRUSTED_BELOW = 0.5


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether a method's saliency is trusted, and the ``reason`` if not. ``figure``: None where nobody checked."""

    figure: Figure | None
    reason: str | None


def trust(case: Case, decisions: Decisions, method: str) -> Trust:
    """Weigh the similarity (0-1) of the saliency to that of the same network with random weights.

    The method is trusted if the whole interval of the mean lies below 0.5.

    Source: Adebayo et al. 2018, Sanity Checks for Saliency Maps, NeurIPS, arXiv:1810.03292.
    """
    value, patient = _similarity(case, decisions, method)
    if np.unique(patient).size < FEWEST:
        return Trust(
            None,
            f"the saliency of {method} was not compared with that of random weights in {FEWEST} patients "
            f"(measurement {SIMILARITY})",
        )
    mean = float(value.mean())
    interval = mean_clustered(value, patient, case.confidence) or Interval(mean, mean)
    figure = Figure("saliency_similarity_randomised", mean, interval, value.size, subgroup=method)
    if interval.high < TRUSTED_BELOW:
        return Trust(figure, None)
    return Trust(
        figure,
        f"the saliency of {method} looks {mean:.2f} ({interval.low:.2f}-{interval.high:.2f}) alike with random "
        f"weights, and {TRUSTED_BELOW:g} is too much: it shows the edges of the image, not the model",
    )


def _similarity(case: Case, decisions: Decisions, method: str) -> tuple[np.ndarray, np.ndarray]:
    rows = case.probed.measurements
    if rows is None:
        return np.empty(0), np.empty(0, dtype=np.int64)
    own = rows.filter(pl.col("name") == f"{SIMILARITY}:{method}")
    taken = own if own.height else rows.filter(pl.col("name") == SIMILARITY)
    asked = pl.DataFrame({"study": decisions.study, "patient": decisions.patient})
    joined = asked.join(taken.select("study", "value"), on="study", maintain_order="left")
    return joined["value"].to_numpy(), joined["patient"].to_numpy()
