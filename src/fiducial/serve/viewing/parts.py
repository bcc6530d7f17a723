"""The parts of a study as a reader chooses among them: a series of slices, or one image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from fiducial.models.contract import Study
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import STUDIES
from fiducial.serve.studies import StudyRow, read_images
from fiducial.serve.work.examining import parts_of

PRIORS = 20  # that are offered


@dataclass(frozen=True, slots=True)
class Part:
    """``name``: its UID, as results call it. ``label``: ``CT, 38 files``."""

    study: str
    name: str
    label: str
    files: Study


def parts_of_study(database: Database, folder: Path, study: str) -> list[Part]:
    """Everything that was decided about one by one, in the order of the results."""
    images = read_images(database, study)
    modality: Mapping[str, str] = {Path(one.path).stem: one.modality for one in images}
    return [_part(study, number, one, modality) for number, one in enumerate(parts_of(images, folder), start=1)]


def priors_of(database: Database, row: StudyRow) -> list[StudyRow]:
    """Other studies of the same patient, the newest first; none where nobody says who the patient is."""
    if not row.patient_id:
        return []
    same = (STUDIES.c.patient_id == row.patient_id, STUDIES.c.uid != row.uid)
    order = (STUDIES.c.acquired.desc().nulls_last(), STUDIES.c.received.desc())
    with database.reading() as connection:
        rows = connection.execute(select(STUDIES).where(*same).order_by(*order).limit(PRIORS)).mappings().all()
    return [StudyRow(**one) for one in rows]


def nearest_prior(row: StudyRow, priors: Sequence[StudyRow]) -> StudyRow | None:
    """The newest of the same modality that is not newer than the study itself; else the newest."""
    before = [one for one in priors if (one.acquired or "") <= (row.acquired or "9")]
    same = [one for one in before if one.modality == row.modality]
    return next(iter([*same, *before, *priors]), None)


def _part(study: str, number: int, files: Study, modality: Mapping[str, str]) -> Part:
    count = len(files.paths)
    what = modality.get(files.paths[0].stem, "image")
    return Part(study, files.study, f"{number}: {what}, {count} {'slices' if count > 1 else 'image'}", files)
