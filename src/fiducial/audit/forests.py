"""Figures as a forest: one row a group, with its interval, against a line."""

from collections.abc import Iterable, Iterator

from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure


def forest(
    name: str, title: str, x_label: str, figures: Iterable[tuple[str, Figure | None]], line: float | None
) -> Iterator[Forest]:
    """The labelled figures that have an interval; nothing where none has one."""
    rows = tuple(
        (label, figure.value, figure.interval.low, figure.interval.high, figure.n)
        for label, figure in figures
        if figure and figure.interval
    )
    if rows:
        yield Forest(name, title, x_label, rows, line)
