"""The page: it stands alone, escapes what it is given, and is the same from the same inputs."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.evidence import Evidence
from fiducial.report.folder import save_report
from fiducial.report.page import page_html, summary_html

NETWORK = re.compile(r"url\((?!#|data:)|@import|fetch\(|XMLHttpRequest")


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    study = make_study(600)
    study.prevalence = (0.02, 0.08)
    return fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100)


@pytest.fixture(scope="module")
def page(evidence: Evidence) -> str:
    return page_html(evidence)


class Tags(HTMLParser):
    """Counts open tags and collects addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "img", "br", "link", "input"}:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_tag_is_closed(page: str) -> None:
    assert Tags(page).open == []


def test_the_page_asks_the_network_for_nothing(page: str) -> None:
    assert all(address.startswith(("#", "data:")) for address in Tags(page).addresses)
    assert not NETWORK.search(page)


def test_the_page_says_that_nothing_here_is_a_medical_device(page: str, evidence: Evidence) -> None:
    assert "not a medical device" in page
    assert "not a medical device" in summary_html(evidence)


def test_all_four_corners_and_predictive_values_are_drawn(page: str) -> None:
    for words in ("called ill", "called healthy", "sensitivity", "specificity", "right, at 2% ill", "right, at 8% ill"):
        assert words in page


def test_the_same_evidence_gives_the_same_page(evidence: Evidence, page: str) -> None:
    assert page_html(evidence) == page


def test_a_name_full_of_html_is_shown_as_text() -> None:
    study = make_study(300)
    study.columns["site"] = np.where(study.columns["site"] == "B", "<script>alert(1)</script>", "A").astype(object)
    text = page_html(fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100))
    assert "<script>alert" not in text
    assert Tags(text).open == []


def in_words(study: Study) -> Evidence:
    """What the ladder says, without its figures and charts: they cost a page nearly all of its time."""
    found = fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100)
    return replace(found, rungs=tuple(replace(rung, figures=(), charts=()) for rung in found.rungs))


def test_an_alarm_stands_at_the_top() -> None:
    study = make_study(300)
    study.threshold = 0.0
    text = page_html(in_words(study))
    assert text.index('class="alarm"') < text.index('id="ladder"')


def test_an_alarm_is_what_a_rung_says_it_is_not_how_a_note_begins() -> None:
    calm = in_words(make_study(300))
    told = replace(calm.rungs[0], notes=("Alarm is but a word here.",), alarms=())
    assert 'class="alarm"' not in page_html(replace(calm, rungs=(told, *calm.rungs[1:])))
    alarmed = replace(calm, rungs=(replace(told, alarms=("Nine of ten are wrong.",)), *calm.rungs[1:]))
    assert alarmed.alarms == ("Nine of ten are wrong.",)
    assert 'role="alert">Alarm: Nine of ten are wrong.' in page_html(alarmed)
    assert alarmed.document()["rungs"][0]["alarms"] == ["Nine of ten are wrong."]


def test_the_folder_holds_every_number(evidence: Evidence, tmp_path: Path) -> None:
    save_report(evidence, tmp_path)
    figures = pl.read_csv(tmp_path / "figures.csv")
    assert figures.height == sum(len(result.figures) for result in evidence.rungs)
    charts = sum(len(result.charts) for result in evidence.rungs)
    assert len(list((tmp_path / "charts").iterdir())) == charts


def test_the_document_is_strict_json_with_figures_of_one_form(evidence: Evidence, tmp_path: Path) -> None:
    save_report(evidence, tmp_path)
    document = json.loads((tmp_path / "evidence.json").read_text(), parse_constant=pytest.fail)
    keys = {"name", "value", "low", "high", "n", "unit", "subgroup", "condition"}
    assert all(set(figure) == keys for rung in document["rungs"] for figure in rung["figures"])


def with_images(study: Study, folder: Path) -> Study:
    for name in study.columns["study"]:
        Image.fromarray(np.full((8, 8), 90, dtype=np.uint8)).save(folder / f"{name}.png")
    study.columns["path"] = [f"{name}.png" for name in study.columns["study"]]
    study.cohort.write_csv(folder / "cohort.csv")
    return study


def test_worst_cases_have_pictures_where_images_are_there(tmp_path: Path) -> None:
    study = with_images(make_study(200, signal=1.0), tmp_path)
    found = fd.climb(study.claim, cohort=tmp_path / "cohort.csv", predictions=study.predictions, resamples=100)
    page = page_html(found)
    assert "url(data:image/jpeg;base64," in page
    assert not NETWORK.search(page)


def test_an_unreadable_image_keeps_its_words(tmp_path: Path) -> None:
    study = with_images(make_study(200, signal=1.0), tmp_path)
    for image in tmp_path.glob("*.png"):
        image.write_bytes(b"no image")
    found = fd.climb(study.claim, cohort=tmp_path / "cohort.csv", predictions=study.predictions, resamples=100)
    assert 'class="picture"' not in page_html(found)
