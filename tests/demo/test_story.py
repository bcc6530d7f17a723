"""The story comes out: the faults are found, the naive claim falls, the corrected one stands."""

import pytest

from fiducial.claims.evidence import Verdict
from fiducial.demo.story import Told, tell_story

LINES: list[str] = []


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return tell_story(tmp_path_factory.mktemp("demo"), say=LINES.append)


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


def test_every_report_is_there_and_the_story_is_short(told: Told) -> None:
    for name in ("naive", "corrected", "networks/marker", "networks/cropped"):
        assert (told.folder / name / "report" / "report.html").exists()
    assert 12 <= len(LINES) <= 32


def test_the_network_that_learned_the_marker_is_caught_and_the_other_passes(told: Told) -> None:
    marker, cropped = (network.evidence for network in told.networks)
    assert marker["internal"].verdict is Verdict.HOLDS
    assert marker["shortcuts"].verdict is Verdict.FAILS
    assert marker["shortcuts"].gallery
    assert cropped["shortcuts"].verdict is Verdict.HOLDS
