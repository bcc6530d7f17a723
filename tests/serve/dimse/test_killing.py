"""A listener that is killed in the middle: what it acknowledged is there and whole, and the rest can be sent again."""

import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest
from pydicom import dcmread

from fiducial.serve.database.opening import open_database
from fiducial.serve.dimse.listening import Listening, listening
from fiducial.serve.intake.archive import Archive
from fiducial.serve.studies import read_images
from serve.dimse.calling import calling
from serve.making import STUDY, radiograph

CHILD = Path(__file__).with_name("listener_process.py")
SOPS = [f"1.2.3.1.{number}" for number in range(1, 301)]


def sent_until_killed(folder: Path, seconds: float) -> list[str]:
    """The images that were acknowledged before the listener was killed."""
    child = subprocess.Popen([sys.executable, str(CHILD), str(folder)], stdout=subprocess.PIPE, text=True)  # noqa: S603  (ours)
    assert child.stdout is not None
    with child, child.stdout as told:
        port = int(told.readline())
        killing = Timer(seconds, child.kill)
        killing.start()
        acknowledged = acknowledged_of(port, SOPS)
        killing.join()
    return acknowledged


def acknowledged_of(port: int, sops: list[str]) -> list[str]:
    found = []
    with calling(port, dcmread(radiograph())) as association:
        for sop in sops:
            if not association.is_established:
                break
            status = association.send_c_store(dcmread(radiograph(sop)))
            if status.get("Status") == 0:
                found.append(sop)
    return found


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # of a broken line
def test_what_was_acknowledged_outlives_a_kill_and_the_rest_is_taken_after_it(tmp_path: Path) -> None:
    acknowledged = sent_until_killed(tmp_path, 0.4)
    assert 0 < len(acknowledged) < len(SOPS)
    database = open_database(tmp_path / "store.sqlite")
    archive = Archive(database, tmp_path / "data")
    kept = {one.sop: archive.folder / one.path for one in read_images(database, STUDY)}
    assert set(acknowledged) <= set(kept)
    assert all(dcmread(path).PixelData == bytes([200]) * 256 for path in kept.values())
    with listening(archive, Listening(port=0)) as port:
        again = SOPS[: len(acknowledged) + 5]
        assert acknowledged_of(port, again) == again
    assert len(read_images(database, STUDY)) == len(again)
    database.close()
