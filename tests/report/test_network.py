"""A report is opened in a browser and asks for nothing but itself."""

import json
from pathlib import Path

import pytest

import fiducial as fd
from audit.studies import make_study
from benchmarks.chromium import CHROMIUM, open_page

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = make_study(300, signal=1.0)
    index = fd.climb_all([study.claim], cohort=study.cohort, predictions=study.predictions, resamples=100)
    return index.save(tmp_path_factory.mktemp("report")).parent


@needs_chromium
@pytest.mark.parametrize("name", ["index.html", "c/report.html"])
def test_a_browser_asks_the_network_for_nothing(report: Path, tmp_path: Path, name: str) -> None:
    log = tmp_path / "net.json"
    shown = open_page(report / name, tmp_path / "profile", f"--log-net-log={log}", "--dump-dom")
    assert "not a medical device" in shown
    asked = [
        event["params"]["url"]
        for event in json.loads(log.read_text())["events"]
        if "initiator" in event.get("params", {}) and event["params"].get("initiator") not in {"", "not an origin"}
        if "url" in event["params"]
    ]
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []


@needs_chromium
def test_scripts_run_and_show_the_filters(report: Path, tmp_path: Path) -> None:
    shown = open_page(report / "c" / "report.html", tmp_path / "profile", "--dump-dom")
    assert 'aria-label="Filter the cases">' in shown
