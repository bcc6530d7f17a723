"""A report is opened in a browser and asks for nothing but itself."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import fiducial as fd
from audit.studies import make_study

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = make_study(300, signal=1.0)
    index = fd.climb_all([study.claim], cohort=study.cohort, predictions=study.predictions, resamples=100)
    return index.save(tmp_path_factory.mktemp("report")).parent


@pytest.mark.parametrize("name", ["index.html", "c/report.html"])
def test_a_browser_asks_the_network_for_nothing(report: Path, tmp_path: Path, name: str) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    log = tmp_path / "net.json"
    words = (f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", "--dump-dom")
    done = subprocess.run(  # noqa: S603  (our own page)
        [CHROMIUM, *QUIET, *words, (report / name).as_uri()], capture_output=True, text=True, check=True, timeout=120
    )
    assert "not a medical device" in done.stdout
    asked = [
        event["params"]["url"]
        for event in json.loads(log.read_text())["events"]
        if "initiator" in event.get("params", {}) and event["params"].get("initiator") not in {"", "not an origin"}
        if "url" in event["params"]
    ]
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []


def test_scripts_run_and_show_the_filters(report: Path, tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    words = (f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", (report / "c" / "report.html").as_uri())
    done = subprocess.run([CHROMIUM, *QUIET, *words], capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    assert 'aria-label="Filter the cases">' in done.stdout
