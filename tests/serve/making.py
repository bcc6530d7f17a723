"""Images as they arrive at a service."""

from io import BytesIO

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, RLELossless

from fiducial.scans.dicom import quiet

STUDY = "1.2.3"


@quiet()
def radiograph(
    sop: str = "1.2.3.1.1",
    *,
    study: str = STUDY,
    grey: int = 200,
    syntax: UID = ExplicitVRLittleEndian,
    **elements: str,
) -> BytesIO:
    """A chest radiograph of one grey level, as a file in memory; ``elements``: what its header says otherwise."""
    data = Dataset()
    data.SOPClassUID = DigitalXRayImageStorageForPresentation
    data.SOPInstanceUID = UID(sop)
    data.StudyInstanceUID, data.SeriesInstanceUID = study, f"{study}.1"
    data.PatientID, data.PatientName, data.Modality = "P-17", "Doe^Jane", "DX"
    data.BodyPartExamined, data.ViewPosition, data.StudyDate = "CHEST", "PA", "20260101"
    data.Rows = data.Columns = 16
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    data.PixelData = np.full((16, 16), grey, np.uint8).tobytes()
    for keyword, value in elements.items():
        setattr(data, keyword, value)
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = data.SOPClassUID, UID(sop)
    if syntax != ExplicitVRLittleEndian:
        data.compress(syntax, generate_instance_uid=False)
    written = BytesIO()
    dcmwrite(written, data, enforce_file_format=True)
    written.seek(0)
    return written


__all__ = ["STUDY", "RLELossless", "radiograph"]
