"""The story comes out: the faults are found, the naive claim falls, the corrected one stands."""

from pathlib import Path

import pytest

from fiducial.claims.evidence import Verdict
from fiducial.demo.story import Told, tell_story


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return tell_story(tmp_path_factory.mktemp("demo"), say=lambda _line: None)


def test_the_check_finds_leaks_copies_and_the_scanner(told: Told) -> None:
    found = {finding.check for finding in told.checked.findings if finding.severity != "note"}
    assert {"patients-across-splits", "identical-images", "single-predictors"} <= found


def test_the_naive_claim_looks_great_at_home_and_falls_elsewhere(told: Told) -> None:
    home = next(figure for figure in told.naive["internal"].figures if figure.name == "auroc")
    assert home.value > 0.93
    assert told.naive.verdict is Verdict.FAILS
    assert told.naive["external"].verdict is Verdict.FAILS


def test_the_corrected_claim_holds(told: Told) -> None:
    assert told.corrected.verdict is Verdict.HOLDS


def test_both_reports_are_there(told: Told) -> None:
    for name in ("naive", "corrected"):
        assert (told.folder / name / "report" / "report.html").exists()


def test_the_story_is_short(tmp_path: Path) -> None:
    lines: list[str] = []
    tell_story(tmp_path, say=lines.append)
    assert 12 <= len(lines) <= 24
