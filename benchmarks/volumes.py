"""Reading a DICOM series into a volume against bare decoding of the same files: time, and the peak of memory."""

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import joblib
import numpy as np
from pydicom import Dataset, FileMetaDataset, dcmread, dcmwrite
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless

from benchmarks.timing import Row, in_a_process, peak_kilobytes
from fiducial.scans.volumes import read_volume

SLICES = 500
PACKED = 100  # JPEG 2000 takes thirty times as long to decode
WORKERS = 2
_SIDE = 512  # rows and columns


def volumes() -> Iterator[Row]:
    """Uncompressed slices against threads, JPEG 2000 against processes: for each kind the peer's faster way."""
    with tempfile.TemporaryDirectory() as scratch:
        plain, packed = Path(scratch, "plain"), Path(scratch, "packed")
        make_series(plain, SLICES)
        make_series(packed, PACKED, packed=True)
        yield _row("uncompressed", plain, SLICES, "threads")
        yield _row("JPEG 2000", packed, PACKED, "processes")


def make_series(folder: Path, count: int, *, packed: bool = False) -> None:
    """CT slices of noise over a disc, with a header of ordinary length, 1 mm apart."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    y, x = np.mgrid[:_SIDE, :_SIDE] - _SIDE / 2
    disc = 1000 * (x**2 + y**2 < (_SIDE / 3) ** 2)
    for number in range(count):
        pixels = (disc + generator.integers(0, 40, disc.shape)).astype("<u2")
        dataset = _slice(number, pixels)
        if packed:
            dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
        dcmwrite(folder / f"{number:05d}.dcm", dataset, enforce_file_format=True)


def threads(folder: Path) -> None:
    """The bare decoder in threads: stored values in the order of the names, not even stacked."""
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(_pixels, sorted(folder.iterdir())))


def processes(folder: Path) -> None:
    """The same in processes."""
    joblib.Parallel(n_jobs=WORKERS)(joblib.delayed(_pixels)(path) for path in sorted(folder.iterdir()))


def ours(folder: Path) -> None:
    """In order of place, as HU, checked, with an affine."""
    read_volume(folder, workers=WORKERS)


def _pixels(path: Path) -> np.ndarray:
    return dcmread(path).pixel_array


def _row(kind: str, folder: Path, count: int, peer: str) -> Row:
    theirs, mine = ([_measured(who, folder) for _ in range(3)] for who in (peer, "ours"))
    size = count * _SIDE * _SIDE * 2 / 2**20
    (their_time, their_peak), (my_time, my_peak) = min(theirs), min(mine)
    what = f"read_volume, {count} {kind} slices of {_SIDE} x {_SIDE} ({size:.0f} MB), peak {my_peak:,.0f} MB"
    return Row(
        what, my_time, f"{peer}: dcmread, pixel_array, peak {their_peak:,.0f} MB", their_time, "within 1.5x of its time"
    )


def _measured(who: str, folder: Path) -> tuple[float, float]:
    """Seconds, and MB at the peak of the process that hands out the work, in a process of its own."""
    seconds, kilobytes = in_a_process("benchmarks.volumes", who, str(folder))
    return seconds, kilobytes / 1024


def _slice(number: int, pixels: np.ndarray) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, f"1.2.826.1.{number + 1}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = "1.2.3", "1.2.3.4", "1.2.3.5"
    dataset.PatientName, dataset.PatientID, dataset.PatientPosition = "Phantom", "P1", "HFS"
    dataset.StudyDate, dataset.PatientSex, dataset.PatientAge = "20240229", "F", "050Y"
    dataset.Modality, dataset.Manufacturer, dataset.ManufacturerModelName = "CT", "ACME", "One"
    dataset.InstitutionName, dataset.KVP, dataset.SliceThickness = "Alder", "120", "1"
    dataset.ImageOrientationPatient, dataset.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [-180, -180, float(number)]
    dataset.PixelSpacing, dataset.ImageType = [0.7, 0.7], ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1024, "HU"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.PixelData = pixels.tobytes()
    return dataset


def main(who: str, folder: Path) -> None:
    """Do one of them and print seconds and peak kilobytes."""
    start = perf_counter()
    {"threads": threads, "processes": processes, "ours": ours}[who](folder)
    print(perf_counter() - start, peak_kilobytes())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
