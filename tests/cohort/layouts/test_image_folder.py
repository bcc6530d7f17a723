"""Images and the table that names them: every row finds its file or is told why not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fiducial.cohort.layouts.contract import Listing, Source, Unit
from fiducial.cohort.layouts.image_folder import ImageFolder
from fiducial.errors import UnusableInput


def folder(place: Path, table: str, *names: str) -> Path:
    for number, name in enumerate(names):
        path = place / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4), number, np.uint8)).save(path)
    (place / "labels.csv").write_text(table)
    return place


def listed(place: Path, unit: Unit = Unit.IMAGE, columns: dict[str, str] | None = None) -> Listing:
    return ImageFolder().list(Source(place, unit, columns=columns or {}, workers=1))


@pytest.mark.parametrize("called", ["images/a.png", "a.png", "a", "a.jpg", "images\\a.png"])
def test_a_row_finds_its_file_by_path_name_or_stem(tmp_path: Path, called: str) -> None:
    found = listed(folder(tmp_path, f"path,label.mass\n{called},1\n", "a.png"))
    assert found.rows.frame.select("study", "path", "label.mass").row(0) == (
        "a",
        "images/a.png",
        1,
    )


def test_a_row_without_its_file_stays_and_the_file_is_listed(tmp_path: Path) -> None:
    found = listed(folder(tmp_path, "path,label.mass\na.png,1\nb.png,0\n", "a.png"))
    assert found.files is not None
    assert found.rows.frame["label.mass"].to_list() == [1, 0]
    assert found.files.select("path", "study", "reason").rows()[1] == ("b.png", "b", "no such file")


def test_a_file_that_no_row_names_is_counted(tmp_path: Path) -> None:
    found = listed(folder(tmp_path, "path,label.mass\na.png,1\n", "a.png", "b.png", "c.png"))
    assert "2 images left out: no row of labels.csv names them" in found.notes


def test_a_name_that_fits_two_files_is_no_guess(tmp_path: Path) -> None:
    found = listed(folder(tmp_path, "path,label.mass\na.png,1\n", "x/a.png", "y/a.png"))
    assert found.files is not None
    assert "the name fits 2 files (images/x/a.png, images/y/a.png)" in found.files["reason"][0]


def test_a_table_of_other_files_is_told_not_to_fit_the_folder(tmp_path: Path) -> None:
    place = folder(tmp_path, "path,label.mass\nct/1.dcm,1\nct/2.dcm,0\n", "a.png", "b.png")
    with pytest.raises(
        UnusableInput, match=r"labels.csv: does not fit the folder: .*names 'ct/1.dcm', the folder holds"
    ):
        listed(place)
    with pytest.raises(UnusableInput, match=r"with --table, or the column that does with --column path=<column>"):
        listed(place)


def test_a_row_does_not_take_the_file_that_another_row_names_by_its_path(tmp_path: Path) -> None:
    found = listed(folder(tmp_path, "path,label.mass\np1/a.png,1\nimages/p2/a.png,0\n", "p2/a.png"))
    assert found.files is not None
    assert found.rows.frame["path"].to_list() == ["p1/a.png", "images/p2/a.png"]
    [reason] = found.files["reason"].drop_nulls()
    assert reason == "no such file (the only one of its name, images/p2/a.png, is another row's)"


def test_images_of_one_name_in_two_folders_are_two_studies(tmp_path: Path) -> None:
    found = listed(folder(tmp_path, "path\nimages/x/a.png\nimages/y/a.png\n", "x/a.png", "y/a.png"))
    assert found.rows.frame["study"].to_list() == ["images/x/a", "images/y/a"]


def test_a_row_that_names_neither_study_nor_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"labels.csv: row 3: path is empty"):
        listed(folder(tmp_path, "path,label.mass\na.png,1\n,0\n", "a.png"))


def test_without_a_table_the_error_says_how_to_give_it(tmp_path: Path) -> None:
    folder(tmp_path, "path\na.png\n", "a.png")
    (tmp_path / "labels.csv").unlink()
    with pytest.raises(UnusableInput, match=r"holds 1 image, and a table must say .* --table labels.csv"):
        listed(tmp_path)


def test_two_tables_must_be_told_apart(tmp_path: Path) -> None:
    folder(tmp_path, "path\na.png\n", "a.png")
    (tmp_path / "boxes.csv").write_text("path\na.png\n")
    with pytest.raises(UnusableInput, match=r"2 tables \(boxes.csv, labels.csv\)"):
        listed(tmp_path)


def test_a_label_under_another_name_is_hinted_at(tmp_path: Path) -> None:
    found = listed(folder(tmp_path, "path,contrast_label\na.png,1\n", "a.png"))
    assert "column 'contrast_label' looks like a label; say --column label.contrast=contrast_label" in found.notes


def test_a_mapped_column_becomes_the_label(tmp_path: Path) -> None:
    place = folder(tmp_path, "path,contrast_label\na.png,1\n", "a.png")
    found = listed(place, columns={"label.contrast": "contrast_label"})
    assert found.rows.frame.columns == ["path", "label.contrast", "study"]


def test_a_mistyped_mapping_names_the_nearest_column(tmp_path: Path) -> None:
    place = folder(tmp_path, "path,contrast_label\na.png,1\n", "a.png")
    with pytest.raises(UnusableInput, match="Did you mean 'contrast_label'"):
        listed(place, columns={"label.contrast": "contrastlabel"})


def test_the_only_column_that_names_images_is_taken_as_the_path(tmp_path: Path) -> None:
    found = listed(folder(tmp_path, "Image Index,view\na.png,PA\n", "a.png"))
    assert "column 'Image Index' was taken as the path" in found.notes


def test_images_of_one_study_share_a_row_by_study(tmp_path: Path) -> None:
    table = "study,path,label.mass\ns,x/a.png,1\ns,x/b.png,1\n"
    found = listed(folder(tmp_path, table, "x/a.png", "x/b.png"), Unit.STUDY)
    assert found.files is not None
    assert found.rows.frame.select("study", "path", "label.mass").rows() == [("s", "images/x", 1)]
    assert found.files["study"].to_list() == ["s", "s"]


def test_what_varies_within_a_study_is_said_to_vary(tmp_path: Path) -> None:
    table = "study,path,view\ns,x/a.png,PA\ns,x/b.png,AP\n"
    found = listed(folder(tmp_path, table, "x/a.png", "x/b.png"), Unit.STUDY)
    assert found.rows.frame["view"].to_list() == ["(varies)"]


@pytest.mark.real
def test_truncated_images_keep_the_labels_of_their_row(real_data: Path, tmp_path: Path) -> None:
    names = sorted(path.name for path in (real_data / "fracture_fracatlas" / "truncated").iterdir())
    table = tmp_path / "labels.csv"
    table.write_text("path,label.fracture\nIMG0000004.jpg,0\n" + "".join(f"{name},1\n" for name in names))
    found = ImageFolder().list(Source(real_data / "fracture_fracatlas", Unit.IMAGE, table))
    assert found.files is not None
    cut_off = found.files.filter(found.files["reason"].str.contains("cut off").fill_null(value=False))
    assert (found.rows.frame.height, cut_off.height, cut_off["study"].null_count()) == (9, 8, 0)
