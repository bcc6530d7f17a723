"""The report on paper: the same bytes, every part, and the notice on every page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import fiducial as fd
from audit.studies import make_study
from fiducial.claims.evidence import Evidence
from fiducial.report.gallery import gallery
from fiducial.report.pdf import pdf_bytes


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    study = make_study(300)
    study.threshold = 0.0
    study.prevalence = (0.02, 0.08)
    study.columns["site"][1::2] = "Łódź <b>"
    return fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100)


@pytest.fixture(scope="module")
def paper(evidence: Evidence) -> bytes:
    return pdf_bytes(evidence, gallery(evidence))


@pytest.fixture(scope="module")
def pages(paper: bytes, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The words of every page, as poppler reads them."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler) is not here")
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    path.write_bytes(paper)
    done = subprocess.run([program, "-layout", path, "-"], capture_output=True, text=True, check=True)  # noqa: S603  (our own file)
    return done.stdout.split("\f")[:-1]


def test_the_same_evidence_gives_the_same_pdf(evidence: Evidence, paper: bytes) -> None:
    assert pdf_bytes(evidence, gallery(evidence)) == paper


def test_the_notice_stands_on_every_page(pages: list[str]) -> None:
    assert len(pages) > 4
    assert all("not a medical device" in page for page in pages)


def test_the_alarm_comes_before_the_verdict(pages: list[str]) -> None:
    assert pages[0].index("Alarm: 100 of 100 healthy") < pages[0].index("The claim:")


def test_corners_predictive_values_figures_and_provenance_are_there(pages: list[str], evidence: Evidence) -> None:
    text = re.sub(r"\s+", " ", " ".join(pages))
    told = ("called healthy", "right, at 2% ill", "95% interval", "sha256:", "--resamples 100", "ppv_at_0.02")
    assert [words for words in told if words not in text] == []
    for result in evidence.rungs:
        assert f"{result.rung}: {result.verdict}" in text


def test_a_name_in_any_script_and_full_of_markup_is_kept(pages: list[str]) -> None:
    assert "Łódź <b>" in " ".join(pages)


def test_save_writes_the_pdf_only_when_asked(evidence: Evidence, tmp_path: Path) -> None:
    for name, pdf in (("plain", False), ("paper", True)):
        evidence.save(tmp_path / name, pdf=pdf)  # type: ignore[attr-defined]  # climb gives evidence that saves itself
    assert not (tmp_path / "plain" / "report.pdf").exists()
    assert (tmp_path / "paper" / "report.pdf").read_bytes().startswith(b"%PDF")
