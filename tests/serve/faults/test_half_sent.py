"""What was cut off on its way: nothing of it is kept, what was acknowledged stays, and a restart leaves no rest."""

import os
import signal
from io import BytesIO, RawIOBase
from multiprocessing import get_context
from pathlib import Path

import pytest

from fiducial.serve.database.opening import open_database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.studies import read_images
from serve.making import STUDY, radiograph


class CutOff(BytesIO):
    """A connection that ends in the middle."""

    def read(self, _size: int | None = -1) -> bytes:
        if self.tell() >= 400:
            raise ConnectionResetError(104, "Connection reset by peer")
        return super().read(400)


def test_of_an_image_that_is_cut_off_nothing_stays(archive: Archive) -> None:
    with pytest.raises(Exception, match="reset by peer"):
        archive.keep(CutOff(radiograph().read()), "test")
    assert list(archive.incoming().iterdir()) == []


class Killing(RawIOBase):
    """Ends its process after the first bytes, as a loss of power would."""

    def read(self, _size: int = -1) -> bytes:
        if getattr(self, "begun", False):
            os.kill(os.getpid(), signal.SIGKILL)
        self.begun = True
        return radiograph("1.2.3.1.2").read()[:400]


def receive(folder: Path) -> None:
    archive = Archive(open_database(folder / "store.sqlite"), folder)
    archive.keep(radiograph(), "test")
    archive.keep(Killing(), "test")  # type: ignore[arg-type]  # it reads, which is all that is asked


def test_after_a_kill_what_was_acknowledged_is_there_and_no_rest_of_the_other(tmp_path: Path) -> None:
    process = get_context("spawn").Process(target=receive, args=(tmp_path,))
    process.start()
    process.join()
    database = open_database(tmp_path / "store.sqlite")
    archive = Archive(database, tmp_path)
    assert len(list(archive.incoming().iterdir())) == 1
    assert archive.sweep() == 1
    (image,) = read_images(database, STUDY)
    assert (tmp_path / image.path).read_bytes() == radiograph().read()
    database.close()


def test_what_a_living_process_receives_is_not_swept(archive: Archive) -> None:
    class Sweeping(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert archive.sweep() == 0
            return super().read(size)

    assert archive.keep(Sweeping(radiograph().read()), "test").new
