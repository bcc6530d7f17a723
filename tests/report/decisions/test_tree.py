"""The picture of a trace: all its rows, nothing runs over, and shapes as well as colours."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiducial
from fiducial.report.decisions import scale
from fiducial.report.decisions.comparing import Comparison
from fiducial.report.decisions.lettering import lines_of, width_of
from fiducial.report.decisions.listing import list_html
from fiducial.report.decisions.rows import Row, rows_of
from fiducial.report.decisions.saved import Part, decision_of
from fiducial.report.decisions.tree import WIDTH, sign, tree_svg
from report.decisions.chest import decision, saved
from report.test_page import Tags

SVG = "{http://www.w3.org/2000/svg}"
CSS = (Path(fiducial.__file__).parent / "report" / "templates" / "decision.css").read_text()
THRESHOLD = "threshold pneumothorax: revision 3, tune split, specificity >= 0.9"
HOSTILE = "<script>alert(1)</script> & \"'"


def drawn(rows: list[Row]) -> ET.Element:
    return ET.fromstring(tree_svg(rows, "title", "t"))  # noqa: S314  (our own)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    document = decision_of(saved(decision()))
    return rows_of(document.rules[1].trace)


def test_the_structure_of_a_tree_is_this(rows: list[Row]) -> None:
    groups = [
        (one.get("class"), " ".join(text.text or "" for text in one.iter(f"{SVG}text")))
        for one in drawn(rows).iter(f"{SVG}g")
    ]
    assert groups[:4] == [
        ("on", "all of yes"),
        ("on", "rule judgeable yes"),
        ("on", "any of yes"),
        (
            "on",
            f"score of pneumothorax ≥ 0.80 cnn-a, version 2 {THRESHOLD} 0.80 0 0.91 yes",
        ),
    ]
    assert [kind for kind, _ in groups] == ["on"] * 4 + ["off"] * 3


def test_the_path_that_decided_is_drawn_apart_from_the_others(rows: list[Row]) -> None:
    paths = {one.get("class"): one.get("d", "").count("M") for one in drawn(rows).iter(f"{SVG}path")}
    assert (paths["branch on"], paths["branch off"]) == (3, 3)


def test_the_list_says_all_that_the_picture_says(rows: list[Row]) -> None:
    told = list_html(rows)
    assert Tags(told).open == []
    assert told.count("<li>") == len(rows)
    words = re.sub("<[^>]+>", "", told)
    for text in drawn(rows).iter(f"{SVG}text"):
        assert (text.text or "").replace(">", "&gt;") in words or text.get("class") == "end"


letters = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12)
long = st.builds(lambda text, times: text * times, letters, st.integers(1, 60))


@given(long, st.integers(0, 40))
def test_no_line_runs_over_the_edge(label: str, depth: int) -> None:
    above = [Row(place, "yes", on=True, label="all of") for place in range(depth)]
    found = tree_svg([*above, Row(depth, "no", on=True, label=label, notes=(label,), why=label)], "title", "t")
    root = ET.fromstring(re.sub("[\ufffe\uffff]", "", found))  # noqa: S314  (our own)
    for text in root.iter(f"{SVG}text"):
        size = 12 if text.get("class") == "note" else 14
        if text.get("class") in {None, "note"}:
            assert float(text.get("x", 0)) + width_of(text.text or "", size) <= float(root.get("width", 0)) - 68 + 14


@given(long)
def test_no_line_runs_into_the_scale(label: str) -> None:
    sides = (Part(kind="score", expression="s", value=0.3, name="s"), Part(kind="number", expression="0.5", value=0.5))
    compared = Comparison.of(Part(kind="compare", expression="s > 0.5", op=">", value=False, parts=sides))
    found = tree_svg([Row(0, "no", on=True, label=label, notes=(label,), scale=compared)], "title", "t")
    root = ET.fromstring(re.sub("[\ufffe\uffff]", "", found))  # noqa: S314  (our own)
    for text in root.iter(f"{SVG}text"):
        size = 12 if text.get("class") == "note" else 14
        if text.get("class") in {None, "note"}:
            assert float(text.get("x", 0)) + width_of(text.text or "", size) <= WIDTH - 68 - scale.WIDTH - 6


def test_rows_do_not_lie_on_one_another(rows: list[Row]) -> None:
    places = [float(one.get("y", 0)) for one in drawn(rows).iter(f"{SVG}text") if one.get("class") in {None, "note"}]
    assert all(second - first >= 12 for first, second in pairwise(places))


def test_hostile_words_are_shown_as_text() -> None:
    row = Row(0, "unknown", on=True, label=HOSTILE, value=HOSTILE, notes=(HOSTILE,), why=HOSTILE)
    assert "<script" not in tree_svg([row], HOSTILE, HOSTILE)
    assert "<script" not in list_html([row])


def test_each_answer_has_a_shape_of_its_own() -> None:
    shapes = [re.sub(r'class="[^"]+"', "", sign(says, 10, 10)) for says in ("yes", "no", "unknown")]
    assert len({re.sub(r"[\d. -]", "", one) for one in shapes}) == 3


def test_a_word_wider_than_a_line_is_broken() -> None:
    assert all(width_of(line, 14) <= 100 for line in lines_of("x" * 90 + " 气胸右侧大量气体", 100, 14))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("name", "least"),
    [("yes", 4.5), ("no", 4.5), ("unknown", 4.5), ("deep", 7), ("faint", 4.5), ("thin", 3)],
)
def test_colours_stand_out_from_paper_as_wcag_asks(name: str, least: float) -> None:
    """WCAG 2.2, 1.4.3 (text, 4.5) and 1.4.11 (graphics, 3); the tick on its disc is white as the paper is."""
    colour = re.search(rf"--{name}: (#[0-9a-f]{{6}})", CSS)
    assert colour is not None
    assert 1.05 / (luminance(colour[1]) + 0.05) >= least


def test_every_other_colour_stands_out_as_well() -> None:
    written = set(re.findall(r"(?:fill|stroke|color|solid): ?[^;#}]*(#[0-9a-f]{6})", CSS)) - {"#f6f8fa"}
    assert written
    assert all(1.05 / (luminance(one) + 0.05) >= 3 for one in written)
