"""The studies of a service: where they stand, where their images lie, and in which order they are read."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from fiducial.pipelines.priority import Priority
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import IMAGES, STUDIES
from fiducial.serve.queue.job import ALLOWED

# What lies beside images in a study and is none (PS3.3 C.7.3.1.1.1): reports of dose, marks, masks, plans, signals.
BESIDE = frozenset(
    {
        "ANN", "ASMT", "AU", "DOC", "ECG", "EEG", "EMG", "EOG", "EPS", "FID", "HC", "HD", "KO", "M3D", "PLAN", "PR",
        "REG", "RESP", "RTDOSE", "RTINTENT", "RTPLAN", "RTRAD", "RTRECORD", "RTSEGANN", "RTSTRUCT", "RWV", "SEG", "SMR",
        "SR", "SRF", "STAIN", "TEXTUREMAP",
    }
)  # fmt: skip


class StudyState(StrEnum):
    """Where a study stands."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    RUNNING = "running"
    DECIDED = "decided"
    OUTSIDE = "outside"  # of what the pipeline is for
    FAILED = "failed"
    DEAD = "dead"  # it killed its worker again and again


@dataclass(frozen=True, slots=True)
class StudyRow:
    """A line of the worklist. Times in seconds since 1970; ``due``: when it should have been read."""

    uid: str
    revision: int
    received: float
    changed: float
    complete: bool
    images: int
    patient_id: str | None
    patient_name: str | None
    description: str | None
    modality: str | None
    body_part: str | None
    acquired: str | None
    source: str
    state: str
    urgency: str | None
    certain: bool | None
    why: str | None
    rule: str | None
    place: float | None
    due: float | None
    flags: str | None = None
    review: str | None = None
    reviewer: str | None = None


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image of a study. ``path``: below the folder of the data."""

    sop: str
    series: str
    modality: str
    path: str
    hash: str


def place_of(priority: Priority) -> float:
    """Where a study stands in the worklist: the smaller, the further up."""
    urgency, doubtful, strength = priority.order
    return urgency * 4.0 + doubtful * 2.0 + 1.0 + strength


def standing(priority: Priority, asked: float) -> dict[str, object]:
    """Columns of a study: why it stands where, and by when it is to be read, reckoned from when it was ``asked``."""
    return {
        "urgency": priority.urgency,
        "certain": priority.certain,
        "why": priority.why,
        "rule": priority.rule,
        "place": place_of(priority),
        "due": asked + ALLOWED[priority.urgency],
    }


def standing_nowhere(why: str | None) -> dict[str, object]:
    """Of a study that does not enter, whatever an earlier revision of it said."""
    return {"urgency": None, "certain": None, "why": why, "rule": None, "place": None, "due": None}


def image_folder(folder: Path, study: str) -> Path:
    """Where the images of a study lie."""
    return folder / "images" / _spread(study)


def result_folder(folder: Path, study: str, revision: int) -> Path:
    """Where the masks of a result lie."""
    return folder / "results" / _spread(study) / str(revision)


def _spread(study: str) -> Path:
    """Over 256 folders, as file systems tire of many names in one."""
    return Path(sha256(study.encode()).hexdigest()[:2], study)


def read_study_row(database: Database, uid: str) -> StudyRow | None:
    """One study, or None where there is none of that name."""
    with database.reading() as connection:
        found = connection.execute(select(STUDIES).where(STUDIES.c.uid == uid)).mappings().first()
    return None if found is None else StudyRow(**found)


def read_worklist(database: Database, limit: int = 100, offset: int = 0) -> list[StudyRow]:
    """The studies to read, the most urgent first; those that nothing is known of yet by when they came."""
    order = (STUDIES.c.place.nulls_last(), STUDIES.c.received)  # both databases walk an index for this
    with database.reading() as connection:
        rows = connection.execute(select(STUDIES).order_by(*order).limit(limit).offset(offset)).mappings().all()
    return [StudyRow(**row) for row in rows]


def read_images(database: Database, study: str, series: str | None = None, sop: str | None = None) -> list[ImageRow]:
    """The images of a study by series, or those of one series, or one."""
    wanted = select(*(IMAGES.c[name] for name in ImageRow.__dataclass_fields__)).where(IMAGES.c.study == study)
    if series is not None:
        wanted = wanted.where(IMAGES.c.series == series)
    if sop is not None:
        wanted = wanted.where(IMAGES.c.sop == sop)
    with database.reading() as connection:
        rows = connection.execute(wanted.order_by(IMAGES.c.series, IMAGES.c.sop)).all()
    return [ImageRow(*row) for row in rows]
