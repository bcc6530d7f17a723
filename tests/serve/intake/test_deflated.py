"""A data set that is packed as a whole is unpacked within limits."""

from io import BytesIO

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.uid import DeflatedExplicitVRLittleEndian

from fiducial.scans.dicom import quiet
from fiducial.serve.errors import Refused, TooLarge
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.limits import MIB, Limits
from serve.making import radiograph


@quiet()
def deflated(pixels: int) -> bytes:
    data = dcmread(radiograph())
    data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data.PixelData = bytes(pixels)
    written = BytesIO()
    dcmwrite(written, data, enforce_file_format=True)
    return written.getvalue()


@pytest.fixture
def small(archive: Archive) -> Archive:
    return Archive(archive.database, archive.folder, Limits(image=MIB))


def test_one_that_unpacks_to_what_is_taken_is_kept(small: Archive) -> None:
    assert small.keep(BytesIO(deflated(256)), "test").new


@pytest.mark.parametrize("beginning", [0, 132], ids=["whole", "without a preamble"])
def test_one_that_unpacks_to_more_is_refused_before_it_is_unpacked(small: Archive, beginning: int) -> None:
    content = deflated(8 * MIB)
    assert len(content) < MIB // 64
    with pytest.raises(TooLarge, match="unpacks to more than 1 MiB"):
        small.keep(BytesIO(content[beginning:]), "test")


def test_one_that_is_damaged_is_told(small: Archive) -> None:
    content = bytearray(deflated(256))
    content[-40:] = bytes(40)
    content[-200:-100] = b"\xff" * 100
    with pytest.raises(Refused):
        small.keep(BytesIO(bytes(content)), "test")
