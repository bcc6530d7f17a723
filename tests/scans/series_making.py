"""Made-up CT series on the disk: a body of soft tissue in air, a little noise, in any place and order."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

AXIAL = (1, 0, 0, 0, 1, 0)
CORONAL = (1, 0, 0, 0, 0, -1)
SAGITTAL = (0, 1, 0, 0, 0, -1)


def body(slices: int = 5, rows: int = 12, columns: int = 10, seed: int = 0) -> npt.NDArray[np.int16]:
    """HU (slices, rows, columns): soft tissue in the middle, air around."""
    hounsfield = np.full((slices, rows, columns), -1000, np.int16)
    hounsfield[:, rows // 4 : -rows // 4, columns // 4 : -columns // 4] = 40
    return hounsfield + np.random.default_rng(seed).integers(-15, 16, hounsfield.shape).astype(np.int16)


def write_slice(path: Path, hounsfield: npt.NDArray[Any], position: Iterable[float], **elements: object) -> Path:
    """One slice (rows, columns), or frames; None as a value leaves an element out."""
    pixels = (hounsfield + 1024).astype("<u2") if hounsfield.dtype == np.int16 else hounsfield
    header = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": generate_uid(),
        "StudyInstanceUID": "1.2.3",
        "SeriesInstanceUID": "1.2.3.4",
        "FrameOfReferenceUID": "1.2.3.5",
        "SeriesDescription": "Chest 1.0",
        "PatientID": "p1",
        "Modality": "CT",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "ImagePositionPatient": [f"{value:.6g}" for value in position],
        "ImageOrientationPatient": list(AXIAL),
        "PixelSpacing": [0.8, 0.5],
        "SliceThickness": "2",
        "RescaleSlope": "1",
        "RescaleIntercept": "-1024",
        "Rows": pixels.shape[-2],
        "Columns": pixels.shape[-1],
        "BitsAllocated": pixels.dtype.itemsize * 8,
        "BitsStored": pixels.dtype.itemsize * 8,
        "HighBit": pixels.dtype.itemsize * 8 - 1,
        "PixelRepresentation": 0,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelData": pixels.tobytes(),
    }
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    with config.disable_value_validation():
        for keyword, value in (header | elements).items():
            if value is not None:
                setattr(dataset, keyword, value)
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(path, enforce_file_format=True)
    return path


def write_series(
    folder: Path, hounsfield: npt.NDArray[Any], heights: Iterable[float] | None = None, **elements: object
) -> Path:
    """Axial slices at the heights given (mm, 2 apart by default), named in that order."""
    places = [2.0 * number for number in range(len(hounsfield))] if heights is None else list(heights)
    for number, (plane, z) in enumerate(zip(hounsfield, places, strict=True)):
        write_slice(folder / f"{number:03d}.dcm", plane, (-10, -20, z), InstanceNumber=number + 1, **elements)
    return folder
