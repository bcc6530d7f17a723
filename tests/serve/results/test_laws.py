"""What holds of every kind of output."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from fiducial.serve.results.contract import NothingToShow
from fiducial.serve.results.given import Given
from fiducial.serve.results.making import kinds, make_output
from fiducial.serve.studies import BESIDE
from serve.results.deciding import changed, read

IN_DICOM = ("sr", "seg", "gsps", "ko", "sc", "override")


@pytest.mark.parametrize("kind", kinds())
def test_the_same_result_gives_the_same_bytes(kind: str, given: Given) -> None:
    first, second = make_output(kind, given), make_output(kind, given)
    assert [one.content for one in first] == [one.content for one in second]


@pytest.mark.parametrize("kind", kinds())
def test_every_output_says_that_it_is_no_diagnosis(kind: str, given: Given) -> None:
    for one in make_output(kind, given):
        words = read(one).to_json() if kind in IN_DICOM else one.content.decode()
        assert "ot for primary diagnosis" in words or kind == "sc"  # its words are drawn: see its own test


@pytest.mark.parametrize("kind", IN_DICOM)
def test_it_belongs_to_the_patient_and_the_study_and_never_to_a_series_of_the_scanner(kind: str, given: Given) -> None:
    for one in make_output(kind, given):
        dataset = read(one)
        assert (dataset.PatientID, dataset.StudyInstanceUID) == ("P-17", given.study.uid)
        assert dataset.SeriesInstanceUID not in {image.series for image in given.images}


@pytest.mark.parametrize("kind", IN_DICOM)
def test_another_decision_is_another_object(kind: str, given: Given) -> None:
    later = replace(given, document=dict(given.document) | {"decided": given.at + 1})
    first, second = make_output(kind, given), make_output(kind, later)
    assert read(first[0]).SOPInstanceUID != read(second[0]).SOPInstanceUID


@pytest.mark.parametrize("kind", [kind for kind in IN_DICOM if kind != "override"])  # dated when it was said
def test_it_is_dated_when_it_was_decided(kind: str, given: Given) -> None:
    long_ago = replace(given, document=dict(given.document) | {"decided": 86_400.0})
    dataset = read(make_output(kind, long_ago)[0])
    assert dataset.get("ContentDate", dataset.get("PresentationCreationDate", "19700102")) == "19700102"


@pytest.mark.parametrize("kind", IN_DICOM)
def test_a_picture_without_a_header_has_none_and_is_told_why(kind: str, picture: Given) -> None:
    with pytest.raises(NothingToShow, match="without a DICOM header"):
        make_output(kind, picture)


@pytest.mark.parametrize("kind", kinds())
def test_a_study_outside_of_the_claim_gives_no_score_in_any_output(kind: str, given: Given) -> None:
    outside = changed(
        given, outside="its body part is HAND", scores={}, boxes=[], measurements=[], masks=[], conclusions={},
        decision=None, priority=None,
    )  # fmt: skip
    outside = replace(outside, reviews=())
    if kind in {"seg", "ko", "override"}:
        with pytest.raises(NothingToShow):
            make_output(kind, outside)
        return
    for one in make_output(kind, outside):
        words = read(one).to_json() if kind in IN_DICOM else one.content.decode()
        assert "body part is HAND" in words or kind == "sc"


@pytest.mark.parametrize("kind", IN_DICOM)
def test_when_an_archive_sends_it_back_nothing_is_asked_about_it(kind: str, given: Given) -> None:
    assert read(make_output(kind, given)[0]).Modality in BESIDE


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy is not installed (apt-get install dicom3tools)")
@pytest.mark.parametrize("kind", IN_DICOM)
def test_a_validator_of_the_standard_finds_no_error(kind: str, given: Given, tmp_path: Path) -> None:
    for one in make_output(kind, given):
        file = tmp_path / one.name
        file.write_bytes(one.content)
        told = subprocess.run(["dciodvfy", str(file)], capture_output=True, text=True, check=False)  # noqa: S603, S607
        errors = [line for line in told.stderr.splitlines() if line.startswith("Error")]
        assert errors == [], errors
