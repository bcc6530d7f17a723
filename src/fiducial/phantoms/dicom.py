"""An acquisition as a DICOM file: digital X-ray or computed radiography, for presentation, uncompressed."""

from pathlib import Path

from pydicom import FileMetaDataset, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    generate_uid,
)

from fiducial.files.writing import replacing
from fiducial.phantoms.acquisition import Acquisition

_CLASSES = {"CR": ComputedRadiographyImageStorage, "DX": DigitalXRayImageStorageForPresentation}


def write_dicom(acquisition: Acquisition, path: Path) -> None:
    """Write one file, all of it or nothing; the same acquisition gives the same bytes.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    dataset = to_dataset(acquisition)
    with replacing(path) as temporary:
        dcmwrite(temporary, dataset, enforce_file_format=True)


def to_dataset(acquisition: Acquisition) -> Dataset:
    """Header and pixels; UIDs follow from the acquisition, so they are the same every time."""
    dataset = Dataset()
    dataset.SOPClassUID = _CLASSES[acquisition.scanner.modality]
    dataset.SOPInstanceUID = _uid(acquisition, "image")
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    _add_patient(dataset, acquisition)
    _add_study(dataset, acquisition)
    _add_device(dataset, acquisition)
    _add_pixels(dataset, acquisition)
    return dataset


def _uid(acquisition: Acquisition, level: str) -> str:
    return generate_uid(entropy_srcs=[level, str(acquisition.seed), acquisition.name])


def _add_patient(dataset: Dataset, acquisition: Acquisition) -> None:
    patient = acquisition.patient
    dataset.PatientName = f"Phantom^{patient.id[-4:]}"
    dataset.PatientID = patient.id
    dataset.PatientBirthDate = ""
    dataset.PatientSex = patient.sex
    dataset.PatientAge = f"{patient.age:03d}Y"


def _add_study(dataset: Dataset, acquisition: Acquisition) -> None:
    day = acquisition.acquired.strftime("%Y%m%d")
    dataset.StudyInstanceUID = _uid(acquisition, "study")
    dataset.SeriesInstanceUID = _uid(acquisition, "series")
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = day
    dataset.StudyTime = dataset.ContentTime = "120000"
    dataset.StudyID = dataset.SeriesNumber = dataset.InstanceNumber = str(acquisition.number)
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyDescription = "Synthetic chest radiograph"
    dataset.InstitutionName = acquisition.hospital
    dataset.Modality = acquisition.scanner.modality
    dataset.BodyPartExamined = "CHEST"
    dataset.ViewPosition = acquisition.scanner.view
    dataset.PatientOrientation = ["L", "F"]
    dataset.ImageLaterality = "U"


def _add_device(dataset: Dataset, acquisition: Acquisition) -> None:
    scanner = acquisition.scanner
    dataset.Manufacturer = scanner.manufacturer
    dataset.ManufacturerModelName = scanner.model
    dataset.ImagerPixelSpacing = [scanner.spacing, scanner.spacing]
    dataset.PixelSpacing = [scanner.spacing, scanner.spacing]
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = -1
    dataset.ImageType = ["ORIGINAL", "PRIMARY", ""]
    dataset.BurnedInAnnotation = "NO"  # lead letters lie in the beam; they are no annotation of the picture
    dataset.LossyImageCompression = "00"


def _add_pixels(dataset: Dataset, acquisition: Acquisition) -> None:
    pixels = acquisition.pixels()
    scanner = acquisition.scanner
    dataset.WindowCenter = (scanner.brightest + 1) / 2
    dataset.WindowWidth = scanner.brightest + 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, scanner.bits, scanner.bits - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels.astype("<u2").tobytes()
