"""Krippendorff's alpha: agreement of any number of readers, with missing ratings, on three kinds of scale.

Source: Krippendorff 2019, Content Analysis, 4th edition, chapter 12, doi:10.4135/9781071878781; Hayes and Krippendorff
2007, Commun Methods Meas 1:77-89, doi:10.1080/19312450709336664.
"""

import numpy as np

from fiducial.stats.agreement import Coefficient, Floats, coded, counted

LEVELS = ("nominal", "ordinal", "interval")
_MOST = 40_000_000  # numbers; an ordinal scale of k grades takes k * k a case


def krippendorff_alpha(ratings: Floats, level: str = "nominal") -> Coefficient:
    """Krippendorff's alpha. ``ratings``: (cases, readers), NaN where a reader has not rated.

    ``level``: "nominal" (the same or not), "ordinal" (how many ratings lie between two grades) or "interval" (squared
    difference). Cases with one rating say nothing and are left out.

    Raises:
        ValueError: another level, fewer than two readers, or too many grades of an ordinal scale.
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}; got {level!r}")
    codes, scale = coded(ratings)
    twice = (codes >= 0).sum(axis=1) >= 2
    codes = np.where(twice[:, np.newaxis], codes, -1)
    if level == "interval":
        return _interval(np.where(codes >= 0, ratings, np.nan), twice)
    if level == "ordinal" and codes.shape[0] * scale.size**2 > _MOST:
        raise ValueError(
            f"{scale.size} grades of {codes.shape[0]} cases are too many for an ordinal scale; take level='interval'"
        )
    counts = counted(codes, scale.size)
    return _nominal(counts, twice) if level == "nominal" else _ordinal(counts, twice)


def _nominal(counts: Floats, twice: np.ndarray) -> Coefficient:
    given = counts.sum(axis=1)
    differing = (counts * (given[:, np.newaxis] - counts)).sum(axis=1) / np.maximum(1.0, given - 1)

    def disagreement(sums: Floats) -> tuple[Floats, Floats]:
        of_each = sums[..., 1:]
        n = of_each.sum(axis=-1)
        expected = (n**2 - np.square(of_each).sum(axis=-1)) / np.maximum(1.0, n * (n - 1))
        return sums[..., 0] / np.maximum(1.0, n), expected

    return Coefficient(np.column_stack([differing, counts]), disagreement, 1.0, twice)


def _interval(ratings: Floats, twice: np.ndarray) -> Coefficient:
    rated = ~np.isnan(ratings)
    # Centred, as the sums of squares of large numbers would drown their differences.
    values = np.where(rated, ratings - (np.nanmean(ratings) if rated.any() else 0.0), 0.0)
    given, total, squares = rated.sum(axis=1), values.sum(axis=1), np.square(values).sum(axis=1)
    differing = 2 * (given * squares - total**2) / np.maximum(1, given - 1)
    reach = float(np.ptp(values[rated])) if rated.any() else 0.0

    def disagreement(sums: Floats) -> tuple[Floats, Floats]:
        n = sums[..., 1]
        expected = 2 * (n * sums[..., 3] - sums[..., 2] ** 2) / np.maximum(1.0, n * (n - 1))
        return sums[..., 0] / np.maximum(1.0, n), expected

    return Coefficient(np.column_stack([differing, given, total, squares]), disagreement, reach**2, twice)


def _ordinal(counts: Floats, twice: np.ndarray) -> Coefficient:
    """The squared distance of two grades is that of their middle ranks, which the sums give anew."""
    cases, size = counts.shape
    given = counts.sum(axis=1)
    pairs = np.einsum("nc,nk->nck", counts, counts)
    pairs[:, np.arange(size), np.arange(size)] -= counts
    pairs /= np.maximum(1.0, given - 1)[:, np.newaxis, np.newaxis]

    def apart(of_each: Floats) -> Floats:
        rank = np.cumsum(of_each, axis=-1) - of_each / 2
        return np.square(rank[..., :, np.newaxis] - rank[..., np.newaxis, :])

    def disagreement(sums: Floats) -> tuple[Floats, Floats]:
        table = sums.reshape(*sums.shape[:-1], size, size)
        of_each = table.sum(axis=-1)
        n, distance = of_each.sum(axis=-1), apart(of_each)
        expected = np.einsum("...c,...ck,...k->...", of_each, distance, of_each) / np.maximum(1.0, n * (n - 1))
        return np.einsum("...ck,...ck->...", table, distance) / np.maximum(1.0, n), expected

    most = float(apart(counts.sum(axis=0)).max())
    return Coefficient(pairs.reshape(cases, size * size), disagreement, most, twice)
