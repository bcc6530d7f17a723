"""What every DICOM output has in common: which parts it can refer to, who made it and when, and its file."""

from io import BytesIO

from pydicom.dataset import Dataset

from fiducial.serve.results.codes import SCHEME
from fiducial.serve.results.contract import DICOM, Made, NothingToShow
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import Place, equipment, timed

_MAKER = {
    "ManufacturerModelName": "manufacturer_model_name",
    "SoftwareVersions": "software_versions",
    "DeviceSerialNumber": "device_serial_number",
}


def dicom_parts(given: Given) -> list[Part]:
    """The parts that an object of DICOM can refer to.

    Raises:
        NothingToShow: the study came as pictures.
    """
    found = [part for part in given.parts if part.is_dicom and part.images]
    if not found:
        raise NothingToShow("the study came as a picture without a DICOM header, which nothing in DICOM can refer to.")
    return found


def made_of(dataset: Dataset, place: Place) -> Made:
    """The file of an instance, with who made it and when it was decided."""
    told = equipment(place.given)
    for keyword, name in _MAKER.items():
        setattr(dataset, keyword, told[name])
    _supply(dataset)
    stream = BytesIO()
    timed(dataset, place.at).save_as(stream, enforce_file_format=True)
    number = "" if place.number == 1 else f".{place.number}"
    return Made(f"{place.given.study.uid}.{place.kind}{number}.dcm", DICOM, stream.getvalue())


def _supply(dataset: Dataset) -> None:
    """What the standard asks for and the source may not say: empty, which claims nothing."""
    if dataset.Modality in {"PR", "DOC"} and "Laterality" not in dataset:
        dataset.Laterality = ""
    if "ImageType" in dataset and "PatientOrientation" not in dataset:
        dataset.PatientOrientation = ""
    scheme = Dataset()
    scheme.CodingSchemeDesignator, scheme.CodingSchemeName = (
        SCHEME,
        "fiducial: words of pipelines, no standard has them",
    )
    dataset.CodingSchemeIdentificationSequence = [scheme]
