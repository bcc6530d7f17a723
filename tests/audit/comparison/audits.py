"""Audits to compare: the same patients asked twice, as one thing or another changes."""

from pathlib import Path
from typing import Any

import numpy as np

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.audit.comparison.compare import AuditComparison, compare_audits
from fiducial.audit.ladder import AuditedEvidence
from fiducial.claims.comparison import Tested
from fiducial.files.tables import write_table
from fiducial.files.writing import write_text
from fiducial.report.folder import as_json

FLOORS = {"auroc": 0.8, "sensitivity": 0.6, "specificity": 0.7}


def study_of(n: int = 600, seed: int = 0, images: int = 2) -> Study:
    """``images`` a patient, half of them at the external site; nothing is beyond the ladder's first rungs."""
    study = make_study(n, seed=seed)
    patient = np.arange(n) // images
    study.columns |= {
        "patient": [f"p{one}" for one in patient],
        "split": np.where(patient % 2, "external", "test").astype(object),
    }
    study.floors = FLOORS
    return study


def audited(study: Study, required: tuple[str, ...] = ("internal",)) -> AuditedEvidence:
    claim = study.claim.model_copy(update={"ladder": study.claim.ladder.model_copy(update={"required": required})})
    return fd.climb(claim, cohort=study.cohort, predictions=study.predictions, resamples=50)


def noisy(study: Study, spread: float = 0.35) -> Study:
    """The same patients under a worse model."""
    noise = np.random.default_rng(5).normal(0, spread, len(study.columns["study"]))
    study.score = np.clip(study.score + noise, 0, 1)
    return study


def saved(audit: AuditedEvidence, folder: Path) -> Path:
    """What a comparison reads of a report, without the drawings that take most of the time."""
    write_text(folder / "evidence.json", as_json(audit))
    assert audit.decisions is not None
    write_table(audit.decisions, folder / "decisions.csv")
    return folder


def compared(before: AuditedEvidence, after: AuditedEvidence, **options: Any) -> AuditComparison:  # noqa: ANN401
    return compare_audits(before, after, **({"resamples": 100} | options))


def result_of(found: AuditComparison, metric: str, split: str = "internal", labels: str = "both") -> Tested:
    key = (metric, split, labels)
    return next(one for one in found.tested if (one.metric, one.split, one.labels) == key)
