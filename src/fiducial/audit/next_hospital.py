"""What the next hospital may show: a random-effects summary over the external groups, each left out in turn."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiducial.audit.accuracy import Accuracy
from fiducial.audit.case import Case
from fiducial.audit.metrics import FLOOR_METRICS
from fiducial.claims.evidence import Figure
from fiducial.stats.meta import FEWEST, MetaSummary, random_effects


@dataclass(frozen=True, slots=True)
class Summary:
    """One metric over the groups of one column: its figures, its rows for the forest, and a sentence."""

    metric: str
    figures: tuple[Figure, ...]
    rows: tuple[tuple[str, float, float, float, int], ...]
    sentence: str


def summaries(case: Case, column: str, found: dict[str, Accuracy]) -> Iterator[Summary]:
    """One summary a metric that at least three groups of the column have."""
    for metric in FLOOR_METRICS:
        given = [
            accuracy.by_name[metric]
            for label, accuracy in found.items()
            if label.startswith(f"{column}=") and metric in accuracy.by_name
        ]
        if len(given) >= FEWEST:
            yield _summary(case, column, metric, given)


def _summary(case: Case, column: str, metric: str, given: list[Figure]) -> Summary:
    whole = _pool(given, case.confidence)
    n, every = sum(figure.n for figure in given), f"every {column}"
    figures = (
        Figure(f"{metric}_pooled", whole.mean, whole.interval, n, subgroup=every),
        Figure(f"{metric}_next", whole.mean, whole.prediction, n, subgroup=f"next {column}"),
        Figure(f"{metric}_spread", whole.tau, None, whole.groups, "logit", every),
        *_left_out(case, metric, given),
    )
    rows = (
        (every, whole.mean, whole.interval.low, whole.interval.high, n),
        (f"next {column} (prediction)", whole.mean, whole.prediction.low, whole.prediction.high, n),
    )
    low, high = whole.prediction.low, whole.prediction.high
    floor = case.claim.floor(metric)
    short = f", which reaches below the floor of {floor.low:g}" if floor and low < floor.low else ""
    sentence = (
        f"Over {whole.groups} {column}s {metric} is {whole.mean:.3f} "
        f"({whole.interval.low:.3f}-{whole.interval.high:.3f}); "
        f"the next {column} may show {low:.3f} to {high:.3f}{short}."
    )
    return Summary(metric, figures, rows, sentence)


def _left_out(case: Case, metric: str, given: list[Figure]) -> Iterator[Figure]:
    """The pooled figure without each group; with four groups or more, so that three remain."""
    if len(given) <= FEWEST:
        return
    for index, absent in enumerate(given):
        others = given[:index] + given[index + 1 :]
        pooled = _pool(others, case.confidence)
        n = sum(figure.n for figure in others)
        yield Figure(f"{metric}_pooled", pooled.mean, pooled.interval, n, subgroup=f"without {absent.subgroup}")


def _pool(given: list[Figure], confidence: float) -> MetaSummary:
    kept = [(figure.value, figure.interval) for figure in given if figure.interval]
    return random_effects([value for value, _ in kept], [interval for _, interval in kept], confidence)
