"""No patient's name leaves a service but to who may see it: not by logs, addresses, events, errors or heartbeats."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from logging import LogRecord, getLogger
from time import monotonic, sleep

import httpx
import pytest
from pydicom import dcmread, dcmwrite

from fiducial.errors import UnusableInput
from fiducial.serve.access.opening import open_ledger
from fiducial.serve.logs import Discreet, OnlyOurs
from pipelines.making import write_pipeline
from serve.clinic import free_port
from serve.making import STUDY, radiograph

NAMES = ("Quillfeather", "Zephyrine", "ID-77310042", "19390217", "ACC-5150-X")


def named(sop: str, study: str = STUDY) -> bytes:
    """A radiograph of somebody whose name is like no other."""
    data = dcmread(radiograph(sop, study=study))
    data.PatientName, data.PatientID, data.PatientBirthDate, data.AccessionNumber = (
        f"{NAMES[0]}^{NAMES[1]}", *NAMES[2:],
    )  # fmt: skip
    written = BytesIO()
    dcmwrite(written, data)
    return written.getvalue()


def spoilt(sop: str) -> dict[str, bytes]:
    """What is refused, or fails later, with the name in it."""
    whole = named(sop, "1.7")
    bad_uid = whole.replace(b"1.7.1", b"x.7.1")
    return {
        "cut.dcm": named("1.8.1", "1.8")[:-100],
        "uid.dcm": bad_uid,
        "half.dcm": whole[:400],
        "noise.dcm": whole[7:],
    }


@dataclass(frozen=True)
class Told:
    """All that a service let out: of itself, and to somebody who asked."""

    log: str
    errors: str
    events: str
    heartbeats: str
    ledger: str
    worklist: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A service at DEBUG that gets good and bad studies of one patient."""
    home = tmp_path_factory.mktemp("named")
    write_pipeline(home / "p")
    log = (home / "log").open("w")
    port = free_port()
    command = [sys.executable, "-m", "fiducial", "serve", "-p", "p", "--port", str(port), "--log", "debug"]
    with log, subprocess.Popen(command, cwd=home, stdout=log, stderr=log) as service:  # noqa: S603  (ours)
        try:
            errors, events, worklist = talked(f"http://127.0.0.1:{port}")
            hearts = "".join(
                f"{path} {path.read_text()}" for path in (home / "fiducial-data" / "heartbeats").glob("*.json")
            )
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(40)
    data = home / "fiducial-data"
    with open_ledger(data / "store.sqlite") as ledger:
        entries = str(ledger.read())
    return Told((home / "log").read_text(), errors, events, hearts, entries, worklist)


def talked(address: str) -> tuple[str, str, str]:
    with httpx.Client(base_url=address, timeout=30) as client:
        wait(lambda: answers(client))
        client.post("/studies?complete=true", files=[("files", ("a.dcm", named("1.2.3.1.1")))])
        refused = client.post(
            "/studies?complete=true", files=[("files", one) for one in spoilt("1.7.1.1").items()]
        ).json()
        wait(lambda: {one["state"] for one in client.get("/studies").json()["studies"]} == {"decided", "failed"})
        errors = [str(refused), client.get("/studies/1.2.999").text, client.post("/studies").text]
        events = [client.get(f"/studies/{uid}/events?follow=false").text for uid in (STUDY, "1.8")]
        return "".join(errors), "".join(events), client.get("/studies").text


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health").is_success
    except httpx.TransportError:
        return False


def wait(until: Callable[[], bool]) -> None:
    over = monotonic() + 60
    while not until():
        assert monotonic() < over, "it did not happen"
        sleep(0.05)


def test_somebody_who_may_sees_the_name(told: Told) -> None:
    assert NAMES[0] in told.worklist


@pytest.mark.parametrize("where", ["log", "errors", "events", "heartbeats", "ledger"])
def test_nobody_else_does(told: Told, where: str) -> None:
    text = getattr(told, where)
    assert text
    assert [name for name in NAMES if name in text] == []


def test_at_debug_the_log_says_where_every_model_came_from(told: Told) -> None:
    lines = [line for line in told.log.splitlines() if "came from" in line]
    assert {line.split("model ")[1].split()[0] for line in lines} == {"first", "second", "spots", "mask"}
    assert all(f"{os.sep}p{os.sep}" in line and "(not sealed)" in line for line in lines)
    assert {line.split("[")[1].split("]")[0] == "MainProcess" for line in lines} == {True, False}


def test_what_a_library_says_is_withheld() -> None:
    record = LogRecord("pydicom", 30, "f.py", 1, "Invalid value for VR PN: %r", ("Quillfeather",), None)
    OnlyOurs().filter(record)
    assert "Quillfeather" not in record.getMessage()
    assert "withheld" in record.getMessage()


@pytest.mark.parametrize(("error", "shown"), [(ValueError("Quillfeather"), False), (UnusableInput("is empty"), True)])
def test_of_an_error_that_nobody_foresaw_only_kind_and_place_are_told(error: Exception, shown: bool) -> None:  # noqa: FBT001  (a table)
    with pytest.raises(type(error)) as caught:
        raise error
    text = Discreet().formatException((caught.type, caught.value, caught.tb))
    assert (str(error) in text) is shown
    assert "test_logs.py" in text


def test_a_logger_of_ours_speaks() -> None:
    assert OnlyOurs().filter(getLogger("fiducial.x").makeRecord("fiducial.x", 30, "f", 1, "job 3", (), None))
