"""FHIR and HL7, judged by other people's readers."""

import json

import pytest

from fiducial.serve.results.given import Given
from fiducial.serve.results.making import make_output
from serve.results.deciding import changed

ABSTAINS = {"bright": {"score": 0.97531, "model": "first", "abstained": True, "reason": "is unlike its training"}}


def text(kind: str, given: Given) -> str:
    return make_output(kind, given)[0].content.decode()


def test_the_bundle_is_fhir(given: Given) -> None:
    bundle = pytest.importorskip("fhir.resources.R4B.bundle").Bundle
    kinds = [one.resource.get_resource_type() for one in bundle.model_validate(json.loads(text("fhir", given))).entry]
    assert kinds[:3] == ["DiagnosticReport", "ImagingStudy", "Device"]
    assert set(kinds[3:]) == {"Observation"}


def test_every_reference_is_to_a_resource_of_the_bundle(given: Given) -> None:
    bundle = json.loads(text("fhir", given))
    known = {one["fullUrl"] for one in bundle["entry"]}
    report = bundle["entry"][0]["resource"]
    assert {one["reference"] for one in [*report["result"], *report["imagingStudy"]]} <= known


def test_nobody_has_read_it(given: Given) -> None:
    assert {one["resource"].get("status") for one in json.loads(text("fhir", given))["entry"]} == {
        "preliminary",
        "available",
        None,
    }


def test_an_abstention_is_absent_with_its_reason(given: Given) -> None:
    told = text("fhir", changed(given, scores=ABSTAINS))
    assert "is unlike its training" in told
    assert "0.97531" not in told


def test_the_message_is_hl7(given: Given) -> None:
    parse = pytest.importorskip("hl7apy.parser").parse_message
    assert parse(text("hl7", given), find_groups=True).validate()


def test_an_abstention_of_a_message_is_a_result_that_cannot_be_had(given: Given) -> None:
    told = text("hl7", changed(given, scores=ABSTAINS))
    (line,) = [one for one in told.split("\r") if "score.bright" in one]
    assert line.split("|")[5] == "is unlike its training"
    assert line.split("|")[11] == "X"


def test_letters_that_mean_something_to_hl7_are_escaped(given: Given) -> None:
    told = text("hl7", changed(given, failed="a|b^c~d\\e&f\rg"))
    assert "a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f g" in told


def test_the_parts_of_a_name_stay_apart(given: Given) -> None:
    (patient,) = [one for one in text("hl7", given).split("\r") if one.startswith("PID")]
    assert patient.split("|")[3:6] == ["P-17", "", "Doe^Jane"]
