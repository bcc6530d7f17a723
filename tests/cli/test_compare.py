"""``fiducial compare`` and ``fiducial history`` as a stranger meets them."""

import json
import shutil
from pathlib import Path

import pytest

import fiducial as fd
from audit.studies import make_study
from cli.conftest import Run


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two reports: the second at another threshold."""
    folder = tmp_path_factory.mktemp("reports")
    study = make_study(400)
    for name, threshold in (("march", 0.5), ("april", 0.9)):
        study.threshold = threshold
        fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=50).save(folder / name)
    return folder


@pytest.fixture
def audits(reports: Path, tmp_path: Path) -> Path:
    """The folder in which ``fiducial`` runs, with both reports."""
    return Path(shutil.copytree(reports, tmp_path, dirs_exist_ok=True))


@pytest.mark.usefixtures("audits")
def test_an_audit_beside_itself_ends_with_zero(fiducial: Run) -> None:
    done = fiducial("compare", "march", "march", "--resamples", "100")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No shared decision changed" in done.stdout


def test_what_got_worse_ends_with_one_and_leaves_a_page(fiducial: Run, audits: Path) -> None:
    done = fiducial("compare", "march", "april", "--out", "both", "--resamples", "100")
    assert done.returncode == 1
    assert "claim.threshold.value: 0.5, then 0.9" in done.stdout
    page = (audits / "both" / "comparison.html").read_text()
    assert "The later audit is <strong>worse</strong>" in page
    assert "not a medical device" in page
    assert (audits / "both" / "tests.csv").read_text().count("sensitivity") == 2


def test_json_is_the_document_and_nothing_else(fiducial: Run, audits: Path) -> None:
    done = fiducial("compare", "march", "april", "--out", "both", "--json", "--resamples", "100")
    told = json.loads(done.stdout)
    assert told == json.loads((audits / "both" / "comparison.json").read_text())
    assert told["schema"] == "fiducial.comparison/1"
    assert str(audits) not in done.stdout


@pytest.mark.usefixtures("audits")
def test_a_folder_that_is_no_report_ends_with_four(fiducial: Run) -> None:
    done = fiducial("compare", "march", "may")
    assert done.returncode == 4
    assert done.stderr == "fiducial: may: there is no such folder. Name a folder that fiducial audit --out wrote.\n"


@pytest.mark.usefixtures("audits")
def test_a_margin_that_is_none_ends_with_two(fiducial: Run) -> None:
    assert fiducial("compare", "march", "april", "--margin", "0").returncode == 2


def test_a_history_leaves_a_page_a_claim(fiducial: Run, audits: Path) -> None:
    done = fiducial("history", "march", "april", "--out", "pages")
    assert done.returncode == 0
    assert "1. march" in done.stdout
    assert (audits / "pages" / "c.html").stat().st_size > 10_000


def test_the_history_of_a_folder_lists_what_it_could_not_read(fiducial: Run, audits: Path) -> None:
    (audits / "april" / "decisions.csv").unlink()
    done = fiducial("history", ".", "--json")
    assert done.returncode == 5
    assert json.loads(done.stdout)["not_read"][0]["source"] == "april"
