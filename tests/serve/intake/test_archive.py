"""What is acknowledged is on the disk; what is refused leaves nothing behind."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import quiet
from fiducial.serve.errors import Refused, TooLarge
from fiducial.serve.events import read_events
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.limits import Limits
from fiducial.serve.studies import StudyState, read_images, read_study_row
from serve.making import STUDY, RLELossless, radiograph


def files(archive: Archive) -> list[Path]:
    return [path for path in archive.folder.rglob("*") if path.is_file() and not path.name.startswith("store")]


def test_a_kept_image_is_a_file_a_row_and_an_event(archive: Archive) -> None:
    assert archive.keep(radiograph(), "test").new
    (image,) = read_images(archive.database, STUDY)
    assert (archive.folder / image.path).read_bytes() == radiograph().read()
    row = read_study_row(archive.database, STUDY)
    assert row is not None
    assert (row.state, row.images, row.patient_id, row.source) == (StudyState.RECEIVING, 1, "P-17", "test")
    assert [one.kind for one in read_events(archive.database)] == ["receiving"]


def test_the_same_image_twice_is_one(archive: Archive) -> None:
    archive.keep(radiograph(), "test")
    assert not archive.keep(radiograph(), "test").new
    assert len(files(archive)) == 1


def test_the_same_image_in_another_encoding_is_one(archive: Archive) -> None:
    archive.keep(radiograph(), "test")
    assert not archive.keep(radiograph(syntax=RLELossless), "test").new


def test_another_image_of_the_same_name_is_refused_and_the_first_stays(archive: Archive) -> None:
    archive.keep(radiograph(grey=200), "test")
    with pytest.raises(Refused, match="belongs to another image that is here already"):
        archive.keep(radiograph(grey=10), "test")
    assert [path.read_bytes() for path in files(archive)] == [radiograph(grey=200).read()]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "is empty"), (b"no image at all", "is not DICOM"), (b"\x89PNG\r\n\x1a\n cut off", "PNG|picture|image")],
)
def test_what_is_no_image_is_refused_and_leaves_nothing(archive: Archive, content: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        archive.keep(BytesIO(content), "test")
    assert files(archive) == []


def test_without_a_study_uid_nothing_is_kept(archive: Archive) -> None:
    with pytest.raises(Refused, match=r"its StudyInstanceUID is '\.\./\.\./etc', which is no UID"):
        archive.keep(radiograph(study="../../etc"), "test")
    assert files(archive) == []


def test_more_than_the_limit_is_refused(archive: Archive) -> None:
    small = Archive(archive.database, archive.folder, Limits(image=100))
    with pytest.raises(TooLarge, match="is larger than"):
        small.keep(radiograph(), "test")
    assert files(archive) == []


def test_a_study_of_too_many_images_is_refused(archive: Archive) -> None:
    small = Archive(archive.database, archive.folder, Limits(images=1))
    small.keep(radiograph(), "test")
    with pytest.raises(TooLarge, match="has 1 images already"):
        small.keep(radiograph("1.2.3.1.2"), "test")
    assert len(files(archive)) == 1


def test_what_a_crash_left_half_written_is_swept_and_what_is_under_way_is_not(archive: Archive) -> None:
    old, fresh = (archive.incoming() / name for name in ("old", "fresh"))
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert archive.sweep() == 1
    assert (old.exists(), fresh.exists()) == (False, True)


def test_the_same_document_behind_another_beginning_is_one(archive: Archive) -> None:
    archive.keep(document(b"\0" * 128), "test")
    assert not archive.keep(document(b"\1" * 128), "test").new


def test_another_document_of_the_same_name_is_refused(archive: Archive) -> None:
    archive.keep(document(), "test")
    with pytest.raises(Refused, match="belongs to another image"):
        archive.keep(document(title="another"), "test")


@quiet()
def document(preamble: bytes = b"\0" * 128, title: str = "a report") -> BytesIO:
    """A data set without pixels."""
    data = dcmread(radiograph())
    del data.PixelData, data.Rows, data.Columns
    data.preamble, data.StudyDescription = preamble, title
    written = BytesIO()
    dcmwrite(written, data)
    written.seek(0)
    return written


def test_a_full_disk_is_told_and_nothing_is_kept(archive: Archive) -> None:
    full = Archive(archive.database, archive.folder, Limits(free=1 << 60))
    with pytest.raises(UnusableInput, match="the disk is full"):
        full.keep(radiograph(), "test")
    assert read_study_row(archive.database, STUDY) is None


def test_an_image_that_came_cut_off_gives_way_to_the_whole(archive: Archive) -> None:
    archive.keep(BytesIO(radiograph().read()[:-100]), "test")
    assert archive.keep(radiograph(), "test").new
    (image,) = read_images(archive.database, STUDY)
    assert (archive.folder / image.path).read_bytes() == radiograph().read()
    row = read_study_row(archive.database, STUDY)
    assert row is not None
    assert (row.images, row.complete) == (1, False)


def test_a_whole_image_does_not_give_way_to_one_that_is_cut_off(archive: Archive) -> None:
    archive.keep(radiograph(), "test")
    with pytest.raises(Refused, match="belongs to another image"):
        archive.keep(BytesIO(radiograph().read()[:-100]), "test")
