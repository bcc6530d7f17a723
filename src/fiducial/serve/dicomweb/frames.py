"""Frames of an image: as they lie in the file, or decoded to plain little-endian values (PS3.18 8.7.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import quiet

PLAIN = "application/octet-stream"
_KINDS = {  # PS3.18 table 8.7.3-5
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.92": "image/jpx",
    "1.2.840.10008.1.2.4.93": "image/jpx",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}
_NATIVE = {ExplicitVRLittleEndian, ImplicitVRLittleEndian}
_LENGTH_AT = {True: 4, False: 8}  # of the value's length within an element with implicit or explicit VR, PS3.5 7.1


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of one file. ``at``: where its pixel data element begins."""

    path: Path
    header: Dataset
    syntax: UID
    at: int

    @classmethod
    def open(cls, path: Path) -> "Frames":
        """Read the header.

        Raises:
            UnusableInput: it holds no image.
        """
        with quiet(), path.open("rb") as stream:
            header = dcmread(stream, force=True, stop_before_pixels=True)
            at = stream.tell()
        if "Rows" not in header or "Columns" not in header:
            raise UnusableInput(f"{path.stem}: holds no image, so there are no frames of it.")
        meta = header.file_meta.get("TransferSyntaxUID")
        return cls(
            path,
            header,
            UID(meta or (ImplicitVRLittleEndian if header.original_encoding[0] else ExplicitVRLittleEndian)),
            at,
        )

    @property
    def count(self) -> int:
        """How many there are."""
        return max(1, int(self.header.get("NumberOfFrames") or 1))

    @property
    def kind(self) -> str:
        """The media type of a frame as it lies in the file."""
        return _KINDS.get(str(self.syntax), PLAIN)

    def checked(self, numbers: Sequence[int]) -> Sequence[int]:
        """The numbers, from 1 on.

        Raises:
            UnusableInput: there is no such frame.
        """
        for number in numbers:
            if not 1 <= number <= self.count:
                raise UnusableInput(f"there is no frame {number}; the image has {self.count}.")
        return numbers

    def stored(self, number: int) -> bytes:
        """One frame as it lies in the file."""
        if not self.syntax.is_encapsulated:
            return self.decoded(number)
        with self.path.open("rb") as stream:
            stream.seek(self.at + 12)  # behind tag, VR and length
            return get_frame(stream, number - 1, number_of_frames=self.count)

    def decoded(self, number: int) -> bytes:
        """One frame as plain little-endian values, bits of a mask packed eight to a byte.

        Raises:
            UnusableInput: no installed decoder reads it.
        """
        if self.syntax in _NATIVE and "PixelRepresentation" in self.header and self._bits % 8 == 0:
            with self.path.open("rb") as stream:
                return self._slice(stream, number - 1)
        try:
            with quiet():
                array = pixel_array(self.path, index=number - 1, raw=True)
        except Exception as wrong:
            raise UnusableInput(f"cannot be decoded ({type(wrong).__name__})") from wrong
        if self.header.get("BitsAllocated") == 1:
            return np.packbits(array.ravel(), bitorder="little").tobytes()
        return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()

    @property
    def _bits(self) -> int:
        layout = (self.header.get(name, 1) for name in ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated"))
        return prod(int(one) for one in layout)

    def _slice(self, stream: BinaryIO, index: int) -> bytes:
        length = self._bits // 8
        stream.seek(self.at + _LENGTH_AT[self.syntax == ImplicitVRLittleEndian] + 4 + index * length)
        found = stream.read(length)
        if len(found) < length:
            raise UnusableInput(f"the pixel data end before frame {index + 1} does.")
        return found
