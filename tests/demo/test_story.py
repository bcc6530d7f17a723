"""The story comes out: faults are found, the naive claim falls, the corrected one stands, a network is caught."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Told:
    folder: Path
    document: dict[str, Any]

    @property
    def audits(self) -> dict[str, Any]:
        return {one["claim"]: one for one in self.document["audits"]}


@pytest.fixture(scope="module")
def told(demo: Path) -> Told:
    return Told(demo / "begun" / "demo", json.loads((demo / "document.json").read_text()))


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


def test_the_network_that_learned_the_marker_is_caught_and_the_other_passes(told: Told) -> None:
    marker, cropped = (told.audits[f"opacity-{name}"]["rungs"] for name in ("marker", "cropped"))
    assert marker["internal"] == "holds"
    assert marker["shortcuts"] == "fails"
    assert cropped["shortcuts"] == "holds"


def test_every_report_is_there_and_the_story_is_short(told: Told, demo: Path) -> None:
    for name in ("naive", "corrected", "networks/marker", "networks/cropped"):
        assert (told.folder / name / "report" / "report.html").exists()
    assert 12 <= len((demo / "told.txt").read_text().splitlines()) <= 32
