"""Orthanc as a peer, in a network of its own: it receives, is asked, sends, and asks us."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PEER = Path(__file__).with_name("orthanc_peer.py")
ALONE = ["unshare", "-n"] if os.getuid() == 0 else ["unshare", "-rn"]


def missing() -> str:
    """Why this cannot be tried; empty where it can."""
    if not Path("/usr/sbin/Orthanc").exists():
        return "Orthanc is not installed (apt-get install orthanc orthanc-dicomweb)"
    if not Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so").exists():
        return "Orthanc has no DICOMweb (apt-get install orthanc-dicomweb)"
    tools = shutil.which("unshare") and shutil.which("ip")
    if not tools or subprocess.run([*ALONE, "ip", "link"], capture_output=True, check=False).returncode:  # noqa: S603  (ours)
        return "no network of its own can be made here (unshare, ip)"
    return ""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if reason := missing():
        pytest.skip(reason)
    command = [*ALONE, sys.executable, str(PEER), str(tmp_path_factory.mktemp("orthanc"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)  # noqa: S603  (ours)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_receives_by_c_store_and_stow_what_we_send(told: dict[str, Any]) -> None:
    assert told["sent"] == 3


def test_it_finds_by_qido_what_it_received(told: dict[str, Any]) -> None:
    assert (sorted(told["studies"]), told["instances"]) == (["1.2.3", "1.5"], 2)


def test_it_sends_to_our_listener(told: dict[str, Any]) -> None:
    assert (told["echo"], told["stored back"]) == (200, 200)
    assert told["ours"] == ["1.2.3.1.1", "1.2.3.1.2", "1.5.1.1"]


def test_it_stores_asks_and_retrieves_over_our_dicomweb(told: dict[str, Any]) -> None:
    assert told["stowed"] == [200, ["1.6.1.1"]]
    assert told["asked by orthanc"] == 3
    assert (told["retrieved by orthanc"], told["there again"]) == (200, 1)
