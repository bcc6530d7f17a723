"""What is made of a study goes to the archives that are named, and so does every override, once."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread

from fiducial.serve.overrides import Reviews, Said
from fiducial.serve.results.making import read_given
from fiducial.serve.sending.destinations import Destination
from fiducial.serve.sending.outbox import Outbox
from fiducial.serve.sending.post import Post
from fiducial.serve.studies import read_study_row
from fiducial.serve.work.worker import Employment, Worker, open_worker
from serve.making import STUDY, radiograph
from serve.results.deciding import ask

ARCHIVE = "dicom://PACS@127.0.0.1:104"


@pytest.fixture
def worker(pipeline: Path, tmp_path: Path) -> Iterator[Worker]:
    store = str(tmp_path / "store.sqlite")
    opened = open_worker(Employment("w", store, tmp_path, pipeline, outputs=("sr", "fhir"), archives=(ARCHIVE,)))
    yield opened
    opened.database.close()


def letters(worker: Worker) -> list[str]:
    return [one.name for one in Outbox(worker.database, worker.told.folder).read()]


def test_the_report_of_a_study_is_in_the_outbox_with_its_result(worker: Worker) -> None:
    ask(worker, [radiograph()])
    assert letters(worker) == [f"{STUDY}.sr.dcm"]


def test_an_override_follows_as_a_report_of_its_own_and_once(worker: Worker) -> None:
    ask(worker, [radiograph()])
    outbox = Outbox(worker.database, worker.told.folder)
    announcing = Post(outbox, [Destination.parse(ARCHIVE)])._announcing(Destination.parse(ARCHIVE))
    announcing.begin()
    said = Said(1, "1.2.3.1.1", "rule(is-bright)", to=False, reason="artefact")
    Reviews(worker.database).override(STUDY, said, "Dr Roe")
    assert (announcing.turn(), announcing.turn()) == (1, 0)
    letter = outbox.take("here", ARCHIVE)
    while letter is not None and "override" not in letter.name:
        letter = outbox.take("here", ARCHIVE)
    assert letter is not None
    assert dcmread(BytesIO(letter.content)).Modality == "SR"  # type: ignore[arg-type]  # bytes, of an override


def test_the_reviews_of_a_study_come_with_it(worker: Worker) -> None:
    ask(worker, [radiograph()])
    Reviews(worker.database).accept(STUDY, 1, "Dr Roe")
    row = read_study_row(worker.database, STUDY)
    assert row is not None
    assert [one.verdict for one in read_given(worker.database, worker.told.folder, row).reviews] == ["accepted"]
