"""Fixtures that every room's tests share."""

import fcntl
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, settings
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

# A busy machine is no fault of the code: speed is measured in benchmarks, never asserted here. The same commit draws
# the same examples; `pytest --hypothesis-profile search` draws others.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("search"), derandomize=True)
settings.load_profile("same")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images and tables; tests that need it are skipped where it is absent."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data are not here ({folder})")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``fiducial demo --out demo --json``, once for all workers: `begun`, `told.txt`, `document.json`; read only."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "story"
    (shared / "begun").mkdir(parents=True, exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "told.txt").exists():
            command = [sys.executable, "-m", "fiducial", "demo", "--out", "demo", "--json"]
            done = subprocess.run(command, cwd=shared / "begun", capture_output=True, text=True, check=True)  # noqa: S603  (ours)
            (shared / "document.json").write_text(done.stdout)
            (shared / "told.txt").write_text(done.stderr)
    return shared


@pytest.fixture
def write_dicom(tmp_path: Path) -> Callable[..., Path]:
    """Write a CT slice: ``write_dicom("a.dcm", pixels, PatientAge="071Y")``; None as a value leaves an element out."""

    def write(name: str, pixels: npt.NDArray[Any] | None = None, **elements: object) -> Path:
        array = np.arange(20, dtype=np.uint16).reshape(4, 5) if pixels is None else pixels
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with config.disable_value_validation(), warnings.catch_warnings(action="ignore"):
            for keyword, value in (_ct_slice(array) | elements).items():
                if value is not None:
                    setattr(dataset, keyword, value)
            dataset.save_as(path, enforce_file_format=True)
        return path

    return write


def _ct_slice(array: npt.NDArray[Any]) -> dict[str, object]:
    bits = array.dtype.itemsize * 8
    return {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": generate_uid(),
        "StudyInstanceUID": "1.2.3",
        "SeriesInstanceUID": "1.2.3.4",
        "PatientID": "p1",
        "Modality": "CT",
        "Rows": array.shape[-2],
        "Columns": array.shape[-1],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(array.dtype.kind == "i"),
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelData": array.tobytes(),
    }
