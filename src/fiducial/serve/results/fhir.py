"""``fhir``: a FHIR R4 bundle: DiagnosticReport with its observations, ImagingStudy, and the device that observed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from uuid import UUID

from fiducial.claims.catalogue.shipped import find_finding
from fiducial.serve.results.contract import Made
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import MANUFACTURER, number_of, version_of
from fiducial.serve.results.summary import CAUTION, lines_of, told_conclusions

_SYSTEMS = {
    "snomed": "http://snomed.info/sct",
    "radlex": "http://radlex.org",
    "dicom": "http://dicom.nema.org/resources/ontology/DCM",
}
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_WORDS = {True: "true", False: "false", None: "unknown"}
Resource = dict[str, Any]


class FhirBundle:
    """Preliminary, as nobody has read it. What was not answered is absent with its reason, never a number."""

    name = "fhir"

    def make(self, given: Given) -> Sequence[Made]:
        """See ``Output``."""
        device, study = _device(given), _imaging_study(given)
        observations = [one for part in given.parts for one in _observations(given, part, device, study)]
        report = _report(given, study, observations)
        resources = [report, study, device, *observations]
        bundle = {
            "resourceType": "Bundle",
            "type": "collection",
            "timestamp": _time(given),
            "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
        }
        text = json.dumps(bundle, indent=1, ensure_ascii=False)
        return [Made(f"{given.study.uid}.fhir.json", "application/fhir+json", text.encode())]


def _report(given: Given, study: Resource, observations: Sequence[Resource]) -> Resource:
    conclusions = [f"{part.uid}: {'; '.join(told_conclusions(part)) or 'nothing concluded'}" for part in given.parts]
    return {
        "resourceType": "DiagnosticReport",
        "id": _id(given, "report"),
        "identifier": [_uid(given.study.uid)],
        "status": "preliminary",
        "category": [_coded("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD", "Radiology")],
        "code": {"text": f"{given.pipeline['name']} {given.pipeline['version']}"},
        "subject": _patient(given),
        "issued": _time(given),
        "imagingStudy": [_reference(study)],
        "result": [_reference(one) for one in observations],
        "conclusion": "\n".join([*lines_of(given.parts), *conclusions]),
    }


def _imaging_study(given: Given) -> Resource:
    series: dict[str, list[Any]] = {}
    for one in given.images:
        series.setdefault(one.series, []).append(one)
    return {
        "resourceType": "ImagingStudy",
        "id": _id(given, "study"),
        "identifier": [_uid(given.study.uid)],
        "status": "available",
        "subject": _patient(given),
        "numberOfSeries": len(series),
        "numberOfInstances": len(given.images),
        "series": [
            {
                "uid": uid,
                "modality": {"system": _SYSTEMS["dicom"], "code": images[0].modality},
                "numberOfInstances": len(images),
            }
            for uid, images in series.items()
        ],
    }


def _device(given: Given) -> Resource:
    return {
        "resourceType": "Device",
        "id": _id(given, "device"),
        "manufacturer": MANUFACTURER,
        "deviceName": [{"name": given.pipeline["name"], "type": "model-name"}],
        "version": [
            {"type": {"text": "pipeline"}, "value": given.pipeline["version"]},
            {"type": {"text": "identity"}, "value": given.pipeline["identity"]},
            {"type": {"text": "fiducial"}, "value": version("fiducial")},
        ],
        "note": [{"text": CAUTION}],
    }


def _observations(given: Given, part: Part, device: Resource, study: Resource) -> Iterator[Resource]:
    base: Resource = {"status": "preliminary", "subject": _patient(given), "device": _reference(device)}
    base |= {"derivedFrom": [_reference(study)], "issued": _time(given)}
    for name, row in part.document["scores"].items():
        method = {"text": f"{row['model']} {version_of(given.pipeline, row['model'])}, calibrated score 0 to 1"}
        yield _observation(
            given, part, f"score {name}", base | {"code": _finding(name), "method": method} | _value(row)
        )
    for name, value in part.document["conclusions"].items():
        told = {"code": {"text": f"rule {name}"}, "valueCodeableConcept": {"text": _WORDS[value]}}
        yield _observation(given, part, f"rule {name}", base | told)
    for row in part.document["measurements"]:
        measured = {
            "value": row["value"],
            "unit": row["unit"],
            "system": "http://unitsofmeasure.org",
            "code": row["unit"],
        }
        quantity: Resource = {"code": {"text": row["name"]}, "valueQuantity": measured}
        yield _observation(given, part, f"{row['model']} {row['name']}", base | quantity)


def _observation(given: Given, part: Part, what: str, told: Resource) -> Resource:
    about = {"identifier": [_uid(part.uid)]}
    return {"resourceType": "Observation", "id": _id(given, "observation", part.uid, what), **about, **told}


def _value(row: Mapping[str, Any]) -> Resource:
    if row["score"] is not None and not row["abstained"]:
        return {
            "valueQuantity": {
                "value": row["score"],
                "unit": "score",
                "system": "http://unitsofmeasure.org",
                "code": "1",
            }
        }
    absent = _coded(_ABSENT, "unsupported", "Unsupported") if row["abstained"] else _coded(_ABSENT, "error", "Error")
    return {"dataAbsentReason": absent | {"text": row["reason"] or "no answer"}}


def _finding(name: str) -> Resource:
    entry = find_finding(name)
    codings = [] if entry is None else [
        {"system": _SYSTEMS[code.system], "code": code.code, "display": code.label} for code in entry.codes
    ]  # fmt: skip
    return {"coding": codings, "text": name} if codings else {"text": name}


def _patient(given: Given) -> Resource:
    study = given.study
    told: Resource = {"type": "Patient"}
    if study.patient_id:
        told["identifier"] = {"value": study.patient_id}
    return told | {"display": study.patient_name or "name unknown"}


def _coded(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _uid(uid: str) -> Resource:
    return {"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}


def _reference(resource: Resource) -> Resource:
    return {"reference": f"urn:uuid:{resource['id']}"}


def _id(given: Given, *words: str) -> str:
    return str(UUID(int=number_of(given.study.uid, given.revision, given.pipeline["identity"], given.at, *words)))


def _time(given: Given) -> str:
    return datetime.fromtimestamp(given.at, UTC).isoformat(timespec="seconds")
