"""The story comes out: the faults are found, the naive claim falls, the corrected one stands."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fiducial.cli.app import app


@dataclass(frozen=True)
class Told:
    folder: Path
    document: dict[str, Any]

    @property
    def audits(self) -> dict[str, Any]:
        return {one["claim"]: one for one in self.document["audits"]}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("demo")
    done = CliRunner().invoke(app, ["demo", "--out", str(folder), "--json"])
    assert done.exit_code == 0
    return Told(folder, json.loads(done.stdout))


def test_the_check_finds_leaks_copies_and_the_scanner(told: Told) -> None:
    found = {finding["check"] for finding in told.document["findings"] if finding["severity"] != "note"}
    assert {"patients-across-splits", "identical-images", "single-predictors"} <= found


def test_the_naive_claim_looks_great_at_home_and_falls_elsewhere(told: Told) -> None:
    evidence = json.loads((told.folder / "naive" / "report" / "evidence.json").read_text())
    internal = next(rung for rung in evidence["rungs"] if rung["rung"] == "internal")
    home = next(figure for figure in internal["figures"] if figure["name"] == "auroc")
    assert home["value"] > 0.93
    assert told.audits["opacity-naive"]["verdict"] == "fails"
    assert told.audits["opacity-naive"]["rungs"]["external"] == "fails"


def test_the_corrected_claim_holds(told: Told) -> None:
    assert told.audits["opacity-corrected"]["verdict"] == "holds"


def test_both_reports_are_there(told: Told) -> None:
    for name in ("naive", "corrected"):
        assert (told.folder / name / "report" / "report.html").exists()


def test_the_story_is_short(demo: Path) -> None:
    assert 12 <= len((demo / "told.txt").read_text().splitlines()) <= 24


def test_the_same_seed_tells_the_same_story(told: Told, demo: Path) -> None:
    for name in ("naive", "corrected"):
        one, other = (place / name / "report" / "evidence.json" for place in (told.folder, demo / "begun" / "demo"))
        assert one.read_bytes() == other.read_bytes()
