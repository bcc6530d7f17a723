"""The page of a run: who is read first, what failed, and nothing from elsewhere."""

import numpy as np
import pytest
from PIL import Image

import fiducial as fd
from fiducial.claims.evidence import NOTICE
from fiducial.pipelines.many import RunOptions
from pipelines.making import PIPELINE, write_pipeline


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("run")
    text = PIPELINE.replace("[[models]]", '[entry]\nview = ["PA"]\n\n[[models]]', 1)
    place = write_pipeline(folder / "p", text)
    for name, grey in (("dark", 10), ("<b>bright", 90), ("lateral", 50)):
        Image.fromarray(np.full((8, 8), grey, np.uint8)).save(folder / f"{name.strip('<b>')}.png")
    (folder / "broken.png").write_bytes(b"\x89PNG")
    (folder / "c.csv").write_text(
        "study,path,view\n<b>bright,right.png,PA\ndark,dark.png,PA\nlateral,lateral.png,LL\nbroken,broken.png,PA\n"
    )
    fd.run_pipeline(place, [folder / "c.csv"], folder / "out", RunOptions(workers=1))
    return (folder / "out" / "results.html").read_text(encoding="utf-8")


def test_the_first_of_the_worklist_stands_first(page: str) -> None:
    assert page.index("1. &lt;b&gt;bright") < page.index("2. broken") < page.index("3. dark")


def test_names_are_text_and_no_markup(page: str) -> None:
    assert "<b>bright" not in page


def test_who_did_not_enter_is_told_with_the_reason(page: str) -> None:
    assert "its view is LL; PA enters" in page


def test_what_failed_is_told(page: str) -> None:
    assert "<strong>1 failed</strong>" in page
    assert "minutes, perhaps" in page


def test_the_page_needs_nothing_else_and_says_what_it_is(page: str) -> None:
    assert page.count("data:image/jpeg;base64,") == 2
    assert "http" not in page.replace("http://www.w3.org", "")
    assert NOTICE in page
