"""``fiducial audit`` with several claims, as a stranger meets it."""

import json
from pathlib import Path

import pytest

from cli.conftest import CLAIM, Run


@pytest.fixture
def several(tmp_path: Path, written: object) -> Path:
    """The claim of the study, a stricter one, and a broken one beside it."""
    assert written
    (tmp_path / "strict.toml").write_text(
        CLAIM.replace('"c"', '"strict"').replace("auroc = 0.8", "specificity = 0.999")
    )
    (tmp_path / "broken.toml").write_text("[claim]\nfnding = 1\n")
    return tmp_path


def test_the_worst_verdict_is_the_exit_code(fiducial: Run, several: Path) -> None:
    done = fiducial("audit", "claim.toml", "strict.toml", "--out", "report", "--resamples", "100")
    assert (done.returncode, done.stderr) == (1, "")
    assert (several / "report" / "index.html").exists()
    assert (several / "report" / "strict" / "evidence.json").exists()


def test_a_folder_with_a_broken_claim_ends_with_five_and_lists_it(fiducial: Run, several: Path) -> None:
    done = fiducial("audit", several, "--out", "report", "--json", "--resamples", "100")
    assert done.returncode == 5
    assert json.loads(done.stdout) == json.loads((several / "report" / "index.json").read_text())
    assert "Did you mean 'finding'" in json.loads(done.stdout)["not_audited"][0]["error"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("claim.toml", "cohort.csv"), "a table is audited on its own"),
        (("claim.toml", "strict.toml", "--threshold", "0.4"), "go with a table"),
        (("claim.toml", "strict.toml", "--family", "holm"), "family must be one of"),
        (("claim.toml", "--pdf"), "name it with --out"),
        (("claim.toml", "--documents"), "name it with --out"),
        (("claim.toml", "--confidence", "95"), "between 0 and 1"),
    ],
)
@pytest.mark.usefixtures("several")
def test_wrong_usage_ends_with_two(fiducial: Run, words: tuple[str, ...], told: str) -> None:
    done = fiducial("audit", *words)
    assert done.returncode == 2
    assert told in done.stderr


@pytest.mark.usefixtures("written")
def test_documents_lie_in_a_folder_of_their_own(fiducial: Run, tmp_path: Path) -> None:
    assert fiducial("audit", "claim.toml", "--out", "report", "--documents").returncode == 0
    assert (tmp_path / "report" / "documents" / "index.html").exists()


@pytest.mark.usefixtures("written")
def test_a_pdf_lies_beside_the_page(fiducial: Run, tmp_path: Path) -> None:
    assert fiducial("audit", "claim.toml", "--out", "report", "--pdf").returncode == 0
    assert (tmp_path / "report" / "report.pdf").stat().st_size > 10_000
