"""Images as they arrive at a service."""

from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, RLELossless

from fiducial.scans.dicom import quiet
from fiducial.serve.database.opening import Database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.intake.limits import Limits
from fiducial.serve.queue.queue import Queue
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.web.state import Service
from fiducial.serve.work.outputs import Outputs
from fiducial.serve.work.tuned import Tuned
from fiducial.serve.work.worker import Employment, Worker

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


def service_of(database: Database, folder: Path, pipeline: Path) -> Service:
    """A service without processes of its own: what is asked waits until ``answer`` answers it."""
    tuned = Tuned.open(pipeline)
    queue = Queue(database)
    revisions = Revisions(database, Catalogue(tuned.declared))
    revisions.begin()
    archive = Archive(database, folder, Limits(image=1 << 20))
    completing = Completing(database, queue)
    return Service(tuned.pipeline.name, database, queue, archive, completing, revisions, LiveSettings(revisions), tuned)


def answer(service: Service, *images: BytesIO) -> None:
    """Take images and work on all that waits, as a worker process would."""
    studies = {service.archive.keep(image, "test").study for image in images}
    for study in studies:
        service.completing.complete(study)
    tuned = Tuned.open(service.tuned.pipeline.where) if service.tuned else None
    assert tuned is not None
    told = Employment("w", service.database.address, service.archive.folder, tuned.pipeline.where)
    worker = Worker(told, service.database, service.queue, tuned, LiveSettings(service.revisions), Outputs(()))
    while worker.turn():
        pass


__all__ = ["STUDY", "RLELossless", "answer", "radiograph", "service_of"]
