"""Intraclass correlation: agreement of readers on a number, in the six forms of Shrout and Fleiss."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fiducial.stats.intervals import Interval, wilson

Floats = NDArray[np.float64]


class Form(StrEnum):
    """Who rates, and whether one rating is meant or the mean of all k.

    1: every case has readers of its own; 2: the same readers, drawn from many; 3: these very readers.
    """

    ONE_WAY = "ICC(1,1)"
    RANDOM_READERS = "ICC(2,1)"
    THESE_READERS = "ICC(3,1)"
    ONE_WAY_MEAN = "ICC(1,k)"
    RANDOM_READERS_MEAN = "ICC(2,k)"
    THESE_READERS_MEAN = "ICC(3,k)"


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """One form, its value and its interval. ``cases``, ``readers``: of the complete table."""

    form: Form
    value: float
    interval: Interval
    cases: int
    readers: int


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of the table: between cases, within cases, between readers, and what is left."""

    cases: int
    readers: int
    between: float
    within: float
    of_readers: float
    error: float


def intraclass_correlation(
    ratings: Floats, form: Form = Form.RANDOM_READERS, confidence: float = 0.95
) -> IntraclassCorrelation:
    """The correlation of one form with the interval from F. ``ratings``: (cases, readers), complete.

    The interval takes the cases for independent: one a patient. Where readers agree to the last digit F has no end;
    the lower end is then 1 less Wilson's upper bound for 0 of n cases.

    Sources: Shrout and Fleiss 1979, Psychol Bull 86:420-428, doi:10.1037/0033-2909.86.2.420; McGraw and Wong 1996,
    Psychol Methods 1:30-46, doi:10.1037/1082-989X.1.1.30.

    Raises:
        ValueError: a missing rating, fewer than two cases or readers, or ratings that are all alike.
    """
    squares = _squares(ratings)
    base = _BASE[form]
    value, interval = base(squares, confidence)
    k = squares.readers
    if form in _MEANS:
        value, interval = _of_mean(value, k), Interval(_of_mean(interval.low, k), _of_mean(interval.high, k))
    return IntraclassCorrelation(form, value, interval, squares.cases, k)


def _squares(ratings: Floats) -> _Squares:
    if ratings.ndim != 2 or min(ratings.shape) < 2:
        raise ValueError(f"need two cases and two readers or more; got an array of shape {ratings.shape}")
    if np.isnan(ratings).any():
        raise ValueError(
            f"{int(np.isnan(ratings).sum())} ratings are missing, and the mean squares need every reader's rating of "
            "every case. Keep the complete cases, or take Krippendorff's alpha (interval)."
        )
    n, k = ratings.shape
    apart = ratings - ratings.mean()
    whole = float(np.square(apart).sum())
    if whole <= 0:
        raise ValueError("all ratings are alike, so that no correlation has a meaning")
    between = k * float(np.square(apart.mean(axis=1)).sum())
    of_readers = n * float(np.square(apart.mean(axis=0)).sum())
    within, error = max(0.0, whole - between), max(0.0, whole - between - of_readers)
    tiny = 1e-12 * whole
    return _Squares(
        n,
        k,
        between / (n - 1),
        (within if within > tiny else 0.0) / (n * (k - 1)),
        of_readers / (k - 1),
        (error if error > tiny else 0.0) / ((n - 1) * (k - 1)),
    )


def _one_way(squares: _Squares, confidence: float) -> tuple[float, Interval]:
    n, k = squares.cases, squares.readers
    return _from_f(squares.between, squares.within, n * (k - 1), squares, confidence)


def _these_readers(squares: _Squares, confidence: float) -> tuple[float, Interval]:
    n, k = squares.cases, squares.readers
    return _from_f(squares.between, squares.error, (n - 1) * (k - 1), squares, confidence)


def _from_f(between: float, rest: float, freedom: int, squares: _Squares, confidence: float) -> tuple[float, Interval]:
    n, k = squares.cases, squares.readers
    value = (between - rest) / (between + (k - 1) * rest)
    if not rest:
        return value, _without_error(n, confidence)
    quantile = (1 + confidence) / 2
    f = between / rest
    low = f / float(stats.f.ppf(quantile, n - 1, freedom))
    high = f * float(stats.f.ppf(quantile, freedom, n - 1))
    return value, Interval((low - 1) / (low + k - 1), (high - 1) / (high + k - 1))


def _random_readers(squares: _Squares, confidence: float) -> tuple[float, Interval]:
    n, k, b, j, e = squares.cases, squares.readers, squares.between, squares.of_readers, squares.error
    value = (b - e) / (b + (k - 1) * e + k * (j - e) / n)
    if not e:
        if not j:
            return value, _without_error(n, confidence)
        # The readers differ by a constant alone: the limit of the bounds as the error vanishes.
        freedom = float(k - 1)
    else:
        f, rest = j / e, n * (1 + (k - 1) * value) - k * value
        top = (k - 1) * (n - 1) * (k * value * f + rest) ** 2
        freedom = top / ((n - 1) * k**2 * value**2 * f**2 + rest**2)
    quantile = (1 + confidence) / 2
    above, below = float(stats.f.ppf(quantile, n - 1, freedom)), float(stats.f.ppf(quantile, freedom, n - 1))
    mixed = k * j + (k * n - k - n) * e
    low = n * (b - above * e) / (above * mixed + n * b)
    high = n * (below * b - e) / (mixed + n * below * b)
    return value, Interval(min(low, value), max(high, value))


def _without_error(cases: int, confidence: float) -> Interval:
    return Interval(1 - wilson(0, cases, confidence).high, 1.0)


def _of_mean(single: float, readers: int) -> float:
    """Spearman and Brown: what k readers are worth together; without a lower bound where one is worth less than 0."""
    bottom = 1 + (readers - 1) * single
    return readers * single / bottom if bottom > 0 else float("-inf")


_BASE = {
    Form.ONE_WAY: _one_way,
    Form.ONE_WAY_MEAN: _one_way,
    Form.RANDOM_READERS: _random_readers,
    Form.RANDOM_READERS_MEAN: _random_readers,
    Form.THESE_READERS: _these_readers,
    Form.THESE_READERS_MEAN: _these_readers,
}
_MEANS = (Form.ONE_WAY_MEAN, Form.RANDOM_READERS_MEAN, Form.THESE_READERS_MEAN)
