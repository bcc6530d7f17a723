"""A watched folder: nothing half-written is taken, nothing is lost, and what is refused says why."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from fiducial.errors import UnusableInput
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.limits import Limits
from fiducial.serve.intake.watching import Watching
from fiducial.serve.studies import read_images
from serve.making import STUDY, radiograph


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def watching(archive: Archive, tmp_path: Path) -> Watching:
    made = Watching(tmp_path / "in", archive)
    made.begin()
    return made


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def settle(watching: Watching) -> int:
    watching.turn(0.0)
    return watching.turn(watching.still)


def test_a_file_that_is_still_is_taken_and_moved_under_its_own_path(watching: Watching, archive: Archive) -> None:
    (watching.folder / "ct").mkdir()
    (watching.folder / "ct/a.dcm").write_bytes(radiograph().read())
    assert watching.turn(0.0) == 0
    assert watching.turn(watching.still - 0.1) == 0
    assert watching.turn(watching.still) == 1
    assert names(watching.folder) == ["taken/ct/a.dcm"]
    assert len(read_images(archive.database, STUDY)) == 1


def test_a_file_that_still_grows_is_left_alone(watching: Watching) -> None:
    file = watching.folder / "a.dcm"
    whole = radiograph().read()
    for second, size in enumerate((100, 200, 300)):
        file.write_bytes(whole[:size])
        assert watching.turn(second * watching.still) == 0
    file.write_bytes(whole)
    assert watching.turn(100.0) == 0
    assert watching.turn(100.0 + watching.still) == 1
    assert names(watching.folder) == ["taken/a.dcm"]


def test_what_is_refused_lies_aside_with_its_reason(watching: Watching) -> None:
    (watching.folder / "notes.doc").write_text("no image")
    assert settle(watching) == 1
    assert names(watching.folder) == ["refused/notes.doc", "refused/notes.doc.txt"]
    assert (watching.folder / "refused/notes.doc.txt").read_text() == "notes.doc: is not DICOM\n"


def test_of_a_zip_the_images_are_kept_and_the_others_told(watching: Watching, archive: Archive) -> None:
    with ZipFile(watching.folder / "all.zip", "w") as package:
        package.writestr("a.dcm", radiograph().read())
        package.writestr("b.txt", "no image")
    settle(watching)
    assert names(watching.folder) == ["refused/all.zip", "refused/all.zip.txt"]
    assert len(read_images(archive.database, STUDY)) == 1


@pytest.mark.parametrize("name", [".hidden.dcm", "a.dcm.part", "b.TMP", ".git/c.dcm"])
def test_what_others_have_not_finished_is_left_alone(watching: Watching, name: str) -> None:
    (watching.folder / name).parent.mkdir(exist_ok=True)
    (watching.folder / name).write_bytes(radiograph().read())
    assert settle(watching) == 0


def test_a_link_is_not_followed(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.dcm").write_bytes(radiograph().read())
    (watching.folder / "a.dcm").symlink_to(tmp_path / "elsewhere.dcm")
    assert settle(watching) == 0


def test_a_second_file_of_the_same_name_replaces_nothing(watching: Watching) -> None:
    for sop in ("1.2.3.1.1", "1.2.3.1.2"):
        (watching.folder / "a.dcm").write_bytes(radiograph(sop).read())
        settle(watching)
    assert names(watching.folder) == ["taken/a-2.dcm", "taken/a.dcm"]


def test_what_there_is_no_room_for_stays_until_there_is(watching: Watching, archive: Archive) -> None:
    (watching.folder / "a.dcm").write_bytes(radiograph().read())
    full = Watching(watching.folder, Archive(archive.database, archive.folder, Limits(free=1 << 60)))
    assert settle(full) == 0
    assert names(watching.folder) == ["a.dcm"]
    assert settle(watching) == 1


def test_killed_between_keeping_and_moving_it_goes_on_after_a_restart(watching: Watching, archive: Archive) -> None:
    file = watching.folder / "a.dcm"
    file.write_bytes(radiograph().read())
    archive.keep(radiograph(), "folder")  # kept, and then the machine went down
    assert settle(Watching(watching.folder, archive)) == 1
    assert names(watching.folder) == ["taken/a.dcm"]
    assert len(read_images(archive.database, STUDY)) == 1


def test_a_file_that_goes_away_meanwhile_is_no_trouble(watching: Watching) -> None:
    file = watching.folder / "a.dcm"
    file.write_bytes(radiograph().read())
    watching.turn(0.0)
    shutil.move(file, watching.folder.with_name("gone.dcm"))
    assert watching.turn(10.0) == 0


def test_a_folder_that_cannot_be_made_is_told(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableInput, match="cannot be watched"):
        Watching(tmp_path / "file", archive).begin()
