"""What one look at a reader study gives, whoever asked for it."""

from dataclasses import dataclass

from fiducial.claims.charts import Chart
from fiducial.claims.evidence import Figure, Verdict, weigh
from fiducial.claims.floors import Floor

POOLED = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a reader study is looked at; ``design`` and ``covariance`` as :mod:`fiducial.stats` spells them."""

    design: str = "random"
    covariance: str = "jackknife"
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Part:
    """Figures of one look; ``main`` is the one that a floor weighs, None where it has no value.

    ``thin``: it rests on so few patients that nothing can hold or fail on it, and a note says so.
    """

    name: str
    main: Figure | None
    figures: tuple[Figure, ...]
    sentence: str
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    thin: bool = False

    def weighed(self, floor: Floor) -> Verdict:
        """Undecided without an interval, and where the part is thin."""
        if self.main is None or self.main.interval is None or self.thin:
            return Verdict.UNDECIDED
        return weigh(self.main.interval, floor)


def told(figure: Figure, unit: str = "") -> str:
    """``0.044 (0.001 to 0.088)``."""
    if figure.interval is None:
        return f"{figure.value:.3f}{unit} (nothing varied, so no interval)"
    return f"{figure.value:.3f}{unit} ({figure.interval.low:.3f} to {figure.interval.high:.3f})"
