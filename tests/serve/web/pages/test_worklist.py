"""The page of what is left to read."""

import pytest
from fastapi.testclient import TestClient

from fiducial.serve.overrides import Reviews
from fiducial.serve.web.state import Service
from serve.making import STUDY


def test_a_row_says_how_urgent_and_why_and_leads_to_the_images(client: TestClient) -> None:
    page = client.get("/").text
    assert 'class="tag u-minutes">minutes' in page
    assert "rule spot-in-bright" in page
    assert f'href="/studies/{STUDY}/reader"' in page


@pytest.mark.parametrize("path", ["/", f"/studies/{STUDY}/reader", "/operations", "/operations/models/first"])
def test_every_page_says_what_it_is_not_for(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "Not for primary diagnosis" in page.text
    assert "not a medical device" in page.text


@pytest.mark.parametrize("path", ["/", f"/studies/{STUDY}/reader", "/operations"])
def test_a_name_from_outside_is_text_and_never_a_script(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert "<script>alert" not in page
    assert path == "/operations" or "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("path", ["/", f"/studies/{STUDY}/reader", "/operations", "/operations/models/mask"])
def test_nothing_on_a_page_needs_another_server_or_runs_inline(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    for inline in (" style=", "<style", " onclick=", "<script>"):
        assert inline not in page


def test_search_finds_a_patient_and_no_name_stands_in_an_address(client: TestClient) -> None:
    found = client.post("/worklist/search", data={"text": "ann script"})
    assert STUDY in found.text
    assert "ann" not in str(found.url)
    assert "No study is like that" in client.post("/worklist/search", data={"text": "nobody"}).text


def test_what_was_reviewed_leaves_the_list_and_is_found_among_the_reviewed(client: TestClient, served: Service) -> None:
    Reviews(served.database).accept(STUDY, 1, "Dr Roe")
    link = f'data-uid="{STUDY}"'
    assert link not in client.get("/").text
    assert link in client.get("/?show=read").text


def test_a_filter_that_means_nothing_filters_nothing(client: TestClient) -> None:
    assert STUDY in client.get("/?state=odd&urgency=&show=x&page=0").text


def test_the_stream_tells_that_something_changed(client: TestClient) -> None:
    told = client.get("/worklist/events?follow=false").text
    assert "event: changed" in told


def test_a_study_that_is_not_here_is_a_page_for_people_and_json_for_programs(client: TestClient) -> None:
    page = client.get("/studies/9.9/reader", headers={"accept": "text/html"})
    assert (page.status_code, "Back to the worklist" in page.text) == (404, True)
    assert (
        client.get("/studies/9.9/reader").json()["detail"]
        == "There is no such study here. GET /studies lists those that there are."
    )


@pytest.mark.parametrize("name", ["htmx.min.js", "htmx.LICENSE", "style.css", "keys.js", "worklist.js", "reader.js"])
def test_everything_that_pages_need_comes_with_them(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 200


def test_rules_are_drawn_in_the_colours_of_the_reports(client: TestClient) -> None:
    assert ".trace" in client.get("/assets/trace.css").text
