"""How often do the checks of a cohort speak up where labels, columns, files and dates mean nothing to each other?"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from fiducial import plugins
from fiducial.claims.claim import Claim
from fiducial.cohort.checks.contract import Severity
from fiducial.cohort.checks.site_signature import Sample, SiteSignature
from fiducial.cohort.compare import Loudness
from fiducial.cohort.losses import loudest
from fiducial.cohort.population import match_claim
from fiducial.cohort.selection import select_cohort
from fiducial.cohort.table import Cohort
from proofs.coverage import Proof
from proofs.nothing import Generator, happens, hospital, normal, one_of, patients_of

RUNS = 400
# What a check says where it holds something for more than chance; prevalence-by-site promises 1% a column.
_SAYS = {
    "single-predictors": ("alone predicts", "beyond chance", "under another name"),
    "missing-predictors": ("is missing predicts", "beyond chance"),
    "path-tokens": ("goes with", "alone predicts", "beyond chance"),
    "file-properties": ("alone predicts", "beyond chance"),
    "answering-tags": ("goes with", "alone predicts", "beyond chance"),
    "burned-in-text": ("predicts", "beyond chance"),
    "geometry": ("alone predicts", "beyond chance"),
    "geometry, site": ("tells the site",),
    "geometry, scanner": ("tells the scanner",),
    "time-order, drift": ("frequent with time",),
    "time-order, split": ("looks like one by time", "Train comes after test"),
    "unreadable-files": ("pile up",),
    "prevalence-by-site, site": ("Prevalence of", "by site"),
    "prevalence-by-site, scanner": ("Prevalence of", "by scanner"),
}
_BY_SITE = "prevalence-by-site"
_CLAIM = Claim.model_validate(
    {"claim": {"name": "n", "finding": "l0", "prevalence": (0.3, 0.3), "threshold": {"value": 0.5}}}
)
_CHOSEN = {
    "include": [
        {"name": name, "reason": f"not {name}", "column": name, "is": 1, "missing": "drop"}
        for name in ("drawn", "seen")
    ]
}


def check_proofs(runs: int = RUNS) -> list[Proof]:
    """Every check that tests something, what the claim's population is compared with, and whom a selection lost."""
    many, few = partial(hospital, patients=150, most=4), partial(hospital, patients=60, most=1, shares=(0.4, 0.2))
    return [
        *_of_checks("150 patients of 1-4 images, labels of 30% and 8%", many, runs),
        *_of_checks("60 patients of one image, labels of 40% and 20%", few, runs),
        _rate("site-signature warns, 4 sites, 90 patients of 1-3 images", 0.05, _signed, runs // 4),
        _rate("population warns of a prevalence as claimed, 3 splits", 0.05, _prevalent, runs),
        _rate("population warns that random splits differ, 14 variables", 0.05, _splits_differ, runs),
        _rate("selection calls a random loss likely bias or worth a look, 2 steps", 0.05, _lost, runs),
    ]


def _rate(what: str, nominal: float, speaks: Callable[[Generator], bool], runs: int) -> Proof:
    hits = sum(speaks(np.random.default_rng([13, run])) for run in range(runs))
    return Proof(what, nominal, hits, runs, at_most=True)


def _of_checks(where: str, make: Callable[[Generator], Cohort], runs: int) -> Iterator[Proof]:
    spoke: Counter[str] = Counter()
    for run in range(runs):
        spoke.update(spoken(make(np.random.default_rng([13, run]))))
    for name in _SAYS:
        yield Proof(f"{name}: {where}", 0.01 if name.startswith(_BY_SITE) else 0.05, spoke[name], runs, at_most=True)


def spoken(cohort: Cohort) -> set[str]:
    """The checks that hold something in this cohort for more than chance."""
    checks = dict.fromkeys(name.split(",")[0] for name in _SAYS)
    found = {name: list(plugins.load("checks", name)().examine(cohort)) for name in checks}
    said = set()
    for name, words in _SAYS.items():
        told = found[name.split(",")[0]]
        if name.startswith(_BY_SITE):
            loud = (one.message for one in told if one.severity is not Severity.NOTE)
            heard = any(all(word in message for word in words) for message in loud)
        else:
            heard = any(word in one.message for one in told for word in words)
        if heard:
            said.add(name)
    return said


def _signed(rng: Generator) -> bool:
    """From the features on: what is read from pixels goes with the patient, and not with the site."""
    patient = patients_of(rng, 90, 3)
    features = np.column_stack([normal(rng, patient) for _ in range(90)])
    names = ("A", "B", "C", "D")
    place = np.searchsorted(names, one_of(rng, patient, names))
    found = SiteSignature()._judged("site", Sample(names, place, patient, {"raw": features}), "patients")  # noqa: SLF001
    return found.severity is Severity.WARNING


def _prevalent(rng: Generator) -> bool:
    found = match_claim(hospital(rng, 300, 3), _CLAIM)
    return any(one.message.startswith("Prevalence") and one.severity is Severity.WARNING for one in found)


def _splits_differ(rng: Generator) -> bool:
    found = match_claim(hospital(rng, 300, 3), _CLAIM)
    return any("differ in" in one.message and one.severity is Severity.WARNING for one in found)


def _lost(rng: Generator) -> bool:
    """Each step is a family of its own, and so are both together."""
    cohort = hospital(rng, 300, 3)
    patient = cohort.rows["patient"].rank("dense").to_numpy().astype(np.int64) - 1
    drawn: dict[str, Any] = {name: happens(rng, patient, 0.7).astype(int) for name in ("drawn", "seen")}
    losses = select_cohort(cohort.rows.with_columns(**{k: pl.Series(v) for k, v in drawn.items()}), _CHOSEN).losses
    return loudest(losses) in {Loudness.LIKELY_BIAS, Loudness.WORTH_A_LOOK}
