"""When nothing more comes, a study is asked about, once a revision."""

import pytest

from fiducial.serve.database.clock import FakeClock
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.queue import Queue
from fiducial.serve.queue.reading import count_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.studies import read_study_row
from serve.making import STUDY, radiograph


@pytest.fixture
def completing(archive: Archive) -> Completing:
    return Completing(archive.database, Queue(archive.database), "small")


def test_a_study_is_complete_after_a_quiet_time(archive: Archive, completing: Completing, clock: FakeClock) -> None:
    archive.keep(radiograph(), "test")
    clock.advance(9)
    assert completing.quiet(10) == []
    clock.advance(1)
    assert completing.quiet(10) == [STUDY]
    assert [job.key for job in completing.queue.claim("w", ("small",))] == [f"{STUDY}/1"]


def test_an_image_begins_the_quiet_time_anew(archive: Archive, completing: Completing, clock: FakeClock) -> None:
    archive.keep(radiograph(), "test")
    clock.advance(9)
    archive.keep(radiograph("1.2.3.1.2"), "test")
    clock.advance(9)
    assert completing.quiet(10) == []


def test_a_study_is_asked_about_once(archive: Archive, completing: Completing) -> None:
    archive.keep(radiograph(), "test")
    assert completing.complete(STUDY)
    assert not completing.complete(STUDY)
    archive.keep(radiograph(), "test")  # the same image again is nothing new
    assert not completing.complete(STUDY)


def test_a_late_image_makes_a_new_revision_and_the_old_question_is_dropped(
    archive: Archive, completing: Completing
) -> None:
    archive.keep(radiograph(), "test")
    completing.complete(STUDY)
    archive.keep(radiograph("1.2.3.1.2"), "test")
    completing.complete(STUDY)
    row = read_study_row(archive.database, STUDY)
    assert row is not None
    assert row.revision == 2
    assert count_jobs(archive.database)[JobState.SUPERSEDED] == 1
    assert [job.payload["revision"] for job in completing.queue.claim("w", ("small",), 9)] == [2]


@pytest.mark.parametrize("modality", ["SR", "SEG", "KO"])
def test_a_report_that_comes_back_is_kept_and_asks_nothing_again(
    archive: Archive, completing: Completing, modality: str
) -> None:
    archive.keep(radiograph(), "test")
    completing.complete(STUDY)
    archive.keep(radiograph("1.2.3.9.9", Modality=modality), "test")
    row = read_study_row(archive.database, STUDY)
    assert row is not None
    assert (row.images, row.complete) == (2, True)
    assert not completing.complete(STUDY)
