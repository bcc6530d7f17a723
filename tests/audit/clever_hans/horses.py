"""Models whose reason is known: one that reads the disease, one that reads a marker, with everything probes wrote.

Named after Clever Hans, the horse that read its master's face and was taken to do sums.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from fiducial.audit.case import Case, Decisions
from fiducial.audit.probed import Probed
from fiducial.claims.claim import Claim

FLOORS = {"shortcut_energy": 0.2, "shortcut_effect": 0.1, "lesion_effect": 0.3, "site_auroc": 0.75}
MASKS = ("mask-border:3", "mask-corners:2", "mask-outside-body:1")


@dataclass
class Horse:
    """A study and its probes, to be changed table by table. ``score``: clean; ``under``: score by condition."""

    columns: dict[str, NDArray[np.generic]]
    truth: NDArray[np.bool_]
    score: NDArray[np.float64]
    under: dict[str, NDArray[np.float64]]
    attributions: pl.DataFrame
    features: pl.DataFrame
    measurements: pl.DataFrame
    floors: Mapping[str, float] = field(default_factory=lambda: dict(FLOORS))
    evidence: Mapping[str, object] = field(default_factory=dict)

    @property
    def stressed(self) -> pl.DataFrame:
        """Predictions under every condition."""
        study = self.columns["study"]
        return pl.concat(
            pl.DataFrame({"study": study, "condition": [name] * study.size, "score": score})
            for name, score in self.under.items()
        ).with_columns(abstained=pl.lit(value=False))

    @property
    def probed(self) -> Probed:
        """What probes wrote; an empty table is one that nobody made."""
        tables = (self.attributions, self.features, self.measurements)
        return Probed(self.stressed if self.under else None, *(None if one.is_empty() else one for one in tables))

    @property
    def claim(self) -> Claim:
        """About the finding x, every row judged."""
        said = {"name": "horse", "finding": "x", "threshold": {"value": 0.5}}
        return Claim.model_validate(
            {"claim": said, "floors": self.floors, "evidence": {"internal": "all"} | dict(self.evidence)}
        )

    @property
    def case(self) -> Case:
        """One row a patient."""
        n = self.truth.size
        nobody = np.zeros(n, dtype=bool)
        decisions = Decisions(
            self.columns["study"].astype(str), np.arange(n), self.truth, self.score, ~nobody, nobody, 0.5,
            pl.DataFrame(self.columns),
        )  # fmt: skip
        return Case(self.claim, decisions, resamples=200, probed=self.probed)


def hans(n: int = 400, *, reads_the_marker: float = 0.0, knows_the_site: float = 0.0, seed: int = 0) -> Horse:
    """A model whose logit is the disease, and a share of the marker that nine of ten ill and one of ten healthy bear.

    ``knows_the_site``: how far the features of two sites lie apart, in deviations. The site goes with nothing.
    """
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.5
    marker = rng.random(n) < np.where(truth, 0.9, 0.1)
    site = rng.choice(["A", "B"], n)
    seen = 2.5 * (2 * truth - 1) + rng.normal(size=n)

    def score(bears: NDArray[np.bool_], lesion: float = 1.0) -> NDArray[np.float64]:
        read = reads_the_marker
        return expit((1 - read) * (lesion * (seen + 0.5) - 0.5) + read * 4 * (2 * bears - 1))

    columns = {
        "study": np.array([f"s{i}" for i in range(n)]), "patient": np.array([f"p{i}" for i in range(n)]), "site": site,
    }  # fmt: skip
    under = {
        **{mask: score(marker) for mask in MASKS},
        "mask-region-lesion:1": score(marker, 0.0),
        "marker-added:1": score(np.ones(n, dtype=bool)),
        "marker-removed:1": score(np.zeros(n, dtype=bool)),
    }
    features = rng.normal(size=(n, 6))
    features[:, 0] += knows_the_site * (site == "A")
    return Horse(
        columns, truth, score(marker), under, looks(columns["study"], rng, reads_the_marker * marker),
        _features(columns["study"], features), similarity(columns["study"], 0.1, rng),
    )  # fmt: skip


def clever(decisions: Decisions, rng: np.random.Generator) -> Horse:
    """Probes of any decisions: a model that looks and acts as it should, with some noise."""
    n, study = len(decisions), decisions.study
    score = np.nan_to_num(decisions.score, nan=0.5)
    noisy = np.clip(score + rng.normal(0, 0.02, n), 0, 1)
    conditions = (*MASKS, "marker-added:1", "marker-removed:1", "skull-strip:1", "ct-eight-bit:4")
    under = dict.fromkeys(conditions, noisy) | {"mask-region-lesion:1": 0.5 * score}
    return Horse(
        {"study": study}, decisions.truth, score, under, looks(study, rng, np.zeros(n)),
        _features(study, rng.normal(size=(n, 6))), similarity(study, 0.1, rng),
    )  # fmt: skip


def looks(study: NDArray[np.generic], rng: np.random.Generator, at_marker: NDArray[np.floating]) -> pl.DataFrame:
    """Saliency (cam) of every study: ``at_marker`` (n,) of it on the marker, most of the rest on the lesion."""
    n = study.size
    noise = rng.uniform(0, 0.05, (4, n))
    energies = {
        "marker": np.clip(at_marker + noise[0], 0, 1),
        "border": 0.1 + noise[1],
        "corners": 0.02 + noise[2],
        "lesion": np.clip((1 - at_marker) * 0.6 + noise[3], 0, 1),
    }
    areas = {"marker": 0.03, "border": 0.15, "corners": 0.04, "lesion": 0.05}
    return pl.concat(
        pl.DataFrame({"study": study.astype(str), "region": [name] * n, "energy": energy}).with_columns(
            finding=pl.lit("x"), model=pl.lit("m"), condition=pl.lit("clean"), method=pl.lit("cam"), area=areas[name]
        )
        for name, energy in energies.items()
    )


def similarity(study: NDArray[np.generic], mean: float, rng: np.random.Generator) -> pl.DataFrame:
    """How alike the saliency is to that of random weights."""
    value = np.clip(mean + rng.normal(0, 0.03, study.size), 0, 1)
    return pl.DataFrame({"study": study.astype(str), "value": value}).with_columns(
        name=pl.lit("saliency-similarity-randomised"), model=pl.lit("m"), unit=pl.lit("1")
    )


def without(horse: Horse, *names: str) -> Horse:
    """The same horse without some conditions."""
    return replace(horse, under={key: value for key, value in horse.under.items() if key not in names})


def emptied(horse: Horse, *tables: str) -> Horse:
    """The same horse without some tables."""
    return replace(horse, **{name: getattr(horse, name).clear() for name in tables})


def _features(study: NDArray[np.generic], numbers: NDArray[np.float64]) -> pl.DataFrame:
    named = {f"f{place}": column for place, column in enumerate(numbers.T)}
    return pl.DataFrame({"study": study.astype(str), **named}).with_columns(
        model=pl.lit("m"), condition=pl.lit("clean")
    )
