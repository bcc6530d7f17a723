"""One slice of a head CT as a DICOM file, with the header of RSNA 2019's files and some that those had lost."""

from pathlib import Path
from zlib import crc32

import numpy as np
from pydicom import FileMetaDataset, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from fiducial.files.hashes import hash_bytes
from fiducial.files.writing import replacing
from fiducial.phantoms.heads.examination import Examination, Slice

_OFFSET = 1024  # stored value - HU, where nothing is signed


def image_name(examination: Examination, number: int) -> str:
    """``ID_`` and nine hexadecimal digits, as RSNA 2019 names its images; they follow from the UID."""
    return f"ID_{hash_bytes(_uid(examination, 'image', str(number)).encode())[-9:]}"


def write_slice(examination: Examination, one: Slice, path: Path) -> None:
    """Write one file, all of it or nothing; the same slice gives the same bytes.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    dataset = to_dataset(examination, one)
    with replacing(path) as temporary:
        dcmwrite(temporary, dataset, enforce_file_format=True)


def to_dataset(examination: Examination, one: Slice) -> Dataset:
    """Header and pixels; UIDs follow from the examination, so they are the same every time."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = _uid(examination, "image", str(one.number))
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    _add_patient(dataset, examination)
    _add_study(dataset, examination, one.number)
    _add_device(dataset, examination)
    _add_geometry(dataset, examination, one.number)
    _add_pixels(dataset, examination, one)
    return dataset


def _uid(examination: Examination, level: str, *more: str) -> str:
    who = (examination.hospital, examination.patient.id, str(examination.visit), str(examination.seed))
    return generate_uid(entropy_srcs=[level, *who, *more])


def _add_patient(dataset: Dataset, examination: Examination) -> None:
    patient = examination.patient
    dataset.PatientName, dataset.PatientID = f"Phantom^{patient.id[-6:]}", patient.id
    dataset.PatientBirthDate, dataset.PatientSex, dataset.PatientAge = "", patient.sex, f"{patient.age:03d}Y"


def _add_study(dataset: Dataset, examination: Examination, number: int) -> None:
    day = examination.acquired.strftime("%Y%m%d")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = (_uid(examination, level) for level in ("study", "series"))
    dataset.FrameOfReferenceUID = _uid(examination, "frame")
    dataset.PositionReferenceIndicator = ""
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = day
    dataset.StudyTime = dataset.ContentTime = "120000"
    dataset.StudyID, dataset.SeriesNumber, dataset.AcquisitionNumber = str(examination.visit), 2, 1
    dataset.InstanceNumber = number + 1
    dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.StudyDescription, dataset.SeriesDescription = "Synthetic CT of the head", "Head without contrast"
    dataset.InstitutionName, dataset.Modality, dataset.BodyPartExamined = examination.hospital, "CT", "HEAD"
    dataset.PatientPosition = "HFS"


def _add_device(dataset: Dataset, examination: Examination) -> None:
    scanner = examination.scanner
    dataset.Manufacturer, dataset.ManufacturerModelName = scanner.manufacturer, scanner.model
    dataset.DeviceSerialNumber = f"{crc32(scanner.model.encode()) % 100_000:05d}"
    dataset.KVP, dataset.ConvolutionKernel = scanner.kvp, scanner.kernel.name
    dataset.XRayTubeCurrent = round(300 * examination.dose)
    dataset.GantryDetectorTilt = f"{scanner.tilt:g}"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.BurnedInAnnotation = "NO"


def _add_geometry(dataset: Dataset, examination: Examination, number: int) -> None:
    tilt, pixel = np.deg2rad(examination.scanner.tilt), examination.pixel
    corner = -(examination.size - 1) / 2 * pixel
    down = (0.0, float(np.cos(tilt)), float(-np.sin(tilt)))
    at = (corner, corner * down[1], examination.heights[number] + corner * down[2])
    dataset.ImagePositionPatient = [f"{value:.8g}" for value in at]
    dataset.ImageOrientationPatient = [f"{value:.8g}" for value in (1, 0, 0, *down)]
    dataset.PixelSpacing = [f"{pixel:.8g}"] * 2
    dataset.SliceThickness = f"{examination.thickness:g}"
    # Along the normal slices of a tilted gantry lie closer than the couch moved.
    dataset.SpacingBetweenSlices = f"{examination.thickness * float(np.cos(tilt)):.8g}"
    dataset.SliceLocation = f"{examination.heights[number]:g}"


def _add_pixels(dataset: Dataset, examination: Examination, one: Slice) -> None:
    signed = examination.scanner.signed
    stored = one.hu.astype("<i2") if signed else (one.hu.astype(np.int32) + _OFFSET).clip(0, 4095).astype("<u2")
    dataset.WindowCenter, dataset.WindowWidth = 40, 80
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0 if signed else -_OFFSET, 1, "HU"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.PixelRepresentation = 16, int(signed)
    dataset.BitsStored = 16 if signed else 12
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelData = stored.tobytes()
