"""The page of a decision file: thresholds with revision, which rule reads which, every rule."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import fiducial as fd
from fiducial.report.decisions.graph import graph_svg
from fiducial.report.decisions.showing import MOST_IN_GRAPH, rules_html
from fiducial.rules.file import rules_of
from report.decisions.chest import FILE, rules
from report.test_page import NETWORK, Tags

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def page() -> str:
    return rules_html(rules())


def test_the_page_stands_alone(page: str) -> None:
    assert Tags(page).open == []
    assert all(address.startswith(("#", "data:")) for address in Tags(page).addresses)
    assert not NETWORK.search(page)
    assert "not a medical device" in page


def test_a_threshold_stands_with_revision_source_and_reader(page: str) -> None:
    row = re.search(r"<tr><th scope=\"row\">pneumothorax</th>(.*?)</tr>", page)
    assert row is not None
    told = re.sub("<[^>]+>", "|", row[1])
    assert [part for part in told.split("|") if part] == [
        "0.80",
        "3",
        "tune split, specificity &gt;= 0.9",
        "pneumothorax",
    ]


def test_links_lead_to_places_on_the_page(page: str) -> None:
    asked = {address[1:] for address in Tags(page).addresses if address.startswith("#")}
    assert asked <= set(re.findall(r'id="([^"]+)"', page))


def test_a_rule_that_is_read_stands_to_the_left() -> None:
    drawn = ET.fromstring(graph_svg({"a": (), "b": ("a",), "c": ("a", "b"), "alone": ()}, ("c",)) or "")  # noqa: S314
    places = {
        group.find(f"{SVG}text").text: float(group.find(f"{SVG}rect").get("x"))  # type: ignore[union-attr, arg-type]
        for group in drawn.iter(f"{SVG}g")
    }
    assert places["a"] < places["b"] < places["c"]
    assert "alone" not in places


def test_rules_that_read_nothing_have_no_graph() -> None:
    assert graph_svg({"a": (), "b": ()}, ("a",)) is None


def test_too_many_rules_for_one_picture_say_so() -> None:
    more = "".join(f"\n[[rules]]\nname = 'r{place}'\nwhen = 'rule(judgeable)'\n" for place in range(MOST_IN_GRAPH))
    assert "are too many for one picture" in rules_html(rules_of(FILE + more))


def test_hostile_words_of_a_file_are_shown_as_text() -> None:
    text = FILE.replace("tune split", "<script>alert(1)</script>")
    page = rules_html(rules_of(text))
    assert "<script" not in page
    assert "<img" not in page


def test_the_document_says_who_reads_what(tmp_path: Path) -> None:
    path = tmp_path / "decision.toml"
    path.write_text(FILE)
    document = fd.show_rules(path).document()
    assert document["schema"] == "fiducial.rules/1"
    assert {"input": "regions(lucency)", "read_by": ["pneumothorax"]} in document["inputs"]
    assert next(one["read_by"] for one in document["rules"] if one["rule"] == "judgeable") == ["pneumothorax"]
