"""Who made an output, and names that the same result always gets again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from highdicom import UID
from highdicom.content import AlgorithmIdentificationSequence
from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    DeviceObserverIdentifyingAttributes,
    ObserverContext,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from fiducial.serve.results.codes import SCHEME
from fiducial.serve.results.given import Given

MANUFACTURER = "fiducial"
_SERIAL = 16  # characters of an identity that a person still compares

# Numbers of series, behind a scanner's own.
SERIES = {"sr": 9301, "seg": 9302, "gsps": 9303, "ko": 9304, "sc": 9305, "override": 9306}


def number_of(*words: object) -> int:
    """128 bits of what is named: asked twice, it is the same object."""
    return int(sha256("\0".join(map(str, words)).encode()).hexdigest()[:32], 16)


def uid_of(*words: object) -> str:
    """The UID of those bits (DICOM PS3.5 B.2)."""
    return f"2.25.{number_of(*words)}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance stands in its study."""

    given: Given
    kind: str
    number: int = 1
    about: str = ""  # what it is of, where a study has several
    said: float | None = None  # seconds since 1970, where it is not of when the study was decided

    @property
    def at(self) -> float:
        """When what it says came about."""
        return self.given.at if self.said is None else self.said

    def document(self) -> dict[str, Any]:
        """As highdicom names it."""
        key = (self.given.study.uid, self.given.revision, self.given.pipeline["identity"], self.given.at, self.kind)
        return {
            "series_instance_uid": UID(uid_of(*key)),
            "series_number": SERIES[self.kind],
            "sop_instance_uid": UID(uid_of(*key, self.number, self.about)),
            "instance_number": self.number,
        }


def equipment(given: Given) -> dict[str, Any]:
    """What made it, as highdicom names it."""
    return {
        "manufacturer": MANUFACTURER,
        "manufacturer_model_name": given.pipeline["name"][:64],
        "software_versions": version("fiducial"),
        "device_serial_number": serial_of(given.pipeline["identity"]),
    }


def observer(given: Given) -> ObserverContext:
    """The pipeline as the device that observed."""
    identity = given.pipeline["identity"]
    device = DeviceObserverIdentifyingAttributes(
        uid=UID(uid_of("device", identity)),
        name=f"{given.pipeline['name']} {given.pipeline['version']}"[:64],
        manufacturer_name=MANUFACTURER,
        model_name=given.pipeline["name"][:64],
        serial_number=serial_of(identity),
    )
    return ObserverContext(observer_type=codes.DCM.Device, observer_identifying_attributes=device)


def algorithm(given: Given, model: str) -> AlgorithmIdentification:
    """TID 4019: a model by its own version, an ensemble by the pipeline's."""
    return AlgorithmIdentification(
        name=model, version=version_of(given.pipeline, model), parameters=[f"pipeline {given.pipeline['identity']}"]
    )


def algorithm_sequence(given: Given, model: str) -> AlgorithmIdentificationSequence:
    """The same for a segment."""
    return AlgorithmIdentificationSequence(
        name=model[:64], family=_family(), version=version_of(given.pipeline, model)[:64]
    )


def version_of(pipeline: Mapping[str, Any], model: str) -> str:
    """Of a model; of the pipeline where it is an ensemble of its."""
    return str(pipeline.get("models", {}).get(model, pipeline["version"]))


def serial_of(identity: str) -> str:
    """As much of a hash as a serial number holds."""
    return identity.removeprefix("sha256:")[:_SERIAL]


def timed(dataset: Dataset, moment: float) -> Dataset:
    """Dated when it was decided, not when somebody asked for it; in UTF-8, as names come in all letters."""
    at = datetime.fromtimestamp(moment, UTC)
    date, time = at.strftime("%Y%m%d"), at.strftime("%H%M%S")
    for keyword, value in (
        ("ContentDate", date), ("ContentTime", time), ("SeriesDate", date), ("SeriesTime", time),
        ("InstanceCreationDate", date), ("InstanceCreationTime", time), ("PresentationCreationDate", date),
        ("PresentationCreationTime", time), ("DateOfSecondaryCapture", date), ("TimeOfSecondaryCapture", time),
    ):  # fmt: skip
        if keyword in dataset:
            setattr(dataset, keyword, value)
    for item in dataset.get("ContributingEquipmentSequence", []):
        if "ContributionDateTime" in item:
            item.ContributionDateTime = f"{date}{time}+0000"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.TimezoneOffsetFromUTC = "+0000"
    return dataset


@cache
def _family() -> CodedConcept:
    return CodedConcept("neural-network", SCHEME, "Neural network")
