"""A format is known by content; bits are those that the header names."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fiducial.scans.properties import format_of, properties
from fiducial.scans.scan import Scan


@pytest.mark.parametrize(("suffix", "name"), [("png", "PNG"), ("jpg", "JPEG"), ("bmp", "BMP"), ("tif", "TIFF")])
def test_a_format_is_known_by_its_content(tmp_path: Path, suffix: str, name: str) -> None:
    Image.fromarray(np.zeros((4, 5), dtype=np.uint8)).save(tmp_path / f"a.{suffix}")
    (tmp_path / f"a.{suffix}").rename(tmp_path / "unnamed")
    assert format_of(tmp_path / "unnamed") == {"format": name}


def test_a_dicom_file_is_told_with_its_transfer_syntax() -> None:
    header = {"SOPClassUID": "1.2", "TransferSyntaxUID": "1.2.840.10008.1.2.4.90"}
    assert format_of(Path("a.dcm"), header) == {"format": "DICOM, JPEG 2000 Image Compression (Lossless Only)"}


def test_what_is_no_image_or_not_there_has_no_format(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    assert format_of(tmp_path / "a.txt") == format_of(tmp_path / "b.txt") == {"format": None}


def test_shape_colour_and_bits_are_counted() -> None:
    colour = Scan(np.zeros((1, 4, 5, 3), dtype=np.uint8), None, {})
    assert properties(colour) == {"rows": 4, "columns": 5, "channels": 3, "bits": 8}
    assert properties(Scan(np.zeros((1, 4, 5), dtype=np.uint16), None, {"BitsStored": "12"}))["bits"] == 12
