"""Made-up studies in which nothing is wrong: no column goes with a label, no site differs, every model is as claimed.

Patients bring several images, and these are alike in everything: that is where tests for independent rows break.
"""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from fiducial.audit.case import Case, Decisions
from fiducial.claims.claim import Claim
from fiducial.cohort.table import FILES_SCHEMA, SPLITS, Cohort, validate_rows
from fiducial.files.tables import read_table

Generator = np.random.Generator
ALIKE = 0.9  # correlation of two images of one patient
_WORDS = ("CHEST", "PA", "LATERAL", "PORTABLE", "FOLLOW UP", "ROUTINE", "AP SUPINE")
_GEOMETRY = ("field_height", "field_width", "body_row", "body_column", "body_height", "body_width", "body_area")
_START = np.datetime64("2018-01-01")


def patients_of(rng: Generator, patients: int, most: int) -> NDArray[np.int64]:
    """The patient of every row, each with 1 to ``most`` of them."""
    return np.repeat(np.arange(patients), rng.integers(1, most + 1, patients))


def normal(rng: Generator, patient: NDArray[np.int64], alike: float = ALIKE) -> NDArray[np.float64]:
    """Standard normal numbers, (rows,), that correlate by ``alike`` within a patient."""
    habit = rng.normal(size=int(patient.max()) + 1)[patient]
    own = rng.normal(size=patient.size)
    return np.asarray(np.sqrt(alike) * habit + np.sqrt(1 - alike) * own, dtype=np.float64)


def happens(rng: Generator, patient: NDArray[np.int64], share: float, alike: float = ALIKE) -> NDArray[np.bool_]:
    """Whether something that ``share`` of the rows have happens, (rows,)."""
    return np.asarray(normal(rng, patient, alike) < norm.ppf(share))


def one_of(rng: Generator, patient: NDArray[np.int64], values: tuple[str, ...]) -> NDArray[np.str_]:
    """One value a patient, (rows,)."""
    return rng.choice(values, int(patient.max()) + 1)[patient]


def hospital(rng: Generator, patients: int = 150, most: int = 4, *, shares: tuple[float, ...] = (0.3, 0.08)) -> Cohort:
    """A cohort with files, one label a share; labels, columns and files are drawn apart from each other."""
    patient = patients_of(rng, patients, most)
    study = [f"s{row}" for row in range(patient.size)]
    path = _paths(rng, patient)
    dealt = rng.choice(SPLITS[:3], patients, p=(0.6, 0.15, 0.25))[patient]
    days = rng.integers(0, 1500, patients)[patient] + rng.integers(0, 100, patient.size)
    weight = np.where(happens(rng, patient, 0.2), np.nan, 75 + 12 * normal(rng, patient))
    rows = pl.DataFrame(
        {
            "study": study,
            "patient": [f"p{one}" for one in patient],
            "path": path,
            "site": one_of(rng, patient, ("A", "B", "C", "D")),
            "scanner": one_of(rng, patient, ("S1", "S2", "S3", "S4", "S5")),
            "acquired": _START + days.astype("timedelta64[D]"),
            "age": np.round(np.clip(55 + 15 * normal(rng, patient, 1.0), 18, 95)),
            "sex": one_of(rng, patient, ("F", "M")),
            "split": dealt,
            "weight": weight,
            "tag.KVP": one_of(rng, patient, ("80", "100", "120")),
            "tag.Manufacturer": one_of(rng, patient, ("Acme", "Bolt", "Cray")),
            "tag.StudyDescription": _described(rng, patient),
            "tag.ContrastBolusAgent": np.where(happens(rng, patient, 0.4), "Iohexol", ""),
            **{f"label.l{n}": happens(rng, patient, share).astype(int) for n, share in enumerate(shares)},
        }
    ).with_columns(pl.col("weight").fill_nan(None))
    return Cohort(validate_rows(read_table(rows)), _files(rng, patient, study, path), Path())


def _paths(rng: Generator, patient: NDArray[np.int64]) -> list[str]:
    """Folders, words and numbers that are a habit of the patient's, and a number of the row's own."""
    folder, word = one_of(rng, patient, ("batch1", "batch2", "extra")), one_of(rng, patient, ("img", "scan", "copy"))
    number = rng.integers(1, 60, int(patient.max()) + 1)[patient]
    named = zip(folder, word, number, strict=True)
    return [f"{where}/{what}_{series}/{row}.png" for row, (where, what, series) in enumerate(named)]


def _described(rng: Generator, patient: NDArray[np.int64]) -> list[str]:
    return [f"{one} {other}" for one, other in zip(*(one_of(rng, patient, _WORDS) for _ in "ab"), strict=True)]


def _files(rng: Generator, patient: NDArray[np.int64], study: list[str], path: list[str]) -> pl.DataFrame:
    n = patient.size
    broken = happens(rng, patient, 0.08)  # a disc that is damaged takes most of a patient with it
    marked = happens(rng, patient, 0.3)
    known: dict[str, Any] = {
        "path": path,
        "study": study,
        "flat": [False] * n,
        "reason": ["it ends early" if one else None for one in broken],
        "bytes": (1e5 * np.exp(0.2 * normal(rng, patient))).astype(int),
        "format": one_of(rng, patient, ("PNG", "JPEG")).tolist(),
        "rows": (1000 + 50 * rng.integers(0, 5, int(patient.max()) + 1))[patient],
        "columns": (900 + 50 * rng.integers(0, 5, int(patient.max()) + 1))[patient],
        "channels": np.where(happens(rng, patient, 0.2), 3, 1),
        "bits": np.where(happens(rng, patient, 0.5), 12, 8),
        "overlay_boxes": marked.astype(int),
        "overlay_places": np.where(marked, one_of(rng, patient, ("top left", "right", "top left, right")), ""),
        **{name: 0.5 + 0.1 * normal(rng, patient) for name in (*_GEOMETRY, "border_black", "border_white")},
    }
    whole = {name: known.get(name, [None] * n) for name in FILES_SCHEMA}
    return pl.DataFrame(whole, schema=FILES_SCHEMA, strict=False)


def claim_of(floors: dict[str, Any], **evidence: object) -> Claim:
    """A claim about the finding x, judged on ``test`` and at the sites of ``external``."""
    said = {"name": "nothing", "finding": "x", "threshold": {"value": 0.5}}
    return Claim.model_validate({"claim": said, "floors": floors, "evidence": {"external_by": ["site"]} | evidence})


def case_of(  # noqa: PLR0913  (each is a knob of the study)
    rng: Generator,
    claim: Claim,
    distance: float,
    patients: int,
    *,
    most: int = 3,
    share: float = 0.35,
    external: float = 0.0,
    resamples: int = 200,
) -> Case:
    """A model that is as good everywhere: its scores of ill and healthy lie ``distance`` deviations apart.

    AUROC is Phi(distance / sqrt 2), sensitivity and specificity Phi(distance / 2), at every site and in everyone.
    """
    patient = patients_of(rng, patients, most)
    ill = happens(rng, patient, share, 0.8)
    score = expit(normal(rng, patient, 0.5) + distance * (ill - 0.5))
    return judged(rng, claim, patient, ill, score, external=external, resamples=resamples)


def calibrated(rng: Generator, claim: Claim, patients: int, *, most: int = 3, external: float = 0.0) -> Case:
    """A model whose scores are the true probabilities; both images of a patient err to the same side."""
    patient = patients_of(rng, patients, most)
    score = expit(-0.7 + 1.3 * normal(rng, patient, 0.5))
    ill = norm.cdf(normal(rng, patient, 0.6)) < score
    return judged(rng, claim, patient, ill, score, external=external)


def judged(  # noqa: PLR0913  (the columns of a study)
    rng: Generator,
    claim: Claim,
    patient: NDArray[np.int64],
    ill: NDArray[np.bool_],
    score: NDArray[np.float64],
    *,
    external: float = 0.0,
    resamples: int = 200,
    training: float = 0.0,
) -> Case:
    """Decisions with metadata that say nothing, as a rung is handed them."""
    n, people = patient.size, int(patient.max()) + 1
    split = rng.choice(["external", "train", "test"], people, p=(external, training, 1 - external - training))[patient]
    columns = pl.DataFrame(
        {
            "split": split,
            "site": np.where(split == "external", one_of(rng, patient, ("B", "C", "D", "E")), "A"),
            "sex": one_of(rng, patient, ("F", "M")),
            "age": np.round(55 + 15 * normal(rng, patient, 1.0)),
            "view": one_of(rng, patient, ("AP", "PA", "lateral")),
        }
    )
    names, nobody = np.array([f"s{row}" for row in range(n)]), np.zeros(n, dtype=bool)
    decisions = Decisions(names, patient, ill, score, ~nobody, nobody, 0.5, columns)
    return Case(claim, decisions, seed=int(rng.integers(2**31)), resamples=resamples)
