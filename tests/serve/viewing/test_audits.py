"""The audits that a bundle brings along."""

import json
from pathlib import Path
from typing import Any

import pytest

import fiducial as fd
from fiducial.claims.evidence import Evidence, Provenance, RungResult, Verdict
from fiducial.models.bundle import Bundle
from fiducial.serve.viewing.audits import BroughtAudit, audits_of
from models.making import CLASSIFIER, write_bundle

CLAIM = """
[claim]
name = "c"
finding = "bright"
threshold = { value = 0.5 }
"""
TEXT = CLASSIFIER.replace('name = "bright"\n\n[[prep', 'name = "bright"\nclaim = "claim.toml"\n\n[[prep')


def audited(bundle: Bundle) -> dict[str, Any]:
    claim = bundle.claims["bright"]
    rungs = [
        RungResult(name, Verdict.HOLDS, (), "It was right.", alarms=("Look here first.",))
        for name in claim.ladder.required
    ]
    return Evidence(claim, tuple(rungs), Provenance({}, {}, 0, "fiducial audit claim.toml")).document()


def brought(folder: Path, **changed: Any) -> BroughtAudit:  # noqa: ANN401  (keys of the document)
    bundle = fd.open_bundle(write_bundle(folder, TEXT, claim__toml=CLAIM.encode()))
    document = {**audited(bundle), "verdict": "holds", **changed}
    (folder / "evidence.json").write_text(json.dumps(document), encoding="utf-8")
    (found,) = audits_of(fd.open_bundle(folder))
    return found


def test_an_audit_of_the_very_claim_is_told_rung_by_rung(tmp_path: Path) -> None:
    found = brought(tmp_path)
    assert (found.claim, found.verdict, found.fault) == ("c", "holds", None)
    assert found.rungs[0][:3] == ("internal", "holds", True)
    assert found.alarms[0] == "Look here first."


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"claim": {"claim": {"name": "other", "finding": "bright"}}}, "another claim"),
        ({"claim": {"claim": {"name": "other", "finding": "dark"}}}, "another claim"),
        ({"schema": "fiducial.evidence/1"}, "audit again"),
        ({"rungs": 7}, "cannot be read"),
    ],
)
def test_what_says_nothing_of_this_model_is_called_so(tmp_path: Path, changed: dict[str, Any], fault: str) -> None:
    assert fault in (brought(tmp_path, **changed).fault or "")


def test_a_bundle_without_one_brings_none(tmp_path: Path) -> None:
    assert audits_of(fd.open_bundle(write_bundle(tmp_path))) == []
