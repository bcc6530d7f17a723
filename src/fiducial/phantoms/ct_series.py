"""A phantom CT as a folder of DICOM slices: axial, uncompressed, as a scanner exports it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom import FileMetaDataset, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from fiducial.files.writing import replacing
from fiducial.scans.volume import Volume

_OFFSET = 1024  # stored value - HU


@dataclass(frozen=True, slots=True)
class Series:
    """Whose it is and what it is called; two series of one ``frame`` were taken without getting up."""

    patient: str = "PH-0001"
    number: int = 1
    description: str = "Phantom CT"
    frame: str | None = None


def write_ct_series(volume: Volume, folder: Path, series: Series | None = None) -> Path:
    """Write a file a slice and give the folder; the same volume and series give the same bytes.

    ``volume`` has rows along y and columns along x of patient space, as ``fiducial.phantoms.ct.scan`` draws it.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    series = series or Series()
    for number in range(len(volume.array)):
        with replacing(folder / f"{number:04d}.dcm") as temporary:
            dcmwrite(temporary, ct_slice(volume, number, series), enforce_file_format=True)
    return folder


def ct_slice(volume: Volume, number: int, series: Series) -> Dataset:
    """One slice, header and pixels."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = _uid(series, "image", str(number))
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.PatientID, dataset.PatientName = series.patient, f"Phantom^{series.patient}"
    dataset.PatientBirthDate = dataset.PatientSex = dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID = "20240101", "120000", "1"
    dataset.StudyInstanceUID = _uid(series, "study")
    dataset.SeriesInstanceUID = _uid(series, "series")
    dataset.FrameOfReferenceUID = series.frame or _uid(series, "frame")
    dataset.PositionReferenceIndicator = ""
    dataset.SeriesNumber, dataset.InstanceNumber, dataset.AcquisitionNumber = series.number, number + 1, 1
    dataset.SeriesDescription = series.description
    dataset.Manufacturer = "Phantom"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.Modality, dataset.KVP = "CT", 120
    dataset.PatientPosition = volume.header.get("PatientPosition", "HFS")
    _add_geometry(dataset, volume, number)
    _add_pixels(dataset, volume, number)
    return dataset


def _uid(series: Series, *level: str) -> str:
    return generate_uid(entropy_srcs=[series.patient, str(series.number), *level])


def _add_geometry(dataset: Dataset, volume: Volume, number: int) -> None:
    z, y, x = volume.spacing
    affine = volume.affine
    dataset.ImagePositionPatient = [f"{value:.10g}" for value in affine[:3] @ [number, 0, 0, 1]]
    dataset.ImageOrientationPatient = [f"{value:.10g}" for value in (*affine[:3, 2] / x, *affine[:3, 1] / y)]
    dataset.PixelSpacing = [f"{y:.10g}", f"{x:.10g}"]
    dataset.SliceThickness = f"{z:.10g}"


def _add_pixels(dataset: Dataset, volume: Volume, number: int) -> None:
    stored = (volume.array[number].astype(np.int32) + _OFFSET).clip(0, 4095).astype("<u2")
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = -_OFFSET, 1, "HU"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PixelData = stored.tobytes()
