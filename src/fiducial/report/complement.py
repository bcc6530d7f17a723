"""A drawing for every figure that no rung has drawn: forests of what stands in its table."""

from collections import defaultdict
from collections.abc import Iterator

from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, RungResult

ROWS = 30  # a drawing of more cannot be read; its table holds them all


def undrawn(result: RungResult) -> tuple[Forest, ...]:
    """Forests of the rung's figures that have an interval and stand in none of its own forests."""
    drawn = {row[1:4] for chart in result.charts if isinstance(chart, Forest) for row in chart.rows}
    grouped: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in result.figures:
        if figure.interval and (figure.value, figure.interval.low, figure.interval.high) not in drawn:
            grouped[figure.unit, figure.name].append(figure)
    return (*_by_subgroup(result.rung, grouped), *_alone(result.rung, grouped))


def _by_subgroup(rung: str, grouped: dict[tuple[str, str], list[Figure]]) -> Iterator[Forest]:
    """One forest for each figure that several subgroups have."""
    for (unit, name), figures in grouped.items():
        if len(figures) > 1:
            words = name.replace("_", " ")
            yield _forest(f"{rung}-{name}", words, _axis(unit), [(_group(one), one) for one in figures])


def _alone(rung: str, grouped: dict[tuple[str, str], list[Figure]]) -> Iterator[Forest]:
    """One forest for each unit, of the figures that stand alone."""
    by_unit: dict[str, list[Figure]] = defaultdict(list)
    for (unit, _), figures in grouped.items():
        if len(figures) == 1:
            by_unit[unit] += figures
    for unit, figures in by_unit.items():
        title = f"Figures of {rung}" if unit == "1" else f"Figures of {rung}, in {unit}"
        yield _forest(f"{rung}-figures-{unit}", title, _axis(unit), [(_name(one), one) for one in figures])


def _forest(name: str, title: str, axis: str, figures: list[tuple[str, Figure]]) -> Forest:
    rows = [
        (label, one.value, one.interval.low, one.interval.high, one.n) for label, one in figures[:ROWS] if one.interval
    ]
    told = title if len(figures) <= ROWS else f"{title} (the first {ROWS} of {len(figures)})"
    return Forest(name, told, axis, tuple(rows))


def _axis(unit: str) -> str:
    return "value" if unit == "1" else unit


def _group(figure: Figure) -> str:
    return figure.subgroup if figure.condition == "clean" else f"{figure.subgroup}, {figure.condition}"


def _name(figure: Figure) -> str:
    words = figure.name.replace("_", " ")
    return words if figure.subgroup == "all" else f"{words}, {figure.subgroup}"
