"""A real service with real worker processes: what is sent in is decided, whoever is killed in between."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from fiducial.errors import WrongUsage
from fiducial.files.heartbeats import read_heartbeats
from fiducial.serve.events import read_events
from fiducial.serve.queue.reading import count_jobs, read_jobs, read_result
from fiducial.serve.queue.states import JobState
from fiducial.serve.service import ServiceOptions, open_service
from fiducial.serve.studies import StudyState, read_study_row
from fiducial.serve.web.state import Service
from pipelines.making import ALONE, ONE_RULE, write_pipeline, write_slow
from serve.making import STUDY, radiograph

PATIENCE = 60.0


def wait(until: Callable[[], object]) -> None:
    over = monotonic() + PATIENCE
    while not until():
        assert monotonic() < over, "it did not happen"
        sleep(0.02)


def state(service: Service, uid: str = STUDY) -> str | None:
    row = read_study_row(service.database, uid)
    return None if row is None else row.state


def worker(service: Service) -> int:
    """The process that has the job in hand."""
    (job,) = read_jobs(service.database, [JobState.RUNNING])
    return next(one.pid for one in read_heartbeats(service.archive.folder / "heartbeats") if one.name == job.worker)


@pytest.fixture(scope="module")
def service(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(pipeline, ServiceOptions(tmp_path_factory.mktemp("data"))) as at_work:
        at_work.revisions.write("intake.quiet", 0.2, author="test", reason="studies of one image")
        yield at_work


def test_a_study_is_decided_once_nothing_more_comes(service: Service) -> None:
    service.archive.keep(radiograph(), "test")
    wait(lambda: state(service) == StudyState.DECIDED)
    row = read_study_row(service.database, STUDY)
    assert row is not None
    assert (row.urgency, row.certain) == ("minutes", True)
    assert row.rule == "spot-in-bright"


def test_every_step_is_told_once_and_in_order(service: Service) -> None:
    wait(lambda: state(service) == StudyState.DECIDED)
    kinds = [one.kind for one in read_events(service.database, study=STUDY)]
    assert kinds == ["receiving", "complete", "model", "model", "model", "model", "decided"]


def test_a_result_has_the_revision_of_every_setting_that_it_read(service: Service) -> None:
    wait(lambda: state(service) == StudyState.DECIDED)
    result = read_result(service.database, f"{STUDY}/1")
    assert result is not None
    now = service.revisions.current()
    assert result["settings"] == {name: now[name].revision for name in ("pipeline", "rules", "threshold.bright")}


def test_a_threshold_that_is_changed_counts_from_the_next_study_on_without_a_restart(service: Service) -> None:
    made = service.revisions.write("threshold.bright", 0.999, author="Dr Roe", reason="too many alarms")
    sleep(0.1)
    service.archive.keep(radiograph("1.9.1", study="1.9"), "test")
    wait(lambda: state(service, "1.9") == StudyState.DECIDED)
    row, result = read_study_row(service.database, "1.9"), read_result(service.database, "1.9/1")
    assert row is not None
    assert result is not None
    assert (row.rule, result["parts"][0]["conclusions"]["is-bright"]) == ("spot-in-bright", False)
    assert result["settings"]["threshold.bright"] == made.revision
    service.revisions.write("threshold.bright", 0.6, author="Dr Roe", reason="as before")


def test_a_late_image_makes_a_second_result_beside_the_first(service: Service) -> None:
    wait(lambda: state(service) == StudyState.DECIDED)
    service.archive.keep(radiograph("1.2.3.1.2", grey=10), "test")
    wait(lambda: read_result(service.database, f"{STUDY}/2") is not None)
    second = read_result(service.database, f"{STUDY}/2")
    assert second is not None
    assert len(second["parts"]) == 2
    assert read_result(service.database, f"{STUDY}/1") is not None


def test_what_cannot_be_read_is_failed_and_says_why(service: Service) -> None:
    broken = radiograph("1.8.1", study="1.8")
    broken = type(broken)(broken.getvalue()[:-100])
    service.archive.keep(broken, "test")
    wait(lambda: state(service, "1.8") == StudyState.FAILED)
    row = read_study_row(service.database, "1.8")
    assert row is not None
    assert "cut off" in str(row.why)


def slow_pipeline(folder: Path) -> Path:
    made = write_pipeline(folder)
    write_slow(folder / "second", 2_000_000)  # about two seconds
    return made


def test_a_study_whose_worker_is_killed_is_done_by_the_next(tmp_path: Path) -> None:
    with open_service(slow_pipeline(tmp_path / "p"), ServiceOptions(tmp_path / "data")) as service:
        service.archive.keep(radiograph(), "test")
        service.completing.complete(STUDY)
        wait(lambda: [one for one in read_jobs(service.database, [JobState.RUNNING]) if one.progress])
        os.kill(worker(service), signal.SIGKILL)
        wait(lambda: state(service) == StudyState.DECIDED)
        (job,) = read_jobs(service.database, [JobState.DONE])
        assert (job.attempt, job.kills) == (2, 1)
        assert [one.name[-4:] for one in read_heartbeats(tmp_path / "data" / "heartbeats")] == ["-0.2"]
        kinds = [one.kind for one in read_events(service.database, study=STUDY)]
        assert (kinds.count("model"), kinds.count("decided")) == (4, 1)


def test_a_service_that_begins_with_another_pipeline_keeps_that_of_the_store(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, other = write_pipeline(tmp_path / "a", ALONE, ONE_RULE), write_pipeline(tmp_path / "b")
    options = ServiceOptions(tmp_path / "data", workers=0)
    with open_service(first, options):
        pass
    with open_service(other, options) as service:
        assert service.pipeline is not None
        assert service.pipeline.where == first
    assert "the store's pipeline counts" in caplog.text


def test_an_output_that_nothing_makes_is_refused_before_anything_starts(pipeline: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(WrongUsage, match="no output is called 'pdf'"),
        open_service(pipeline, ServiceOptions(tmp_path / "data", outputs=("sr", "pdf"))),
    ):
        pytest.fail("it started")
    assert not (tmp_path / "data").exists()


def test_a_service_that_ends_finishes_the_study_in_hand(tmp_path: Path) -> None:
    options = ServiceOptions(tmp_path / "data")
    with open_service(slow_pipeline(tmp_path / "p"), options) as service:
        service.archive.keep(radiograph(), "test")
        service.completing.complete(STUDY)
        wait(lambda: read_jobs(service.database, [JobState.RUNNING]))
    assert count_jobs(service.database)[JobState.DONE] == 1


def test_a_study_that_makes_no_progress_is_taken_from_its_worker(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path / "p")
    write_slow(tmp_path / "p" / "second", 10**12)  # for ever; its own time limit is longer than the patience below
    with open_service(made, ServiceOptions(tmp_path / "data")) as service:
        service.revisions.write("work.kill", 1, author="test", reason="no patience")
        service.revisions.write("work.warn", 1, author="test", reason="no patience")
        service.archive.keep(radiograph(), "test")
        service.completing.complete(STUDY)
        wait(lambda: state(service) == StudyState.DEAD)
        assert [one.kills for one in read_jobs(service.database, [JobState.DEAD])] == [3]
        row = read_study_row(service.database, STUDY)
        assert row is not None
        assert (row.urgency, row.certain, row.place) == ("minutes", False, 3.0)  # read as if it were the worst
        assert read_events(service.database, study=STUDY)[-1].kind == "dead"
