"""A DICOM file with an identifier in every place where one can hide, and the list of them."""

import warnings
from collections.abc import Callable
from pathlib import Path

from pydicom import config, dcmread
from pydicom.dataset import Dataset

from fiducial.cohort.deidentify.pseudonyms import Pseudonyms

KEY = Pseudonyms(b"k" * 32)
NAME = "Zweistein^Albertina"
IDENTIFIERS = (
    "Zweistein", "Albertina", "MRN-4711-X", "ACC-990017", "19310317", "20210405", "20210406", "Quirky Lane 7",
    "Grumbach", "Ottoline", "St Elsewhere", "Hospital Road 12", "ward nine", "call her daughter", "PRIVATE-SECRET-1",
    "NESTED-ID-33", "Nestroy", "1.2.826.77.1", "1.2.826.77.2", "1.2.826.77.3", "1.2.826.77.4", "STATION-AE",
    "PREAMBLE-NAME", "UNKNOWN-TAG-5", "DEVICE-SN-88", "letters over the picture",
)  # fmt: skip


def stuff(path: Path, **elements: object) -> Path:
    """Fill a written file with identifiers; more elements at the top level by keyword."""
    dataset = dcmread(path)
    plain = {
        "PatientName": NAME, "PatientID": "MRN-4711-X", "AccessionNumber": "ACC-990017", "PatientAge": "089Y",
        "PatientBirthDate": "19310317", "StudyDate": "20210405", "SeriesDate": "20210406", "PatientSex": "F",
        "AcquisitionDateTime": "20210405101500.123+0100", "PatientAddress": "Quirky Lane 7",
        "OperatorsName": "Grumbach^Ottoline", "ReferringPhysicianName": "Grumbach^O", "InstitutionName": "St Elsewhere",
        "InstitutionAddress": "Hospital Road 12", "InstitutionalDepartmentName": "ward nine",
        "ImageComments": "call her daughter", "PatientComments": "call her daughter",
        "StudyDescription": "CT of Zweistein", "BodyPartExamined": "CHEST", "KVP": "120",
        "SoftwareVersions": "set up by Grumbach", "DeviceSerialNumber": "DEVICE-SN-88", "Manufacturer": "ACME",
        "StudyInstanceUID": "1.2.826.77.1", "SeriesInstanceUID": "1.2.826.77.2", "SOPInstanceUID": "1.2.826.77.3",
        "FrameOfReferenceUID": "1.2.826.77.4",
    }  # fmt: skip
    with config.disable_value_validation(), warnings.catch_warnings(action="ignore"):
        for keyword, value in (plain | elements).items():
            setattr(dataset, keyword, value)
    _nest(dataset)
    block = dataset.private_block(0x0009, "ACME PRIVATE", create=True)
    block.add_new(0x01, "LO", "PRIVATE-SECRET-1")
    block.add_new(0x02, "SQ", [_item(PatientName=NAME)])
    dataset.add_new(0x00080007, "LO", "UNKNOWN-TAG-5")  # in no dictionary
    dataset.add_new(0x60000022, "LO", "letters over the picture")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.SourceApplicationEntityTitle = "STATION-AE"
    dataset.preamble = b"PREAMBLE-NAME".ljust(128, b"\0")
    dataset.save_as(path)
    return path


def _nest(dataset: Dataset) -> None:
    deep = _item(PatientID="NESTED-ID-33", PersonName="Nestroy^Johann", StudyDate="20210405")
    dataset.OtherPatientIDsSequence = [deep]
    dataset.RequestAttributesSequence = [_item(ScheduledProcedureStepDescription="for Zweistein")]
    reference = _item(ReferencedSOPInstanceUID="1.2.826.77.3", ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2")
    reference.PurposeOfReferenceCodeSequence = [_item(CodeMeaning="seen by Grumbach", CodeValue="121311")]
    dataset.ReferencedImageSequence = [reference]
    # None of these sequences is in the table of the profile: only walking into them finds what they hold.
    inner = _item(PerformingPhysicianName="Nestroy^J", ContentDate="20210406", ImageComments="call her daughter")
    dataset.CTExposureSequence = [_item(PatientName=NAME, AccessionNumber="ACC-990017")]
    dataset.CTExposureSequence[0].CTAcquisitionTypeSequence = [inner]


def _item(**elements: object) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item


WriteDicom = Callable[..., Path]
