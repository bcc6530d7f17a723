"""The flow diagram and its page: every number is there, nothing runs over, nothing is asked of a network."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from cohort.checks.making import cohort_of
from fiducial.cohort.selection import Selection, select_cohort
from fiducial.report.boxes import FONT, wrapped
from fiducial.report.flow import flow_html, save_flow
from fiducial.report.flow_diagram import flow_svg
from report.test_page import Tags

SVG = "{http://www.w3.org/2000/svg}"


def selection(**labels: list[int | None]) -> Selection:
    ages: dict[str, list[Any]] = {"patient": [f"p{i // 2}" for i in range(1200)], "age": list(range(100)) * 12}
    ages["age"][57] = None
    step = {"name": "adults <b>", "reason": "Younger than 18 & small", "column": "age", "at_least": 18}
    chosen = {"include": [step | {"missing": "drop"}]}
    return select_cohort(cohort_of({**ages, **{f"label.{name}": values for name, values in labels.items()}}), chosen)


def words(svg: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314  (our own)


@pytest.fixture(scope="module")
def one_finding() -> Selection:
    return selection(x=[1, 0, None] * 400)


def test_the_diagram_says_who_went_and_why(one_finding: Selection) -> None:
    told = words(flow_svg(one_finding.flow))
    for line in (
        "1,200 rows, 600 patients",
        "Excluded: 217 rows",
        "Younger than 18 & small",
        "1 of them for want of a value",
        "983 rows, 492 patients",
        "no label for x",
    ):
        assert line in told


def test_several_findings_become_a_table() -> None:
    told = words(flow_svg(selection(x=[1, 0] * 600, y=[0] * 1200).flow))
    assert {"Who is in, by label", "unlabelled", "x", "y"} <= set(told)


def test_likely_bias_stands_where_it_arose() -> None:
    chosen = selection(x=[int(i % 100 < 18) if i % 3 else 1 for i in range(1200)])
    assert any("Likely bias: label.x" in line for line in words(flow_svg(chosen.flow, chosen.losses)))


def test_long_words_are_wrapped() -> None:
    lines = wrapped("a reason that goes on and on " * 9, 300)
    assert all(len(line.text) * FONT * 0.56 <= 300 for line in lines)


def test_boxes_lie_within_the_picture(one_finding: Selection) -> None:
    root = ET.fromstring(flow_svg(one_finding.flow))  # noqa: S314  (our own)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for box in root.iter(f"{SVG}rect"):
        if "x" in box.attrib:
            assert float(box.attrib["x"]) + float(box.attrib["width"]) <= width
            assert float(box.attrib["y"]) + float(box.attrib["height"]) <= height


def test_the_page_stands_alone_and_escapes(one_finding: Selection) -> None:
    page = flow_html(one_finding)
    assert Tags(page).open == []
    assert all(address.startswith(("#", "data:")) for address in Tags(page).addresses)
    assert not re.search(r"url\([^#]|@import", page)
    assert "adults <b>" not in page
    assert "not a medical device" in page


def test_the_folder_holds_every_number(one_finding: Selection, tmp_path: Path) -> None:
    assert save_flow(one_finding, tmp_path) == tmp_path / "flow.html"
    assert {path.name for path in tmp_path.iterdir()} == {
        "counts.csv",
        "exclusions.csv",
        "flow.html",
        "flow.svg",
        "losses.csv",
        "selection.json",
    }
    assert pl.read_csv(tmp_path / "counts.csv")["rows"].to_list() == [1200, 983]
    assert json.loads((tmp_path / "selection.json").read_text(), parse_constant=pytest.fail)["steps"]
    assert pl.read_csv(tmp_path / "exclusions.csv").height == 217


def test_the_same_selection_gives_the_same_bytes(one_finding: Selection) -> None:
    assert flow_html(one_finding) == flow_html(one_finding)
