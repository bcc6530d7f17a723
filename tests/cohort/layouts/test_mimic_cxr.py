"""MIMIC-CXR: three packed tables joined by subject, study and image."""

import gzip
from pathlib import Path

import pytest

from cohort.layouts.published import built, picture
from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.cohort.layouts.findings import CHEXPERT
from fiducial.cohort.layouts.mimic_cxr import MimicCxr
from fiducial.errors import UnusableInput

METADATA = "dicom_id,subject_id,study_id,PerformedProcedureStepDescription,ViewPosition,Rows,Columns,StudyDate"
IMAGES = (
    "d1,10000032,50414267,CHEST (PA AND LAT),PA,3056,2544,21800506",
    "d2,10000032,50414267,CHEST (PA AND LAT),LATERAL,3056,2544,21800506",
    "d3,10000764,57375967,CHEST,AP,2544,3056,21321015",
)
SPLIT = ("d1,50414267,10000032,train", "d2,50414267,10000032,train", "d3,57375967,10000764,validate")


def labels(study: str, subject: str, **told: str) -> str:
    return ",".join((subject, study, *(told.get(name.lower(), "") for name in CHEXPERT)))


LABELS = (labels("50414267", "10000032", edema="1.0", atelectasis="-1.0"), labels("57375967", "10000764", edema="0.0"))


def pack(folder: Path, what: str, *lines: str) -> None:
    (folder / f"mimic-cxr-2.0.0-{what}.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode() + b"\n"))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    pack(tmp_path, "metadata", METADATA, *IMAGES)
    for labeller in ("chexpert", "negbio"):
        told = LABELS if labeller == "chexpert" else tuple(row.replace("1.0", "0.0") for row in LABELS)
        pack(tmp_path, labeller, ",".join(("subject_id", "study_id", *CHEXPERT)), *told)
    pack(tmp_path, "split", "dicom_id,study_id,subject_id,split", *SPLIT)
    return tmp_path


def test_the_three_tables_become_one_row_an_image(release: Path) -> None:
    found = built(release, Unit.IMAGE)
    assert found.layout == "mimic-cxr"
    told = found.cohort.rows.row(0, named=True)
    expected = {"study": "d1", "patient": "10000032", "exam": "50414267", "view": "PA", "split": "train",
                "label.edema": 1, "label.atelectasis": None, "uncertain": "atelectasis"}  # fmt: skip
    assert told | expected == told
    assert str(told["acquired"]) == "2180-05-06"


def test_the_images_of_a_study_become_one_row(release: Path) -> None:
    rows = built(release).cohort.rows
    assert rows["study"].to_list() == ["s50414267", "s57375967"]
    assert (rows["label.edema"].to_list(), rows["view"].to_list()) == ([1, 0], ["(varies)", "AP"])


def test_validate_is_tune(release: Path) -> None:
    assert built(release).cohort.rows["split"].to_list() == ["train", "tune"]


def test_images_are_found_by_their_dicom_id(release: Path) -> None:
    places = [f"files/p10/p10000032/s50414267/d{number}.jpg" for number in (1, 2)]
    for place in (*places, "files/p10/p10000764/s57375967/d3.jpg"):
        picture(release / place)
    assert built(release, Unit.IMAGE).cohort.rows["path"].to_list()[:2] == places
    assert built(release).cohort.rows["path"].to_list()[0] == "files/p10/p10000032/s50414267"


def test_a_study_without_labels_is_told(release: Path) -> None:
    pack(release, "chexpert", ",".join(("subject_id", "study_id", *CHEXPERT)), LABELS[0])
    assert any("1 study of the metadata without labels" in note for note in built(release).notes)


@pytest.mark.parametrize(("what", "told"), [("chexpert", "no label"), ("split", "no split")])
def test_a_table_that_is_not_there_is_told(release: Path, what: str, told: str) -> None:
    for absent in (what, "negbio"):
        (release / f"mimic-cxr-2.0.0-{absent}.csv.gz").unlink()
    assert any(told in note for note in built(release).notes)


def test_a_folder_without_the_metadata_is_not_recognised(release: Path) -> None:
    (release / "mimic-cxr-2.0.0-metadata.csv.gz").unlink()
    assert not MimicCxr().recognises(Source(release))


def test_another_split_is_refused_with_its_row(release: Path) -> None:
    pack(release, "split", "dicom_id,study_id,subject_id,split", SPLIT[0], "d2,50414267,10000032,dev")
    with pytest.raises(UnusableInput, match="row 3: the split is 'dev'; expected train, validate, test"):
        built(release)


def test_a_repeated_image_is_refused(release: Path) -> None:
    pack(release, "metadata", METADATA, IMAGES[0], IMAGES[0])
    with pytest.raises(UnusableInput, match="row 3: repeats dicom_id='d1'"):
        built(release)
