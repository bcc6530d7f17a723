"""Reading DICOM files into a cohort against a bare parallel loop over pydicom: time, and the peak of memory."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import joblib
import numpy as np
from pydicom import Dataset, FileMetaDataset, dcmread, dcmwrite
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

import fiducial as fd
from benchmarks.timing import Row, in_a_process, peak_kilobytes

FILES = 10_000
WORKERS = 2
_DISTINCT = 2000  # the others are further names (hard links) of these
_SIDE = 512  # rows and columns


def reading() -> Iterator[Row]:
    """Ten thousand files against parse and ``pixel_array`` in two processes; then memory at 1,000 and at 10,000."""
    with tempfile.TemporaryDirectory() as scratch:
        few, many = Path(scratch, "few"), Path(scratch, "many")
        make_files(few, FILES // 10)
        make_files(many, FILES)
        bare(many)  # warms the disk's cache and the processes for both
        theirs, ours = _seconds("bare", many), _seconds("ours", many)
        what = f"cohort build, {FILES:,} DICOM files of {_SIDE} x {_SIDE}, {WORKERS} processes"
        yield Row(what, ours[0], "joblib loop: dcmread, pixel_array", theirs[0], "within 1.3x of its time")
        small = _seconds("ours", few)
        growth = (
            f"peak memory of the build: {small[1]:,.0f} MB at {FILES // 10:,} files, {ours[1]:,.0f} MB at {FILES:,}"
        )
        yield Row(growth, ours[0], f"the loop: {theirs[1]:,.0f} MB", None, "flat")


def make_files(folder: Path, count: int) -> None:
    """CT slices of noise over a disc, with a header of ordinary length, four to a study."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    y, x = np.mgrid[:_SIDE, :_SIDE] - _SIDE / 2
    disc = 1000 * (x**2 + y**2 < (_SIDE / 3) ** 2)
    for number in range(count):
        path = folder / f"{number:05d}.dcm"
        if number < _DISTINCT:
            pixels = (disc + generator.integers(0, 200, disc.shape)).astype("<u2")
            dcmwrite(path, _slice(number, pixels), enforce_file_format=True)
        else:
            os.link(folder / f"{number % _DISTINCT:05d}.dcm", path)


def bare(folder: Path) -> None:
    """What anyone would write."""
    paths = sorted(folder.iterdir())
    joblib.Parallel(n_jobs=WORKERS)(joblib.delayed(_one)(path) for path in paths)


def ours(folder: Path) -> None:
    """The build as the command makes it, with its journal."""
    with tempfile.TemporaryDirectory() as scratch:
        source = fd.Source(folder, fd.Unit.IMAGE, workers=WORKERS, journal=Path(scratch, "journal"))
        fd.write_cohort(fd.build_cohort(source).cohort, Path(scratch, "cohort.parquet"))


def _one(path: Path) -> int:
    return int(dcmread(path).pixel_array.size)


def _seconds(who: str, folder: Path) -> tuple[float, float]:
    """Seconds, and MB at the peak of the process that hands out the work, in a process of its own."""
    seconds, kilobytes = in_a_process("benchmarks.reading", who, str(folder))
    return seconds, kilobytes / 1024


def _slice(number: int, pixels: np.ndarray) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, f"1.2.826.1.{number + 1}"
    dataset.StudyInstanceUID = dataset.FrameOfReferenceUID = f"1.2.826.2.{number // 4 + 1}"
    dataset.SeriesInstanceUID = f"1.2.826.3.{number // 4 + 1}"
    dataset.PatientName, dataset.PatientID = f"Phantom^{number // 8}", f"P{number // 8:05d}"
    dataset.StudyDate, dataset.PatientSex, dataset.PatientAge = "20240229", "F", "050Y"
    dataset.Modality, dataset.Manufacturer, dataset.ManufacturerModelName = "CT", "ACME", "One"
    dataset.InstitutionName, dataset.KVP, dataset.SliceThickness = "Alder", "120", "1.5"
    dataset.PixelSpacing, dataset.ImagePositionPatient = [0.7, 0.7], [0, 0, float(number % 4)]
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.PixelData = pixels.tobytes()
    return dataset


def main(who: str, folder: Path) -> None:
    """Do one of the two and print seconds and peak kilobytes."""
    start = perf_counter()
    {"bare": bare, "ours": ours}[who](folder)
    print(perf_counter() - start, peak_kilobytes())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
