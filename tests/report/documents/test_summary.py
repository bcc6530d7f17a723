"""The summary: one page whatever it holds, and numbers that can be counted by hand."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fiducial.claims.evidence import Evidence, Figure
from fiducial.report.documents.document import Document, Rows, Text
from fiducial.report.documents.html import document_html
from fiducial.report.documents.paper import document_pdf
from fiducial.report.documents.summary import summary
from fiducial.stats.intervals import Interval
from report.documents.material import hostile, material, poor_evidence, rich_evidence


def blocks(document: Document, heading: str) -> tuple[object, ...]:
    return next(one.blocks for one in document.sections if one.heading.startswith(heading))


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


@pytest.mark.parametrize("evidence", [rich_evidence, poor_evidence, hostile])
def test_it_fits_one_page(evidence: Callable[[], Evidence]) -> None:
    content, scale = document_pdf(summary(material(evidence())))
    assert pages(content) == 1
    assert scale >= 0.64


def test_of_1000_patients_the_four_corners_add_up() -> None:
    # 20 of 1,000 are ill, and 0.9 (0.8-1.0) of them are found; of the 980 others 0.75 (0.7-0.8) are cleared.
    rows = blocks(summary(material(with_accuracy())), "What to expect")[0]
    assert isinstance(rows, Rows)
    assert rows.rows[0] == (
        "2% are ill (claimed use)",
        "18 (16-20)",
        "2 (0-4)",
        "245 (196-294)",
        "735 (686-784)",
        "7 in 100",
    )


def test_without_a_prevalence_of_use_that_is_said() -> None:
    found = rich_evidence()
    statement = found.claim.claim.model_copy(update={"prevalence": None})
    told = blocks(
        summary(material(replace(found, claim=found.claim.model_copy(update={"claim": statement})))), "What to"
    )
    assert Text("At the prevalence of use: not shown, as the claim names none.", quiet=True) in told


def test_without_sensitivity_nothing_is_expected() -> None:
    found = rich_evidence()
    silent = replace(found.rungs[0], figures=())
    told = blocks(summary(material(replace(found, rungs=(silent, *found.rungs[1:])))), "What to")
    assert told == (Text("Not shown: the internal rung has no sensitivity and specificity."),)


def test_a_required_rung_comes_before_those_that_are_not_required() -> None:
    rows = blocks(summary(material()), "What was shown")[0]
    assert isinstance(rows, Rows)
    stars = [str(row[0]).endswith("*") for row in rows.rows]
    assert stars == sorted(stars)


def test_what_is_not_shown_must_not_be_relied_on() -> None:
    (told,) = blocks(summary(material()), "What it must not")
    assert isinstance(told, Text)
    assert "Not shown, so nothing may rest on it: shortcuts" in told.words


def test_there_are_lines_to_sign_on_and_the_hash_of_what_is_signed() -> None:
    page = document_html(summary(material()))
    for words in ("Clinical lead: name", "Owner of the model: name", "signature", "Made from evidence.json, sha256:0"):
        assert words in page


def test_markup_in_a_name_stays_words(tmp_path: Path) -> None:
    page = document_html(summary(material(hostile())))
    assert "&lt;b&gt;Łódź &amp; Σ 東京" in page
    assert "<b>Łódź" not in page
    assert "<b>Łódź & Σ" in words_of(document_pdf(summary(material(hostile())))[0], tmp_path)


def words_of(content: bytes, folder: Path) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler) is not here")
    (folder / "a.pdf").write_bytes(content)
    done = subprocess.run([program, "-layout", folder / "a.pdf", "-"], capture_output=True, text=True, check=True)  # noqa: S603  (our own file)
    return done.stdout


def with_accuracy() -> Evidence:
    found = rich_evidence()
    figures = (
        Figure("sensitivity", 0.9, Interval(0.8, 1.0), 100),
        Figure("specificity", 0.75, Interval(0.7, 0.8), 100),
    )
    internal = replace(found.rungs[0], figures=figures)
    return replace(found, rungs=(internal, *found.rungs[1:]))
