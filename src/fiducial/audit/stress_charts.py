"""What the robustness rung wants drawn: every condition by severity, the drops and the flips side by side."""

from collections.abc import Iterable, Iterator

from fiducial.audit.breaking import by_name
from fiducial.audit.case import Case
from fiducial.audit.forests import forest
from fiducial.audit.metrics import FLOOR_METRICS
from fiducial.audit.stressed import Stressed
from fiducial.claims.charts import Curves, Forest, Series
from fiducial.claims.evidence import Figure

SURENESS = ("accuracy", "confidence", "confidence_when_wrong")


def severity_curves(clean: dict[str, Figure], found: Iterable[Stressed]) -> Iterator[Curves]:
    """The floor metrics against severity, a chart a condition; clean stands at 0."""
    for name, ladder in by_name(found).items():
        series = tuple(_series(metric, clean, ladder) for metric in FLOOR_METRICS if metric in clean)
        if series:
            yield Curves(
                f"severity-{name}", f"{name} by severity", "severity (0: clean)", "value", series, diagonal=False
            )


def sureness_curves(clean: dict[str, Figure], found: Iterable[Stressed], name: str) -> Iterator[Curves]:
    """Accuracy and how sure the model is, against the severity of one condition."""
    ladder = by_name(found).get(name)
    if ladder:
        series = tuple(_series(figure, clean, ladder) for figure in SURENESS if figure in clean)
        yield Curves(
            "severity-sureness",
            f"Accuracy and sureness: {name}",
            "severity (0: clean)",
            "value",
            series,
            diagonal=False,
        )


def stress_forests(case: Case, found: list[Stressed]) -> Iterator[Forest]:
    """The largest drop and the flips of every condition."""
    floor = case.claim.floor("largest_drop_under_stress")
    drops = [(_with_metric(one), one.largest_drop) for one in found]
    title, label = "Largest drop from clean, condition by condition", "drop from clean"
    yield from forest("stress-drops", title, label, drops, floor)
    flips = [(one.stressor.condition, one.figures.get("flips")) for one in found]
    yield from forest("stress-flips", "Decisions that change", "share of decisions that change", flips, None)


def _series(name: str, clean: dict[str, Figure], ladder: dict[int, Stressed]) -> Series:
    steps = [(0, clean[name]), *((step, one.figures[name]) for step, one in ladder.items() if name in one.figures)]
    known = [(step, figure.value, figure.interval) for step, figure in steps if figure.interval]
    x, y, intervals = zip(*known, strict=True) if known else ((), (), ())
    return Series(
        name.replace("_", " "),
        tuple(float(step) for step in x),
        y,
        tuple(interval.low for interval in intervals),
        tuple(interval.high for interval in intervals),
    )


def _with_metric(one: Stressed) -> str:
    drop = one.largest_drop
    return f"{one.stressor.condition}, {drop.name.removesuffix('_drop')}" if drop else one.stressor.condition
