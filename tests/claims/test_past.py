"""Saved audits are read back whole; what was edited, is of another version or is no audit is refused with a reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import fiducial as fd
from audit.studies import make_study
from fiducial.claims.past import read_audit
from fiducial.errors import UnusableInput
from fiducial.report.folder import as_json


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = make_study(200)
    study.prevalence = (0.02, 0.08)
    folder = tmp_path_factory.mktemp("audits") / "first"
    fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=50).save(folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "first"))


def edited(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    path = folder / "evidence.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return folder


def test_evidence_is_the_same_to_the_byte_after_reading(saved: Path) -> None:
    assert as_json(read_audit(saved)) == (saved / "evidence.json").read_text()


def test_every_decision_comes_along(saved: Path) -> None:
    decisions = read_audit(saved).decisions
    assert decisions is not None
    assert decisions.height == 200
    assert decisions["judged"].value_counts().height == 2


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="there is no such folder"):
        read_audit(tmp_path / "nowhere")


def test_a_folder_without_evidence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"holds no evidence\.json"):
        read_audit(tmp_path)


def test_a_file_is_no_folder(saved: Path) -> None:
    with pytest.raises(UnusableInput, match=r"evidence\.json: is a file; name the folder"):
        read_audit(saved / "evidence.json")


def test_a_folder_of_several_reports_names_them(saved: Path) -> None:
    with pytest.raises(UnusableInput, match="name one of them: first"):
        read_audit(saved.parent)


def test_another_version_is_refused_with_how_to_audit_again(folder: Path) -> None:
    edited(folder, lambda told: told.update(schema="fiducial.evidence/1"))
    with pytest.raises(UnusableInput, match=r"has the schema 'fiducial.evidence/1'.*Audit again: fd.climb"):
        read_audit(folder)


def test_json_of_something_else_is_refused(folder: Path) -> None:
    (folder / "evidence.json").write_text("[1, 2]")
    with pytest.raises(UnusableInput, match="names no schema"):
        read_audit(folder)


def test_half_a_file_is_refused(folder: Path) -> None:
    whole = (folder / "evidence.json").read_text()
    (folder / "evidence.json").write_text(whole[: len(whole) // 2])
    with pytest.raises(UnusableInput, match="cannot be read as JSON"):
        read_audit(folder)


@pytest.mark.parametrize("key", ["rungs", "claim", "provenance", "hints"])
def test_evidence_without_a_part_is_refused(folder: Path, key: str) -> None:
    edited(folder, lambda told: told.pop(key))
    with pytest.raises(UnusableInput, match="not as fiducial audit writes it"):
        read_audit(folder)


def test_a_claim_with_an_unknown_key_is_refused(folder: Path) -> None:
    edited(folder, lambda told: told["claim"].update(wishes=1))
    with pytest.raises(UnusableInput, match="its claim cannot be read: wishes"):
        read_audit(folder)


def test_an_edited_verdict_is_refused(folder: Path) -> None:
    edited(folder, lambda told: told.update(verdict="holds"))
    with pytest.raises(UnusableInput, match="required rungs add up to 'not shown'"):
        read_audit(folder)


def test_scores_that_were_edited_without_turning_a_call_are_refused(folder: Path) -> None:
    rows = pl.read_csv(folder / "decisions.csv", infer_schema_length=None)
    surer = pl.when((pl.col("called") == 1) & (pl.col("truth") == 1)).then(1.0).otherwise("score").alias("score")
    rows.with_columns(surer).write_csv(folder / "decisions.csv")
    with pytest.raises(UnusableInput, match=r"gives an AUROC of 0\.\d+ in the internal split, the scores of decisions"):
        read_audit(folder)


def test_a_required_rung_that_is_not_there_is_refused(folder: Path) -> None:
    edited(folder, lambda told: told["claim"]["ladder"].update(required=["moon"]))
    with pytest.raises(UnusableInput, match="no rung 'moon'"):
        read_audit(folder)


def test_decisions_that_are_not_there_are_refused(folder: Path) -> None:
    (folder / "decisions.csv").unlink()
    with pytest.raises(UnusableInput, match=r"holds no decisions\.csv"):
        read_audit(folder)


def rewritten(folder: Path, change: Callable[[list[str]], list[str]]) -> Path:
    path = folder / "decisions.csv"
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    return folder


def test_a_repeated_study_is_refused_with_its_row(folder: Path) -> None:
    rewritten(folder, lambda lines: [*lines, lines[1]])
    with pytest.raises(UnusableInput, match=r"decisions\.csv: row 202: repeats study='s0' of row 2"):
        read_audit(folder)


def test_a_call_that_does_not_follow_from_its_score_is_refused(folder: Path) -> None:
    def turned(lines: list[str]) -> list[str]:
        header, row = lines[0].split(","), lines[3].split(",")
        place = header.index("called")
        row[place] = str(1 - int(row[place]))
        return [*lines[:3], ",".join(row), *lines[4:]]

    with pytest.raises(UnusableInput, match=r"row 4: study 's2'.*do not agree"):
        read_audit(rewritten(folder, turned))


def test_decisions_of_another_audit_are_refused(folder: Path) -> None:
    rewritten(folder, lambda lines: lines[:-20])
    with pytest.raises(UnusableInput, match="They are not of one audit"):
        read_audit(folder)


def test_a_column_that_is_missing_is_named(folder: Path) -> None:
    rewritten(folder, lambda lines: [lines[0].replace("truth", "label"), *lines[1:]])
    with pytest.raises(UnusableInput, match="no column 'truth'"):
        read_audit(folder)
