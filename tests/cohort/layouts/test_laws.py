"""Every installed layout on its own form, on damaged copies of it, on the others' forms, and on nobody's."""

from pathlib import Path

import pytest

from cohort.layouts.forms import FORMS, WriteDicom, form_of
from cohort.layouts.laws import (
    accounts_for_every_path,
    does_not_ask_which_file_was_written_first,
    lists_a_bad_file_with_its_reason,
    obeys_the_laws,
    odd_places,
    refuses_in_words,
    says_no_to_another_form,
)
from cohort.layouts.published import picture, write
from fiducial import plugins
from fiducial.cohort.build import PREFERENCE, build_cohort
from fiducial.cohort.layouts.contract import Layout, Source
from outsiders import installed

# These take any folder with such files, or any one file: they are asked last, and the narrower forms are theirs, too.
GENERAL = ("dicom-folder", "image-folder", "table")


def loaded(name: str) -> Layout:
    layout: Layout = plugins.load("layouts", name)()
    return layout


def test_every_layout_is_here_and_has_its_place_in_the_order() -> None:
    assert set(plugins.names("layouts")) == set(FORMS) == set(PREFERENCE)
    assert PREFERENCE[-len(GENERAL) :] == GENERAL


@pytest.mark.parametrize("name", plugins.names("layouts"))
def test_every_layout_obeys_the_laws(name: str, tmp_path: Path, write_dicom: WriteDicom) -> None:
    source = form_of(name, tmp_path / "form", write_dicom)
    obeys_the_laws(loaded(name), source)
    assert build_cohort(source).layout == loaded(name).name == name


@pytest.mark.parametrize("name", plugins.names("layouts"))
def test_the_order_in_which_files_were_written_says_nothing(name: str, tmp_path: Path, write_dicom: WriteDicom) -> None:
    source = form_of(name, tmp_path / "form", write_dicom)
    does_not_ask_which_file_was_written_first(loaded(name), source, tmp_path / "copy")


@pytest.mark.parametrize("name", plugins.names("layouts"))
def test_a_bad_file_is_listed_with_its_reason(name: str, tmp_path: Path, write_dicom: WriteDicom) -> None:
    source = form_of(name, tmp_path / "form", write_dicom)
    lists_a_bad_file_with_its_reason(loaded(name), source, tmp_path / "copies")


@pytest.mark.parametrize("name", [name for name in plugins.names("layouts") if name not in GENERAL])
def test_another_form_is_not_its_own(name: str, tmp_path: Path, write_dicom: WriteDicom) -> None:
    for other in FORMS:
        if other != name:
            says_no_to_another_form(loaded(name), form_of(other, tmp_path / other, write_dicom))


@pytest.mark.parametrize("name", plugins.names("layouts"))
def test_nobodys_form_is_answered_without_an_error(name: str, tmp_path: Path) -> None:
    for place in odd_places(tmp_path).values():
        refuses_in_words(loaded(name), Source(place, workers=1))


@pytest.mark.parametrize("name", plugins.names("layouts"))
def test_an_empty_folder_is_nobodys(name: str, tmp_path: Path) -> None:
    says_no_to_another_form(loaded(name), Source(tmp_path, workers=1))


OUTSIDER = """
import polars as pl

from fiducial.cohort.layouts.contract import Listing
from fiducial.cohort.layouts.joining import names_of
from fiducial.cohort.layouts.placing import read_and_place
from fiducial.cohort.reading import walk
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table


class Member:
    name = "ward-book"
    says = "a folder with WARD.txt: an image and a 0 or 1 in every line"

    def recognises(self, source):
        return (source.path / "WARD.txt").is_file()

    def list(self, source):
        if not self.recognises(source):
            raise UnusableInput(f"{source.path}: has no WARD.txt.")
        lines = [line.split() for line in (source.path / "WARD.txt").read_text().splitlines()]
        rows = pl.DataFrame({"path": [one for one, _ in lines], "label.mass": [int(two) for _, two in lines]})
        rows = rows.with_columns(names_of(rows["path"]))
        images = [path for path in walk(source.path) if path.endswith(".png")]
        return read_and_place(Table(rows, "WARD.txt", 1), source.path, images, source, shared=False)
"""


def test_an_outsiders_layout_is_asked_first_and_stands_under_the_same_laws(
    tmp_path: Path, write_dicom: WriteDicom
) -> None:
    place = tmp_path / "ward"
    write(place / "WARD.txt", "a.png 1", "b.png 0")
    for number, name in enumerate("ab"):
        picture(place / f"{name}.png", rows=8 + number)
    source = Source(place, workers=1)
    (tmp_path / "package").mkdir()
    with installed(tmp_path / "package", "layouts", "ward-book", OUTSIDER):
        ours = loaded("ward-book")
        assert build_cohort(source).layout == "ward-book"
        obeys_the_laws(ours, source)
        lists_a_bad_file_with_its_reason(ours, source, tmp_path / "copies")
        does_not_ask_which_file_was_written_first(ours, source, tmp_path / "copy")
        for form in FORMS:
            says_no_to_another_form(ours, form_of(form, tmp_path / form, write_dicom))
        for odd in odd_places(tmp_path / "odd").values():
            refuses_in_words(ours, Source(odd, workers=1))
    assert "ward-book" not in plugins.names("layouts")


def test_the_laws_catch_a_path_that_leads_nowhere(tmp_path: Path, write_dicom: WriteDicom) -> None:
    source = form_of("image-folder", tmp_path / "form", write_dicom)
    listing = loaded("image-folder").list(source)
    (tmp_path / "form" / "images" / "a.png").unlink()
    with pytest.raises(AssertionError, match=r"images/a\.png"):
        accounts_for_every_path(listing)
