"""Images, what was decided about them, and what is said to it."""

import re
from io import BytesIO

from fastapi.testclient import TestClient

from fiducial.serve.access.tokens import Tokens
from fiducial.serve.studies import read_study_row
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service
from serve.making import STUDY, answer, radiograph

SOP = "1.2.3.1.1"
READER = f"/studies/{STUDY}/reader"
REJECT = {"revision": "1", "part": SOP, "flag": "rule(spot-in-bright)", "to": "no", "reason": "artefact"}


def test_the_decision_says_what_it_rests_on_and_which_revision_each_threshold_has(client: TestClient) -> None:
    page = client.get(READER).text
    revision = re.search(r"bright revision (\d+)", page)
    assert revision is not None
    assert f"threshold bright: revision {revision[1]}, settings" in page


def test_what_would_flip_a_rule_is_said(client: TestClient) -> None:
    assert "It would turn to no if" in client.get(READER).text


def test_a_score_that_is_not_calibrated_is_called_no_probability(client: TestClient) -> None:
    assert "not calibrated. It tells more from less suspicious" in client.get(READER).text


def test_the_prior_of_the_patient_is_offered(client: TestClient) -> None:
    page = client.get(READER).text
    assert 'data-prior="1.7"' in page
    assert 'data-study="1.7"' in page


def test_a_rejected_rule_is_decided_again_and_says_who_rejected_it(client: TestClient, served: Service) -> None:
    panel = client.post(f"{READER}/override", data=REJECT)
    row = read_study_row(served.database, STUDY)
    assert panel.status_code == 200
    assert "no, says local; the rule says yes" in panel.text
    assert "<code>rule(spot-in-bright)</code>: yes to <b>no</b>" in panel.text
    assert row is not None
    assert (row.review, row.rule) == ("overridden", "is-bright")


def test_an_override_without_a_reason_is_not_taken(client: TestClient, served: Service) -> None:
    panel = client.post(f"{READER}/override", data={**REJECT, "reason": ""})
    row = read_study_row(served.database, STUDY)
    assert (panel.status_code, "Choose a reason" in panel.text) == (422, True)
    assert row is not None
    assert row.review is None


def test_a_value_that_cannot_be_is_said_beside_the_decision(client: TestClient) -> None:
    panel = client.post(f"{READER}/override", data={**REJECT, "flag": "score(bright)", "to": "a lot"})
    assert (panel.status_code, "to must be a number" in panel.text) == (422, True)


def test_accepting_is_one_step_and_cannot_be_done_twice(client: TestClient) -> None:
    panel = client.post(f"{READER}/accept", data={"revision": "1"})
    assert "<b>Accepted</b> by local." in panel.text
    assert "data-accept disabled" in panel.text


def test_who_looked_at_older_images_is_told_so(client: TestClient) -> None:
    panel = client.post(f"{READER}/accept", data={"revision": "7"})
    assert (panel.status_code, "Open the study again" in panel.text) == (422, True)


def test_an_image_that_cannot_be_read_is_said_loudly_and_may_be_called_read(
    served: Service, client: TestClient
) -> None:
    whole = radiograph("1.8.1", study="1.8").read()
    served.archive.keep(BytesIO(whole), "test")
    path = next(served.archive.folder.rglob("1.8.1.dcm"))
    path.write_bytes(whole[:-100])
    served.completing.complete("1.8")
    answer(served)
    page = client.get("/studies/1.8/reader").text
    assert "<b>Not fully judged.</b>" in page
    assert "Nothing here says that it is normal" in page
    assert "I have read it" in page
    read = client.post("/studies/1.8/reader/accept", data={"revision": "1"})
    assert "<b>Read</b> by local." in read.text


def test_a_study_that_nobody_has_answered_looks_again_by_itself(client: TestClient, served: Service) -> None:
    served.archive.keep(radiograph("1.6.1", study="1.6"), "test")
    page = client.get("/studies/1.6/reader").text
    assert "Images are still coming." in page
    assert "every 2s" in page


def test_the_token_of_the_session_goes_with_every_change(served: Service) -> None:
    client = TestClient(make_app(served))
    secret = Tokens(served.database).create("jane", ("reader",), by="it")[1]
    client.post("/login", data={"token": secret, "then": "/"})
    assert f'"X-CSRF-Token": "{client.cookies["csrf"]}"' in client.get("/").text
