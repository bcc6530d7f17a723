"""What one look at a reader study gives, whoever asked for it."""

from dataclasses import dataclass

from fiducial.claims.charts import Chart
from fiducial.claims.evidence import Figure

POOLED = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a reader study is looked at; ``design`` and ``covariance`` as :mod:`fiducial.stats` spells them."""

    design: str = "random"
    covariance: str = "jackknife"
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Part:
    """Figures of one look; ``main`` is the one that a floor weighs, None where it has no value."""

    name: str
    main: Figure | None
    figures: tuple[Figure, ...]
    sentence: str
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()


def told(figure: Figure, unit: str = "") -> str:
    """``0.044 (0.001 to 0.088)``."""
    if figure.interval is None:
        return f"{figure.value:.3f}{unit} (nothing varied, so no interval)"
    return f"{figure.value:.3f}{unit} ({figure.interval.low:.3f} to {figure.interval.high:.3f})"
