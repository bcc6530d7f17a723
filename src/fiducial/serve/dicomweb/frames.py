"""Frames of an image: as they lie in the file, or decoded to plain little-endian values (PS3.18 8.7.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import error as struct_error

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
_LAYOUT = {"NumberOfFrames": 1, "Rows": 0, "Columns": 0, "SamplesPerPixel": 1, "BitsAllocated": 8}
_VALUE_AT = {True: 8, False: 12}  # behind tag, VR and length of an element with implicit or explicit VR, PS3.5 7.1


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of one file. ``at``: where its pixel data element begins. ``bits``: of one frame."""

    path: Path
    header: Dataset
    syntax: UID
    at: int
    count: int
    bits: int

    @classmethod
    def open(cls, path: Path) -> "Frames":
        """Read the header.

        Raises:
            UnusableInput: it holds no image, or its header cannot be read.
        """
        try:
            with quiet(), path.open("rb") as stream:
                header = dcmread(stream, force=True, stop_before_pixels=True)
                at = stream.tell()
                count, rows, columns, samples, depth = (int(header.get(name) or one) for name, one in _LAYOUT.items())
                implicit, _ = header.original_encoding
                guessed = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian  # where there is no file meta
                syntax = UID(header.file_meta.get("TransferSyntaxUID") or guessed)
                _ = syntax.is_encapsulated  # which it knows of transfer syntaxes alone
        except Exception as wrong:  # pydicom raises what its converters raise
            raise UnusableInput(f"{path.stem}: its header cannot be read ({type(wrong).__name__})") from wrong
        if rows * columns == 0:
            raise UnusableInput(f"{path.stem}: holds no image, so there are no frames of it.")
        return cls(path, header, syntax, at, max(1, count), rows * columns * samples * depth)

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
        """One frame as it lies in the file.

        Raises:
            UnusableInput: the pixel data are damaged.
        """
        if not self.syntax.is_encapsulated:
            return self.decoded(number)
        try:
            with self.path.open("rb") as stream:
                stream.seek(self.at + _VALUE_AT[False])
                return get_frame(stream, number - 1, number_of_frames=self.count)
        except (ValueError, struct_error, OverflowError) as damaged:
            raise UnusableInput(f"its pixel data are damaged ({type(damaged).__name__})") from damaged

    def decoded(self, number: int) -> bytes:
        """One frame as plain little-endian values, bits of a mask packed eight to a byte.

        Raises:
            UnusableInput: no installed decoder reads it, or the pixel data end too early.
        """
        if self.syntax in _NATIVE and self.bits % 8 == 0:
            return self._slice(number - 1)
        try:
            with quiet():
                array = pixel_array(self.path, index=number - 1, raw=True)
        except Exception as wrong:  # decoders raise what they raise
            raise UnusableInput(f"cannot be decoded ({type(wrong).__name__})") from wrong
        if self.header.get("BitsAllocated") == 1:
            return np.packbits(array.ravel(), bitorder="little").tobytes()
        return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()

    def _slice(self, index: int) -> bytes:
        length = self.bits // 8
        with self.path.open("rb") as stream:
            stream.seek(self.at + _VALUE_AT[self.syntax == ImplicitVRLittleEndian] + index * length)
            found = stream.read(length)
        if len(found) < length:
            raise UnusableInput(f"the pixel data end before frame {index + 1} does.")
        return found
