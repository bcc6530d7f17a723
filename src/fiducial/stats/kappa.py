"""Kappa of two readers (Cohen, plain and weighted) and of several (Fleiss), and Gwet's coefficients AC1 and AC2.

``ratings`` is (cases, readers), NaN where a reader has not rated; :func:`fiducial.stats.agreement.agreement` gives the
interval of what these return.
"""

import numpy as np

from fiducial.stats.agreement import Coefficient, Floats, coded, counted, distances


def cohen_kappa(ratings: Floats, weights: str = "none", categories: Floats | None = None) -> Coefficient:
    """Cohen's kappa of two readers; cases that one of them has not rated are left out.

    ``weights``: "none", "linear" or "quadratic" in the places of the categories on the scale. ``categories``: the whole
    scale where not every category occurs; it matters for weights alone.

    Sources: Cohen 1960, Educ Psychol Meas 20:37-46, doi:10.1177/001316446002000104; weighted: Cohen 1968, Psychol Bull
    70:213-220, doi:10.1037/h0026256.

    Raises:
        ValueError: not two readers, or a rating that is not on the scale.
    """
    if ratings.ndim != 2 or ratings.shape[1] != 2:
        raise ValueError(
            f"Cohen's kappa is of two readers; got an array of shape {ratings.shape}. Fleiss' kappa and "
            "Krippendorff's alpha take more."
        )
    codes, scale = coded(ratings, categories)
    size = scale.size
    both = np.asarray((codes >= 0).all(axis=1))
    terms = np.zeros((codes.shape[0], size * size))
    terms[both, codes[both, 0] * size + codes[both, 1]] = 1.0
    apart = distances(size, weights)

    def disagreement(sums: Floats) -> tuple[Floats, Floats]:
        table = sums.reshape(*sums.shape[:-1], size, size) / np.maximum(1.0, sums.sum(axis=-1))[..., None, None]
        expected = np.einsum("...i,ij,...j->...", table.sum(axis=-1), apart, table.sum(axis=-2))
        return np.einsum("...ij,ij->...", table, apart), expected

    return Coefficient(terms, disagreement, 1.0, both)


def fleiss_kappa(ratings: Floats) -> Coefficient:
    """Fleiss' kappa of several readers, who need not be the same for every case, but as many.

    Source: Fleiss 1971, Psychol Bull 76:378-382, doi:10.1037/h0031619.

    Raises:
        ValueError: fewer than two readers, or cases that are not rated by as many readers.
    """
    codes, scale = coded(ratings)
    counts = counted(codes, scale.size)
    given = counts.sum(axis=1)
    rated = given > 0
    several = np.unique(given[rated])
    if several.size > 1 or several[0] < 2:
        raise ValueError(
            f"Fleiss' kappa needs the same number of ratings, two or more, of every case; got {several[0]:g} to "
            f"{several[-1]:g}. Krippendorff's alpha and Gwet's AC1 take cases as they are."
        )
    differing = 1 - (counts * (counts - 1)).sum(axis=1) / (several[0] * (several[0] - 1))
    terms = np.column_stack([np.where(rated, differing, 0.0), rated, counts])

    def disagreement(sums: Floats) -> tuple[Floats, Floats]:
        share = sums[..., 2:] / np.maximum(1.0, sums[..., 2:].sum(axis=-1, keepdims=True))
        return sums[..., 0] / np.maximum(1.0, sums[..., 1]), 1 - np.square(share).sum(axis=-1)

    return Coefficient(terms, disagreement, 1.0, rated)


def gwet_ac(ratings: Floats, weights: str = "none", categories: Floats | None = None) -> Coefficient:
    """Gwet's AC1 (``weights="none"``) or AC2 ("linear", "quadratic") of two readers or more; ratings may be missing.

    Chance agreement is that of readers who are unsure of few cases, so that the coefficient stays near 1 where a
    finding is rare and readers nearly always agree. ``categories``: the whole scale, which it depends on.

    Source: Gwet 2008, Br J Math Stat Psychol 61:29-48, doi:10.1348/000711006X126600; with weights and missing ratings:
    Gwet 2014, Handbook of Inter-Rater Reliability, 4th edition, chapters 3 and 5.

    Raises:
        ValueError: fewer than two readers, a scale of one category, or a rating that is not on it.
    """
    codes, scale = coded(ratings, categories)
    size = scale.size
    if size < 2:
        raise ValueError("Gwet's coefficients need a scale of two categories or more; name the scale (categories)")
    counts, agreed = counted(codes, size), 1 - distances(size, weights)
    given = counts.sum(axis=1)
    twice = given >= 2
    pairs = np.where(twice, given * (given - 1), 1.0)
    alike = (counts * (counts @ agreed - 1)).sum(axis=1) / pairs
    share = counts / np.maximum(1.0, given)[:, np.newaxis]
    terms = np.column_stack([np.where(twice, 1 - alike, 0.0), twice, given > 0, share])
    by_chance = float(agreed.sum()) / (size * (size - 1))

    def disagreement(sums: Floats) -> tuple[Floats, Floats]:
        prevalence = sums[..., 3:] / np.maximum(1.0, sums[..., 2:3])
        expected = 1 - by_chance * (prevalence * (1 - prevalence)).sum(axis=-1)
        return sums[..., 0] / np.maximum(1.0, sums[..., 1]), expected

    return Coefficient(terms, disagreement, 1.0, twice)
