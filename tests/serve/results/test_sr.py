"""The structured report: what stands in it, who says it, and what never does."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from highdicom.sr import srread
from pydicom.dataset import Dataset

from fiducial.serve.results.given import Given
from fiducial.serve.results.making import make_output
from serve.making import radiograph
from serve.results.deciding import changed, decide, edited, one


def words(item: Dataset) -> list[tuple[str, Any]]:
    """(what, answer) of every item below, in order."""
    found: list[tuple[str, Any]] = []
    for child in item.get("ContentSequence", []):
        name = child.ConceptNameCodeSequence[0].CodeMeaning if "ConceptNameCodeSequence" in child else ""
        value = child.get("TextValue") or child.get("UID")
        if "ConceptCodeSequence" in child:
            value = child.ConceptCodeSequence[0].CodeMeaning
        if "MeasuredValueSequence" in child:
            value = float(child.MeasuredValueSequence[0].NumericValue)
        found += [(name, value), *words(child)]
    return found


def test_nobody_has_verified_it(given: Given) -> None:
    report = one("sr", given)
    assert (report.VerificationFlag, report.PreliminaryFlag, report.CompletionFlag) == (
        "UNVERIFIED",
        "PRELIMINARY",
        "COMPLETE",
    )


def test_every_score_stands_in_it_with_the_model_and_its_version(given: Given) -> None:
    told = words(one("sr", given))
    score = given.document["parts"][0]["scores"]["bright"]["score"]
    assert ("Calibrated score of a model, 0 to 1", pytest.approx(score)) in told
    assert ("Algorithm Name", "spots") in told
    assert ("Algorithm Version", "1.0.0") in told


def test_a_fused_score_is_of_the_version_of_the_pipeline(given: Given) -> None:
    told = words(one("sr", given))
    assert told[told.index(("Algorithm Name", "both")) + 1] == ("Algorithm Version", "2")


def test_every_conclusion_is_yes_no_or_unknown(given: Given) -> None:
    told = words(one("sr", given))
    assert ("is bright", "Yes") in told
    assert ("Unknown" in dict(told).values()) == (None in given.document["parts"][0]["conclusions"].values())


def test_a_box_is_a_region_of_its_image(given: Given) -> None:
    report = srread(BytesIO(make_output("sr", given)[0].content))
    groups = report.content.get_planar_roi_measurement_groups()  # type: ignore[attr-defined]  # of a TID 1500
    box = given.document["parts"][0]["boxes"][0]
    assert groups[0].roi.value.min(axis=0).tolist() == [box["x0"], box["y0"]]
    assert groups[0].roi.value.max(axis=0).tolist() == [box["x1"], box["y1"]]


def test_an_abstention_is_told_and_its_number_is_not(given: Given) -> None:
    scores = {"bright": {"score": 0.97531, "model": "first", "abstained": True, "reason": "is unlike its training"}}
    told = words(one("sr", changed(given, scores=scores, boxes=[])))
    assert ("What became of the question", "The model abstains") in told
    assert "Calibrated score of a model, 0 to 1" not in dict(told)
    assert ("Comment", "bright: first abstains: is unlike its training") in told


def test_all_images_are_its_evidence(given: Given) -> None:
    study = one("sr", given).CurrentRequestedProcedureEvidenceSequence[0]
    images = [ref for series in study.ReferencedSeriesSequence for ref in series.ReferencedSOPSequence]
    assert [ref.ReferencedSOPInstanceUID for ref in images] == [image.sop for image in given.images]


def test_a_name_in_any_letters_comes_back_as_it_was(pipeline: Path, tmp_path: Path) -> None:
    def rename(dataset: Dataset) -> None:
        dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
        dataset.PatientName = "Yamada^Tarou=山田^太郎"

    report = one("sr", decide(pipeline, tmp_path, [edited(radiograph(), rename)]))
    assert str(report.PatientName) == "Yamada^Tarou=山田^太郎"


def test_an_image_without_a_patient_still_has_a_report(pipeline: Path, tmp_path: Path) -> None:
    def nameless(dataset: Dataset) -> None:
        del dataset.PatientName, dataset.PatientID

    assert one("sr", decide(pipeline, tmp_path, [edited(radiograph(), nameless)])).PatientID in {"", None}
