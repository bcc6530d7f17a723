"""The service itself, for who keeps it running."""

import re

from fastapi.testclient import TestClient
from sqlalchemy import update

from fiducial.files.heartbeats import Heartbeat, write_heartbeat
from fiducial.serve.database.schema import STUDIES
from fiducial.serve.events import read_events
from fiducial.serve.queue.job import KIND, Job
from fiducial.serve.queue.reading import count_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.studies import StudyState, read_study_row
from fiducial.serve.web.state import Service
from serve.making import radiograph


def bury(served: Service) -> Job:
    """A study that ended three workers."""
    served.archive.keep(radiograph("1.5.1", study="1.5"), "test")
    served.completing.complete("1.5")
    for _ in range(3):
        (job,) = served.queue.claim("w9", [KIND])
        served.queue.lapse(worker="w9")
    with served.database.writing() as connection:
        connection.execute(update(STUDIES).where(STUDIES.c.uid == "1.5").values(state=StudyState.DEAD))
    return job


def test_it_says_how_many_were_answered_and_how_long_it_took(client: TestClient) -> None:
    page = client.get("/operations").text
    assert "Answered in the last hour</dt><dd>2<" in page
    assert "95 of 100 within" in page


def test_a_dead_study_is_listed_with_its_reason_and_asked_about_again(client: TestClient, served: Service) -> None:
    job = bury(served)
    page = client.get("/operations").text
    assert "w9 died or fell silent at it, time 3 of 3" in page
    assert f"/operations/jobs/{job.id}/replay" in page
    told = client.post(f"/operations/jobs/{job.id}/replay").text
    assert f"Job {job.id} waits again." in told
    assert count_jobs(served.database)[JobState.WAITING] == 1
    assert read_events(served.database, study="1.5")[-1].document == {"job": job.id, "by": "local"}
    row = read_study_row(served.database, "1.5")
    assert row is not None
    assert row.state == "waiting"


def test_a_job_that_is_done_is_not_asked_again(client: TestClient) -> None:
    assert "neither dead nor failed" in client.post("/operations/jobs/1/replay").text


def test_a_worker_that_lives_and_one_that_is_silent_are_told_apart(client: TestClient, served: Service) -> None:
    now = served.database.moment()
    for name, at in (("alive", now), ("gone", now - 60), ("long-gone", now - 200_000)):
        write_heartbeat(served.archive.folder / "heartbeats", Heartbeat(name, 1, at, at))
    page = client.get("/operations/status").text
    assert page.count("silent for") == 1
    assert "silent for 1 min" in page
    assert "long-gone" not in page


def test_a_setting_is_changed_with_a_reason_and_set_back(client: TestClient, served: Service) -> None:
    before = served.revisions.current()["threshold.bright"]
    page = client.post("/operations/settings/threshold.bright", data={"value": "0.7", "reason": "too many"}).text
    assert "threshold.bright is 0.7 from the next study on." in page
    now = served.revisions.current()["threshold.bright"]
    assert (now.value, now.author, now.reason) == (0.7, "local", "too many")
    back = client.post("/operations/settings/threshold.bright/roll-back", data={"revision": str(before.revision)}).text
    assert "threshold.bright is 0.6 again" in back


def test_settings_stay_in_their_places_when_they_are_changed(client: TestClient) -> None:
    before = re.findall(r"<td><b>([a-z.]+)</b>", client.get("/operations").text)
    client.post("/operations/settings/intake.quiet", data={"value": "5", "reason": "quick senders"})
    assert re.findall(r"<td><b>([a-z.]+)</b>", client.get("/operations").text) == before


def test_a_value_that_cannot_be_and_a_missing_reason_are_refused(client: TestClient) -> None:
    setting = "/operations/settings/work.warn"
    assert "must lie from 1" in client.post(setting, data={"value": "0", "reason": "x"}).text
    refused = client.post(setting, data={"value": "9"})
    assert (refused.status_code, "the reason is empty" in refused.text) == (422, True)
    assert client.post("/operations/settings/none", data={"value": "9", "reason": "x"}).status_code == 422


def test_who_reads_which_setting_is_on_the_page(client: TestClient) -> None:
    page = client.get("/operations").text
    assert "page of operations" in page
    assert "nobody has read it" in page


def test_a_model_without_a_claim_says_so_loudly(client: TestClient) -> None:
    page = client.get("/operations/models/first").text
    assert "<b>No claim.</b>" in page
    assert "The bundle brings no audit" in page
    assert client.get("/operations/models/none").status_code == 404
