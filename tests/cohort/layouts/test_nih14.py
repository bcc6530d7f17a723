"""NIH ChestX-ray14 in every form in which it goes round."""

from pathlib import Path

import polars as pl
import pytest

from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.cohort.layouts.nih14 import FINDINGS, Nih14
from fiducial.cohort.regions import CORNERS
from fiducial.errors import UnusableInput

HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]"
)


def entry(place: Path, *rows: str, header: str = HEADER, name: str = "Data_Entry_2017.csv") -> Path:
    path = place / name
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def rows_of(path: Path) -> pl.DataFrame:
    return Nih14().list(Source(path, workers=1)).rows.frame


def test_the_published_header_becomes_the_columns_of_the_cohort(tmp_path: Path) -> None:
    path = entry(tmp_path, "1_0.png,Mass|Pleural_Thickening,3,007,058Y,M,PA,2682,2749,0.143,0.144")
    row = rows_of(path).row(0, named=True)
    assert row | {"study": "1_0.png", "patient": "007", "age": "58.0", "sex": "M", "view": "PA", "follow_up": 3,
                  "width": 2682, "height": 2749, "spacing_x": 0.143, "spacing_y": 0.144} == row  # fmt: skip
    assert {name for name in row if row[name] == 1} == {"label.mass", "label.pleural_thickening"}


def test_no_finding_is_zero_throughout(tmp_path: Path) -> None:
    frame = rows_of(entry(tmp_path, "1_0.png,No Finding,0,1,58,M,PA,1,1,1,1"))
    assert frame.select(pl.sum_horizontal(r"^label\..*$")).item() == 0
    assert len([name for name in frame.columns if name.startswith("label.")]) == len(FINDINGS) == 14


def test_an_unknown_finding_is_told_with_its_row(tmp_path: Path) -> None:
    path = entry(tmp_path, "1_0.png,Mass,0,1,58,M,PA,1,1,1,1", "1_1.png,Mass|Mas,0,1,58,M,PA,1,1,1,1")
    with pytest.raises(UnusableInput, match=r"row 3: the finding labels are 'Mass\|Mas'"):
        rows_of(path)


def test_names_in_snake_case_are_known_too(tmp_path: Path) -> None:
    path = entry(tmp_path, "a.png,Mass,7,61,F", header="image_index,finding_labels,patient_id,age,sex")
    assert rows_of(path).row(0, named=True)["patient"] == "7"


def test_other_columns_stay(tmp_path: Path) -> None:
    path = entry(tmp_path, "a.png,Mass,7,x", header="image_index,finding_labels,patient_id,folder_label")
    assert rows_of(path)["folder_label"].to_list() == ["x"]


@pytest.mark.parametrize("columns", ["image_index,finding_labels", "path,label.mass"])
def test_another_table_is_not_recognised(tmp_path: Path, columns: str) -> None:
    assert not Nih14().recognises(Source(entry(tmp_path, "a,b", header=columns)))


def test_a_file_that_is_no_table_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"PK\x03\x04\xff\xfe")
    assert not Nih14().recognises(Source(tmp_path / "a.csv"))


@pytest.mark.real
def test_the_whole_table_builds_without_images(real_data: Path) -> None:
    found = Nih14().list(Source(real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz"))
    assert (found.files, found.rows.frame.height) == (None, 112_120)
    # Counts of Wang et al. 2017 as corrected in v2020: the sums of the published table.
    assert found.rows.frame["label.pneumonia"].sum() == 1431
    assert found.rows.frame["label.hernia"].sum() == 227


@pytest.mark.real
def test_the_folder_with_images_reads_every_one(real_data: Path) -> None:
    found = Nih14().list(Source(real_data / "cxr_nih14", Unit.IMAGE))
    assert found.files is not None
    assert (found.rows.frame.height, found.files.height, found.files["reason"].null_count()) == (633, 633, 633)
    twins = found.files.filter(found.files["pixel_hash"].is_duplicated())["study"].to_list()
    assert twins == ["00002658_001.png", "00002658_002.png"]


@pytest.mark.real
def test_the_impossible_age_is_kept_for_the_checks(real_data: Path) -> None:
    frame = rows_of(real_data / "cohort_nih14" / "Data_Entry_2017_original_ages_4376.csv")
    assert frame["age"].cast(pl.Float64).max() == 155


def boxes(place: Path, *rows: str) -> None:
    (place / "BBox_List_2017.csv").write_text("\n".join(("Image Index,Finding Label,Bbox [x,y,w,h],,,", *rows)) + "\n")


def test_boxes_beside_the_table_become_regions(tmp_path: Path) -> None:
    boxes(tmp_path, "1_0.png,Infiltrate,225.1,547,86.5,79", "9_9.png,Mass,1,1,1,1")
    found = Nih14().list(Source(entry(tmp_path, "1_0.png,Infiltration,0,1,58,M,PA,1,1,1,1")))
    assert found.regions is not None
    assert found.regions.select("study", "finding", *CORNERS, "rows").rows() == [
        ("1_0.png", "infiltration", 225.1, 547, pytest.approx(311.6), 626, 1024)
    ]
    assert "1 boxes of images without a row, left out" in found.notes


def test_the_header_of_boxes_whose_commas_split_it_is_known_too(tmp_path: Path) -> None:
    header = "Image Index,Finding Label,Bbox [x,y,w,h],,,,,,"
    (tmp_path / "BBox_List_2017.csv").write_text(f"{header}\n1_0.png,Mass,1,2,3,4,,,\n")
    found = Nih14().list(Source(entry(tmp_path, "1_0.png,Mass,0,1,58,M,PA,1,1,1,1")))
    assert found.regions is not None
    assert found.regions.select(CORNERS).row(0) == (1, 2, 4, 6)


def test_a_box_that_is_no_number_is_refused_with_its_row(tmp_path: Path) -> None:
    boxes(tmp_path, "1_0.png,Mass,1,1,wide,1")
    with pytest.raises(UnusableInput, match="row 2: w must be a number; got 'wide'"):
        Nih14().list(Source(entry(tmp_path, "1_0.png,Mass,0,1,58,M,PA,1,1,1,1")))


@pytest.mark.real
def test_all_984_published_boxes_lie_on_images_with_that_finding(real_data: Path) -> None:
    found = Nih14().list(Source(real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz"))
    assert found.regions is not None
    assert (found.regions.height, found.regions["study"].n_unique()) == (984, 880)
    assert not any("left out" in note or "clipped" in note for note in found.notes)
    assert found.regions["finding"].n_unique() == 8
