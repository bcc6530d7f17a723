"""A full disk: what cannot be kept is refused for now, what was begun is taken again, and nothing dies of it."""

import errno
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest
from fastapi.testclient import TestClient

from fiducial.errors import UnusableInput
from fiducial.serve.database.opening import open_database
from fiducial.serve.errors import NoRoom, is_of_the_disk
from fiducial.serve.events import read_events
from fiducial.serve.intake.archive import Archive
from fiducial.serve.queue.reading import count_jobs, read_jobs
from fiducial.serve.queue.states import JobState
from fiducial.serve.results.given import Given
from fiducial.serve.service import ServiceOptions, open_service
from fiducial.serve.studies import StudyState, read_study_row
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service
from fiducial.serve.work.outputs import Outputs
from fiducial.serve.work.worker import Employment, Worker
from serve.faults.waiting import wait
from serve.making import STUDY, radiograph, service_of

MIB = 1 << 20


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A file system of its own, which only root may make."""
    folder.mkdir(parents=True)
    mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "fiducial", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603  (ours)
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "-l", str(folder)], check=True)  # noqa: S603  (ours)


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return path


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 4) as folder:
        yield folder


@pytest.fixture
def service(disk: Path, tmp_path: Path, pipeline: Path) -> Iterator[Service]:
    """The store lies elsewhere; only images and what is made of them share the small disk."""
    database = open_database(tmp_path / "store.sqlite")
    made = service_of(database, disk, pipeline)
    object.__setattr__(made.archive, "limits", type(made.archive.limits)(free=0))
    yield made
    database.close()


@pytest.fixture
def client(service: Service, disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    service.archive.incoming()
    monkeypatch.setattr(tempfile, "tempdir", str(disk / "incoming"))
    with TestClient(make_app(service), raise_server_exceptions=False) as opened:
        yield opened


def post(client: TestClient, content: bytes) -> tuple[int, str]:
    reply = client.post("/studies", files=[("files", ("a.dcm", content))])
    return reply.status_code, reply.text


@pytest.mark.parametrize("size", [0, 2 * MIB], ids=["one that fits in memory", "one that is put down as it comes"])
def test_an_upload_for_which_there_is_no_room_is_507_and_goes_well_afterwards(
    client: TestClient, disk: Path, size: int
) -> None:
    content = radiograph().read() + bytes(size)
    filler = fill(disk)
    status, words = post(client, content)
    assert status == 507
    assert "kept" in words
    assert list((disk / "incoming").iterdir()) == []
    filler.unlink()
    assert post(client, radiograph().read())[0] == 202


def test_stow_has_no_room_either_and_says_so(client: TestClient, disk: Path) -> None:
    fill(disk)
    body = b"--b\r\nContent-Type: application/dicom\r\n\r\n" + radiograph().read() + b"\r\n--b--\r\n"
    kind = 'multipart/related; type="application/dicom"; boundary=b'
    reply = client.post("/dicomweb/studies", content=body, headers={"Content-Type": kind})
    assert reply.status_code in {409, 507}, reply.text


def test_where_the_file_cannot_get_its_place_there_is_no_row(archive: Archive) -> None:
    archive.incoming()
    (archive.folder / "images").write_text("in the way")
    with pytest.raises(NoRoom, match="cannot be written to"):
        archive.keep(radiograph(), "test")
    assert read_study_row(archive.database, STUDY) is None


class Full(Outputs):
    """Outputs on a disk without room."""

    def write(self, given: Given) -> list[Path]:
        raise OSError(errno.ENOSPC, "No space left on device", str(given.folder))


def test_a_study_whose_outputs_found_no_room_is_taken_again(served: Service) -> None:
    served.archive.keep(radiograph(), "test")
    served.completing.complete(STUDY)
    told = Employment("w", served.database.address, served.archive.folder, Path("p"))
    assert served.tuned is not None
    worker = Worker(told, served.database, served.queue, served.tuned, served.settings, Full(("sr",)))
    with pytest.raises(OSError, match="No space"):
        worker._go_on()
    assert count_jobs(served.database)[JobState.RUNNING] == 1
    worker.outputs = Outputs(("sr",))
    served.queue.release("w")
    worker.turn()
    row = read_study_row(served.database, STUDY)
    assert row is not None
    assert row.state == StudyState.DECIDED
    kinds = [one.kind for one in read_events(served.database, study=STUDY)]
    assert (kinds.count("model"), kinds.count("decided")) == (4, 1)


def test_workers_wait_for_room_and_go_on(tmp_path: Path, pipeline: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        options = ServiceOptions(disk / "data", store=str(tmp_path / "store.sqlite"))
        object.__setattr__(options.limits, "free", 0)
        with open_service(pipeline, options) as service:
            service.archive.keep(radiograph(), "test")
            filler = fill(disk)
            service.completing.complete(STUDY)
            wait(lambda: [one.progress for one in read_jobs(service.database, [JobState.RUNNING])])
            sleep(2)
            assert count_jobs(service.database)[JobState.DONE] == 0
            filler.unlink()
            wait(lambda: count_jobs(service.database)[JobState.DONE])
            kinds = [one.kind for one in read_events(service.database, study=STUDY)]
            assert (kinds.count("decided"), "failed" in kinds, "dead" in kinds) == (1, False, False)


def test_a_full_disk_is_known_behind_other_words() -> None:
    told = UnusableInput("cannot be written")
    told.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert is_of_the_disk(told)
    assert not is_of_the_disk(UnusableInput("is no DICOM"))
    assert not is_of_the_disk(OSError(errno.ENOENT, "No such file"))
