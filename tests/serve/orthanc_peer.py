"""Runs in a network of its own (``unshare -n``): an Orthanc, our service beside it, and what each says of the other.

Prints one JSON document. ``python orthanc_peer.py FOLDER``; Debian's orthanc and orthanc-dicomweb must be installed.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1]))

from fiducial.serve.database.opening import open_database
from fiducial.serve.dimse.allowed import Allowed
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.limits import Limits
from fiducial.serve.sending.destinations import Destination
from fiducial.serve.sending.outbox import Outbox
from fiducial.serve.sending.post import Post
from fiducial.serve.studies import read_images
from serve.dicomweb.conftest import client_of
from serve.making import STUDY, RLELossless, radiograph

DICOM, HTTP, OURS, OUR_WEB = 4242, 8042, 11112, 8000
ORTHANC = f"http://127.0.0.1:{HTTP}"
PATIENCE = 60.0


def settings(folder: Path) -> dict[str, Any]:
    """Of the Orthanc."""
    return {
        "Name": "peer", "StorageDirectory": str(folder / "orthanc"), "IndexDirectory": str(folder / "orthanc"),
        "DicomAet": "ORTHANC", "DicomPort": DICOM, "HttpPort": HTTP, "DicomCheckCalledAet": True,
        "RemoteAccessAllowed": False, "AuthenticationEnabled": False,
        "DicomModalities": {"us": ["FIDUCIAL", "127.0.0.1", OURS]},
        "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
        "DicomWeb": {"Enable": True, "Servers": {"us": [f"http://127.0.0.1:{OUR_WEB}/dicomweb/"]}},
    }  # fmt: skip


def wait(until: Callable[[], object]) -> None:
    """Until it is so."""
    over = monotonic() + PATIENCE
    while not until():
        if monotonic() > over:
            raise TimeoutError
        sleep(0.05)


def answers(address: str) -> bool:
    """Whether anybody does."""
    try:
        return httpx.get(address).status_code < 500
    except httpx.HTTPError:
        return False


@contextmanager
def orthanc(folder: Path) -> Iterator[None]:
    """One that runs."""
    (folder / "orthanc.json").write_text(json.dumps(settings(folder)))
    with (folder / "orthanc.log").open("w") as log:
        server = subprocess.Popen(["/usr/sbin/Orthanc", str(folder / "orthanc.json")], stdout=log, stderr=log)  # noqa: S603  (Debian's)
        try:
            wait(lambda: answers(f"{ORTHANC}/system"))
            yield
        finally:
            server.terminate()
            server.wait(30)


@contextmanager
def our_web(client: Any) -> Iterator[None]:  # noqa: ANN401  (a test client, whose application is served)
    """Our DICOMweb doors, really listening."""
    server = uvicorn.Server(uvicorn.Config(client.app, port=OUR_WEB, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    wait(lambda: answers(f"http://127.0.0.1:{OUR_WEB}/health"))
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def main(folder: Path) -> dict[str, Any]:
    """What came of it."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)  # noqa: S607  (wherever the system has it)
    database = open_database(folder / "store.sqlite")
    archive = Archive(database, folder / "data")
    outbox = Outbox(database, folder / "data")
    destinations = [Destination.parse(f"dicom://ORTHANC@127.0.0.1:{DICOM}"), Destination.parse(f"{ORTHANC}/dicom-web")]
    post = Post(outbox, destinations)
    by_store, by_stow = (one.name for one in destinations)
    outbox.put(by_store, STUDY, "plain.dcm", radiograph().read())
    outbox.put(by_store, STUDY, "packed.dcm", radiograph("1.2.3.1.2", syntax=RLELossless).read())
    outbox.put(by_stow, "1.5", "web.dcm", radiograph("1.5.1.1", study="1.5").read())
    allowed = (Allowed.parse("ORTHANC@127.0.0.1"),)
    told: dict[str, Any] = {}
    with (
        orthanc(folder),
        listening(archive, Listening(port=OURS, allowed=allowed)),
        our_web(client_of(database, folder / "data", Limits())),
        httpx.Client(base_url=ORTHANC, timeout=30) as ask,
    ):
        with post.at_work("test"):
            wait(lambda: outbox.count()["sent"] + outbox.count()["failed"] == 3)
        told["sent"] = outbox.count()["sent"]
        told["studies"] = [one["0020000D"]["Value"][0] for one in ask.get("/dicom-web/studies?PatientName=Doe*").json()]
        told["instances"] = len(ask.get(f"/dicom-web/studies/{STUDY}/instances").json())
        told["echo"] = ask.post("/modalities/us/echo", content="{}").status_code
        here = ask.get("/studies").json()
        told["stored back"] = ask.post("/modalities/us/store", json=here).status_code
        told["ours"] = sorted(one.sop for study in (STUDY, "1.5") for one in read_images(database, study))
        (folder / "another.dcm").write_bytes(radiograph("1.6.1.1", study="1.6").read())
        made = ask.post("/instances", content=(folder / "another.dcm").read_bytes()).json()
        stowed = ask.post("/dicom-web/servers/us/stow", json={"Resources": [made["ID"]]})
        told["stowed"] = (stowed.status_code, [one.sop for one in read_images(database, "1.6")])
        found = ask.post("/dicom-web/servers/us/qido", json={"Uri": "/studies", "Arguments": {"PatientID": "P-17"}})
        told["asked by orthanc"] = len(found.json())
        ask.delete(f"/instances/{made['ID']}")
        back = ask.post("/dicom-web/servers/us/retrieve", json={"Resources": [{"Study": "1.6"}]})
        told["retrieved by orthanc"] = back.status_code
        told["there again"] = len(ask.get("/dicom-web/studies?StudyInstanceUID=1.6").json())
    database.close()
    return told


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201  (for who started it)
