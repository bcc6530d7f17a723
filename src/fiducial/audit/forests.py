"""Figures as a forest: one row a group, with its interval, against the claim's floor or the value that is right."""

from collections.abc import Iterable, Iterator

from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure
from fiducial.claims.floors import FLOORS, Floor, Kind


def forest(
    name: str, title: str, x_label: str, figures: Iterable[tuple[str, Figure | None]], line: Floor | float | None
) -> Iterator[Forest]:
    """The labelled figures that have an interval; nothing where none has one. A number as ``line`` is what is right."""
    rows = tuple(
        (label, figure.value, figure.interval.low, figure.interval.high, figure.n)
        for label, figure in figures
        if figure and figure.interval
    )
    if rows:
        yield Forest(name, title, x_label, rows, *_line(line))


def _line(line: Floor | float | None) -> tuple[float | None, str]:
    if not isinstance(line, Floor):
        return line, "right"
    at_most = FLOORS[line.name] is Kind.AT_MOST
    return (line.high, str(Kind.AT_MOST)) if at_most else (line.low, str(Kind.AT_LEAST))
