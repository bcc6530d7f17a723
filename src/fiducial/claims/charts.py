"""What a rung wants drawn, as plain numbers; the report draws it and writes the same numbers as CSV."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of points. ``low`` and ``high``, where given, are the ends of an interval at every y."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines over a plane: ROC, reliability. ``diagonal`` draws the line of no skill or of perfect calibration.

    Shares on both axes are drawn in the whole unit square, unless ``close``: the axes then end where the points do.
    """

    name: str
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    diagonal: bool = True
    marks: tuple[tuple[float, float, str], ...] = ()  # x, y, words: the operating point
    close: bool = False
    log_x: bool = False  # x runs by factors, and the lines stand a little apart
    of_shares: bool = False  # y runs from 0 to 1 whatever the lines reach


@dataclass(frozen=True, slots=True)
class Forest:
    """One row a subgroup: an estimate with its interval, and the floor (or what ``line`` calls it) as a line."""

    name: str
    title: str
    x_label: str
    rows: tuple[tuple[str, float, float, float, int], ...]  # label, value, low, high, n
    floor: float | None = None
    line: str = "floor"


@dataclass(frozen=True, slots=True)
class FourCorners:
    """The confusion matrix of one group of decisions, in counts.

    ``predictive``: rows of words, PPV and NPV: as observed, and at each prevalence of use; NaN where undefined.
    """

    name: str
    title: str
    true_positives: int
    false_negatives: int
    false_positives: int
    true_negatives: int
    predictive: tuple[tuple[str, float, float], ...] = ()


Chart = Curves | Forest | FourCorners
