"""The folder of documents: every file, the same bytes, and nothing that a person wrote is lost."""

import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import fiducial as fd
from audit.studies import make_study
from fiducial.errors import UnusableInput
from fiducial.report.documents.checklists import BUILT_IN
from fiducial.report.folder import save_report
from report.documents.material import light_evidence, poor_evidence

CARDS = ("summary", "model-card", "dataset-card", *BUILT_IN)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    light_evidence().save(folder, documents=True)
    return folder


def test_the_index_leads_to_every_file_and_the_report_to_the_index(saved: Path) -> None:
    index = (saved / "documents" / "index.html").read_text()
    named = [f"{name}.{ending}" for name in CARDS for ending in ("html", "pdf")] + ["decisions.html", "answers.toml"]
    for name in [*named, *(f"{name}.csv" for name in BUILT_IN)]:
        assert f'href="{name}"' in index
        assert (saved / "documents" / name).exists()
    assert 'href="documents/index.html"' in (saved / "report.html").read_text()


def test_every_link_between_the_documents_leads_somewhere(saved: Path) -> None:
    for page in (saved / "documents").glob("*.html"):
        for target in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_document_says_that_it_is_no_medical_device_and_needs_no_network(saved: Path) -> None:
    for page in (saved / "documents").glob("*.html"):
        text = page.read_text()
        assert "not a medical device" in text
        assert not re.search(r'(src|href)="https?:', text)


def test_the_same_evidence_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    light_evidence().save(tmp_path, documents=True)
    for one in sorted(path for path in saved.rglob("*") if path.is_file()):
        assert (tmp_path / one.relative_to(saved)).read_bytes() == one.read_bytes(), one.name


def test_documents_are_there_only_when_asked_and_then_renewed(tmp_path: Path) -> None:
    light_evidence().save(tmp_path)
    assert not (tmp_path / "documents").exists()
    light_evidence().save(tmp_path, documents=True)
    changed = replace(light_evidence(), hints=("Something new.",))
    changed.save(tmp_path)
    assert "Something new." in (tmp_path / "documents" / "model-card.html").read_text()


def test_evidence_without_a_background_has_all_documents(tmp_path: Path) -> None:
    save_report(poor_evidence(), tmp_path, documents=True)
    assert "the evidence came without its cohort" in (tmp_path / "documents" / "dataset-card.html").read_text()


def test_a_selection_that_the_answers_name_is_told_step_by_step(tmp_path: Path) -> None:
    counts = {"rows": 700, "patients": 400, "labels": {}}
    left = {"rows": 600, "patients": 300, "labels": {}}
    step = {"name": "adults", "reason": "Younger than 18", "dropped": counts | {"rows": 100}, "after": left}
    document = {"schema": "fiducial.cohort-select/1", "identified": counts, "steps": [step]}
    (tmp_path / "documents").mkdir()
    (tmp_path / "selection.json").write_text(json.dumps(document))
    (tmp_path / "documents" / "answers.toml").write_text('[dataset]\nselection = "../selection.json"\n')
    light_evidence().save(tmp_path, documents=True)
    assert "Younger than 18" in (tmp_path / "documents" / "dataset-card.html").read_text()
    of_items = pl.read_csv(tmp_path / "documents" / "tripod-ai-2024.csv").filter(pl.col("item") == "6b")
    assert of_items["status"].item() == "shown"


def test_a_selection_that_is_none_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "answers.toml").write_text('[dataset]\nselection = "absent.json"\n')
    with pytest.raises(UnusableInput, match=r"dataset.selection names absent.json, which cannot be read"):
        light_evidence().save(tmp_path, documents=True)
    assert not (tmp_path / "report.html").exists()


def test_several_claims_have_documents_each_in_its_own_folder(tmp_path: Path) -> None:
    study = make_study(80)
    index = fd.climb_all([study.claim], cohort=study.cohort, predictions=study.predictions, resamples=100)
    index.save(tmp_path, documents=True)
    assert (tmp_path / "c" / "documents" / "summary.pdf").exists()
