"""How far a metric could move if some of the labels that it is counted against are wrong.

Nobody knows which labels are wrong. Bounds let the errors fall where they change the metric most; a correction lets
them fall at random within each label.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

_MOST = 2000  # numbers of turns of each kind that are looked up
_NOTHING = 1e-9

Truth = NDArray[np.bool_]
Scores = NDArray[np.float64]


def worst_labels(truth: Truth, score: Scores, called: Truth, wrong: tuple[int, int]) -> Truth:
    """The labels, (n,), at which sensitivity and specificity are lowest with at most so many of them wrong.

    ``wrong``: how many of the ill, and of the healthy, are not. Ill patients who were called turn healthy (highest
    scores first), healthy patients who were not called turn ill (lowest scores first); no turn that helps is taken.
    A relabelling that lowers one of the two lowers both, and AUROC with them.

    Source: bounds under contaminated data, of which at most a known share is wrong: Horowitz and Manski 1995,
    Econometrica 63:281-302, doi:10.2307/2951627.
    """
    return _relabelled(truth, (truth & called, -score), (~truth & ~called, score), wrong)


def best_labels(truth: Truth, score: Scores, called: Truth, wrong: tuple[int, int]) -> Truth:
    """The labels, (n,), at which the three are highest: as :func:`worst_labels` the other way round."""
    return _relabelled(truth, (truth & ~called, score), (~truth & called, -score), wrong)


def worst_ranking(truth: Truth, score: Scores, wrong: tuple[int, int]) -> Truth:
    """The labels, (n,), at which AUROC is lowest: the ill with the highest scores, the healthy with the lowest turn.

    For so many turns of each kind that lowers the rank sum of the ill most; how many, up to ``wrong``, is looked up for
    all numbers of both (for every so many where they are more than a few thousand). One of each class stays at least.

    Source: as :func:`worst_labels`; AUROC by ranks: Hanley and McNeil 1982, Radiology 143:29-36,
    doi:10.1148/radiology.143.1.7063747.
    """
    rank = rankdata(score)
    of_ill = np.sort(rank[truth])[::-1]
    of_healthy = np.sort(rank[~truth])
    ill, healthy = _numbers(min(wrong[0], of_ill.size)), _numbers(min(wrong[1], of_healthy.size))
    lost = np.concatenate(([0.0], np.cumsum(of_ill)))[ill][:, np.newaxis]
    won = np.concatenate(([0.0], np.cumsum(of_healthy)))[healthy]
    left = of_ill.size - ill[:, np.newaxis] + healthy
    others = truth.size - left
    pairs = np.where((left > 0) & (others > 0), left * others, np.nan)
    area = (of_ill.sum() - lost + won - left * (left + 1) / 2) / pairs
    if np.isnan(area).all():
        return truth
    best, most = np.unravel_index(int(np.nanargmin(area)), area.shape)
    turns = int(ill[best]), int(healthy[most])
    return _relabelled(truth, (truth, -score), (~truth, score), turns)


def best_ranking(truth: Truth, score: Scores, wrong: tuple[int, int]) -> Truth:
    """The labels, (n,), at which AUROC is highest: as :func:`worst_ranking` the other way round."""
    return worst_ranking(truth, -score, wrong)


def corrected_auroc(auroc: float, wrong_ill: float, wrong_healthy: float) -> float:
    """The AUROC against true labels, if errors fall at random within each label; NaN where labels say nothing.

    ``wrong_ill``, ``wrong_healthy``: the shares of the labels of each kind that are wrong.

    Source: Menon, van Rooyen, Ong and Williamson 2015, Proceedings of Machine Learning Research 37:125-134, section 4.
    """
    right = 1 - wrong_ill - wrong_healthy
    return 0.5 + (auroc - 0.5) / right if right > _NOTHING else float("nan")


def corrected_shares(
    sensitivity: float, specificity: float, wrong_ill: float, wrong_healthy: float
) -> tuple[float, float]:
    """Sensitivity and specificity against true labels, if errors fall at random within each label; NaN as above.

    Each observed share of positive calls is a mixture of that of the truly ill and that of the truly healthy.

    Source: Gart and Buck 1966, Am J Epidemiol 83:593-602, doi:10.1093/oxfordjournals.aje.a120610.
    """
    right = 1 - wrong_ill - wrong_healthy
    if right <= _NOTHING:
        return float("nan"), float("nan")
    of_ill, of_healthy = sensitivity, 1 - specificity
    hit = ((1 - wrong_healthy) * of_ill - wrong_ill * of_healthy) / right
    alarm = ((1 - wrong_ill) * of_healthy - wrong_healthy * of_ill) / right
    return hit, 1 - alarm


def _relabelled(
    truth: Truth, of_ill: tuple[Truth, Scores], of_healthy: tuple[Truth, Scores], wrong: tuple[int, int]
) -> Truth:
    """Turn the first of each kind, in order of the numbers beside the masks of who may turn."""
    turned = truth.copy()
    for (may, order), most in zip((of_ill, of_healthy), wrong, strict=True):
        rows = np.flatnonzero(may)
        chosen = rows[np.argsort(order[rows], kind="stable")][:most]
        turned[chosen] = ~truth[chosen]
    return turned


def _numbers(most: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, most, min(most, _MOST) + 1).round().astype(np.int64))
