"""NIfTI folders as BIDS names them, and in any other way."""

import json
from pathlib import Path

import numpy as np
import pytest

from cohort.layouts.published import built, write
from fiducial.cohort.layouts.contract import Unit
from scans.test_nifti import saved, volume


@pytest.fixture
def bids(tmp_path: Path) -> Path:
    for number, name in enumerate(("sub-01/anat/sub-01_T1w", "sub-01/func/sub-01_bold", "sub-02/anat/sub-02_T1w")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        saved(tmp_path / f"{name}.nii.gz", volume(np.full((2, 3, 4), number, np.int16)))
    write(tmp_path / "participants.tsv", "participant_id\tage\tsex\tgroup", "sub-01\t34\tF\tn/a", "sub-02\tn/a\tM\tx")
    return tmp_path


def test_a_subject_is_one_row_with_its_participant(bids: Path) -> None:
    found = built(bids)
    assert found.layout == "nifti"
    rows = found.cohort.rows.select("study", "patient", "age", "sex", "group", "path").rows()
    assert rows == [("sub-01", "sub-01", 34, "F", None, "sub-01"),
                    ("sub-02", "sub-02", None, "M", "x", "sub-02/anat/sub-02_T1w.nii.gz")]  # fmt: skip


def test_a_volume_is_one_row_where_that_is_the_unit(bids: Path) -> None:
    cohort = built(bids, Unit.IMAGE).cohort
    assert cohort.rows["suffix"].to_list() == ["T1w", "bold", "T1w"]
    assert cohort.files is not None
    assert cohort.files["pixel_hash"].n_unique() == 3


def test_a_session_is_a_study(tmp_path: Path) -> None:
    for session in ("ses-1", "ses-2"):
        (tmp_path / "sub-01" / session / "anat").mkdir(parents=True)
        saved(tmp_path / "sub-01" / session / "anat" / f"sub-01_{session}_T1w.nii", volume())
    assert built(tmp_path).cohort.rows["study"].to_list() == ["sub-01/ses-1", "sub-01/ses-2"]


def test_the_json_beside_a_volume_names_its_scanner(bids: Path) -> None:
    told = {"Manufacturer": "Acme", "ManufacturersModelName": "One", "MagneticFieldStrength": 3}
    write(bids / "sub-02" / "anat" / "sub-02_T1w.json", json.dumps(told))
    assert built(bids).cohort.rows["scanner"].to_list() == [None, "Acme One"]


def test_derivatives_are_passed_by(bids: Path) -> None:
    place = bids / "derivatives" / "sub-01" / "anat"
    place.mkdir(parents=True)
    saved(place / "sub-01_mask.nii", volume())
    found = built(bids, Unit.IMAGE)
    assert found.cohort.rows.height == 3
    assert any("1 volume passed by" in note for note in found.notes)


def test_a_cut_off_volume_is_listed_and_the_others_are_read(bids: Path) -> None:
    path = bids / "sub-01" / "anat" / "sub-01_T1w.nii.gz"
    path.write_bytes(path.read_bytes()[:-20])
    files = built(bids).cohort.files
    assert files is not None
    assert files["reason"].null_count() == 2


def test_volumes_of_any_name_are_read_with_a_table(tmp_path: Path) -> None:
    saved(tmp_path / "case_1.nii.gz", volume())
    table = write(tmp_path / "t.csv", "path,label.mass", "case_1.nii.gz,1")
    found = built(tmp_path, table=table)
    assert (found.layout, found.cohort.rows["study"].to_list()) == ("nifti", ["case_1"])
    assert found.cohort.rows["label.mass"].to_list() == [1]


def test_a_subject_without_a_participant_is_told(bids: Path) -> None:
    write(bids / "participants.tsv", "participant_id\tage", "sub-01\t34")
    assert "1 subject without a row in participants.tsv" in built(bids).notes
