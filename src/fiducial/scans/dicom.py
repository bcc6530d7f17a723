"""DICOM files into scans: any transfer syntax that the installed decoders read, with a short reason where none does."""

import math
import re
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import BinaryIO

import numpy as np
from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_dataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import unpack_bits
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from fiducial.errors import UnusableInput
from fiducial.scans.headers import measures, numbers, texts, values_of
from fiducial.scans.identifying import identifying
from fiducial.scans.scan import GREY_AXES, Array, Scan, native

MAGIC = b"DICM"
MAGIC_AT = 128
PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_LAYOUT = tuple(
    Tag(keyword)
    for keyword in (
        "SamplesPerPixel", "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "PixelRepresentation"
    )
)  # fmt: skip
_PIXELS_NEED = (
    *_LAYOUT,
    *(Tag(name) for name in ("HighBit", "PhotometricInterpretation", "PlanarConfiguration", "SOPClassUID")),
)
_PIXEL_DATA = Tag("PixelData")
_COLOURS = Tag("PhotometricInterpretation")
_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"  # DICOM PS3.5 A.4.13, newer than pydicom 3.0


def read_dicom(path: Path) -> Scan:
    """Read header and pixels of one file.

    Raises:
        UnusableInput: not DICOM, without an image, cut off, or in an encoding that no installed decoder reads.
    """
    return scan_of(parse(path))


def parse(path: Path) -> FileDataset:
    """Parse one file, with or without its preamble; pixels are not decoded yet.

    Raises:
        UnusableInput: the file is not DICOM or cannot be opened.
    """
    return _parse(path, path)


def parse_header(path: Path, tags: Sequence[BaseTag]) -> tuple[FileDataset, int]:
    """Parse the named elements before the pixels, and give the offset at which the rest of the file begins.

    Raises:
        UnusableInput: as ``parse``.
    """
    try:
        with path.open("rb") as stream:
            dataset = _parse(path, stream, [*_PIXELS_NEED, *tags], pixels=False)
            return dataset, stream.tell()
    except OSError as refused:
        raise UnusableInput(f"cannot be read ({refused.strerror or refused})") from refused


def parse_before_pixels(path: Path) -> FileDataset:
    """Parse everything that stands before the pixels, which are not read.

    Raises:
        UnusableInput: as ``parse``.
    """
    return _parse(path, path, pixels=False)


def parse_pixels(path: Path, header: FileDataset, offset: int) -> FileDataset:
    """``header`` with the pixels that begin at ``offset``: what ``parse_header`` gave, in a quarter of a whole parse.

    Raises:
        UnusableInput: as ``parse``.
    """
    if _syntax(header) == DeflatedExplicitVRLittleEndian:  # there the offset is one of the unpacked text
        return parse(path)
    try:
        with quiet(), path.open("rb") as stream:
            stream.seek(offset)
            implicit, little = header.original_encoding
            rest = read_dataset(stream, bool(implicit), bool(little))
            # The header keeps no pixels: it stays in memory for as long as a series is read.
            whole = FileDataset(
                path, rest, file_meta=header.file_meta, is_implicit_VR=bool(implicit), is_little_endian=bool(little)
            )
            whole.update(header)
    except OSError as refused:
        raise UnusableInput(f"cannot be read ({refused.strerror or refused})") from refused
    except Exception as wrong:  # pydicom raises what its converters raise
        raise UnusableInput(f"is damaged DICOM ({type(wrong).__name__}: {short(wrong)})") from wrong
    return whole


def _parse(
    path: Path, source: Path | BinaryIO, tags: list[BaseTag] | None = None, *, pixels: bool = True
) -> FileDataset:
    """All of it, or only the elements that ``tags`` name, with or without the pixels."""
    try:
        with quiet():
            dataset = dcmread(source, force=True, specific_tags=tags, stop_before_pixels=not pixels)
            holds_something = any(keyword in dataset for keyword in ("SOPClassUID", *PIXEL_KEYWORDS))
    except OSError as refused:
        raise UnusableInput(f"cannot be read ({refused.strerror or refused})") from refused
    except (InvalidDicomError, EOFError) as wrong:
        raise UnusableInput(f"is not DICOM ({short(wrong)})") from wrong
    except Exception as wrong:  # pydicom raises what its converters raise
        raise UnusableInput(f"is damaged DICOM ({type(wrong).__name__}: {short(wrong)})") from wrong
    if not holds_something:
        raise UnusableInput(_why_empty(path, dataset))
    return dataset


def scan_of(dataset: FileDataset) -> Scan:
    """The scan in a parsed file.

    Raises:
        UnusableInput: it holds no image, or one that cannot be decoded.
    """
    with quiet():
        header = measures(dataset) | texts(dataset)
        return Scan(pixels_of(dataset), spacing_of(header), header)


def header_of(dataset: FileDataset) -> dict[str, str]:
    """Keyword -> short text of a parsed file, with the transfer syntax that its file meta names."""
    with quiet():
        syntax = _syntax(dataset)
        return texts(dataset) | ({"TransferSyntaxUID": str(syntax)} if syntax else {})


def identifying_of(dataset: FileDataset) -> str:
    """The keywords of a parsed file's elements that identify someone and are not empty, with a space between."""
    with quiet():
        return identifying(dataset)


def pixels_of(dataset: FileDataset) -> Array:
    """Stored values (slices, rows, columns), colour and expanded palettes with a last axis of 3.

    Raises:
        UnusableInput: it holds no image, or one that cannot be decoded.
    """
    with quiet():
        plain = _plain(dataset)
    if plain is not None:
        return plain
    if not any(keyword in dataset for keyword in PIXEL_KEYWORDS):
        raise UnusableInput(f"holds no image ({_kind(dataset)})")
    with quiet():
        array = _decoded(dataset)
    if array.size == 0:
        raise UnusableInput("holds an image without pixels")
    colour = dataset.get("SamplesPerPixel", 1) != 1 or dataset.get("PhotometricInterpretation") == "PALETTE COLOR"
    while array.ndim < GREY_AXES + colour:
        array = array[np.newaxis]
    return native(array)


def spacing_of(header: Mapping[str, str]) -> tuple[float, float, float] | None:
    """(z, y, x) in mm as a header gives it; z is NaN where it gives no distance between slices."""
    for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
        plane = numbers(header, keyword)
        if len(plane) == 2 and min(plane) > 0:
            break
    else:
        return None
    apart = numbers(header, "SpacingBetweenSlices") or numbers(header, "SliceThickness")
    z = abs(apart[0]) if apart and apart[0] else math.nan
    return (z, plane[0], plane[1])


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing that pydicom or a decoder warns of reaches the terminal: what matters ends in pixels or in a reason."""
    # A value that breaks the standard's rules is the daily bread of an archive: it is read as it stands.
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def short(wrong: BaseException) -> str:
    """The first sentence of a message, or what stands before its dash, on one line."""
    text = " ".join(str(wrong).split())
    first = re.split(r"(?<=[a-z0-9)'])(?:\. | - )", text)[0]
    return shorten(first.rstrip("."), 160, placeholder=" ...")


def _plain(dataset: FileDataset) -> Array | None:
    """Grey pixels that lie in the file as they are, in half of pydicom's time; None for any other kind."""
    if _syntax(dataset) not in (ImplicitVRLittleEndian, ExplicitVRLittleEndian) or not _is_monochrome(dataset):
        return None
    samples, frames, rows, columns, bits, used, signed = (_whole(dataset, tag) for tag in _LAYOUT)
    shape = (frames or 1, rows or 0, columns or 0)
    content = dataset.get_item(_PIXEL_DATA).value if _PIXEL_DATA in dataset else None
    if samples != 1 or bits not in (8, 16) or not used or used > bits or signed is None:
        return None
    size = math.prod(shape) * bits // 8
    if not isinstance(content, bytes) or not 0 < size <= len(content) <= size + size % 2:
        return None  # cut off or padded: pydicom knows what to say
    stored = np.frombuffer(content[:size], f"<{'i' if signed else 'u'}{bits // 8}").reshape(shape)
    spare = bits - used  # what other devices wrote into unused bits is no part of the value
    return native((stored << spare) >> spare if signed else stored & ((1 << used) - 1))


def _whole(dataset: FileDataset, tag: BaseTag) -> int | None:
    values = values_of(dataset, tag) if tag in dataset else []
    return int(values[0]) if len(values) == 1 and values[0].isdigit() else None


def _is_monochrome(dataset: FileDataset) -> bool:
    return _COLOURS in dataset and values_of(dataset, _COLOURS) in (["MONOCHROME1"], ["MONOCHROME2"])


def _decoded(dataset: FileDataset) -> Array:
    _supply_transfer_syntax(dataset)
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        array = _inflated(dataset) if syntax == _DEFLATED_FRAMES else dataset.pixel_array
        if dataset.get("PhotometricInterpretation") == "PALETTE COLOR":
            array = apply_color_lut(array, dataset)
    except UnusableInput:
        raise
    except Exception as wrong:  # every decoder has errors of its own
        raise UnusableInput(_why_not(syntax, wrong)) from wrong
    return array


def _supply_transfer_syntax(dataset: FileDataset) -> None:
    """Where the file meta names none, the encoding that the header was parsed with is the only witness."""
    if getattr(dataset, "file_meta", None) is None:
        dataset.file_meta = FileMetaDataset()
    if _syntax(dataset):
        return
    implicit, little = dataset.original_encoding
    if implicit:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    else:
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _syntax(dataset: FileDataset) -> UID | None:
    meta = getattr(dataset, "file_meta", None)
    named: UID | None = meta.get("TransferSyntaxUID") if meta is not None else None
    return named or None


def _inflated(dataset: Dataset) -> Array:
    count = int(dataset.get("NumberOfFrames") or 1)
    if dataset.BitsAllocated not in (1, 8, 16) or dataset.get("SamplesPerPixel", 1) != 1:
        raise UnusableInput("deflated frames are read with 1, 8 or 16 bits and one sample; re-encode the file")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    frames = []
    for packed in generate_frames(dataset.PixelData, number_of_frames=count):
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, rows * columns * 2)
        if dataset.BitsAllocated == 1:
            frame = np.asarray(unpack_bits(content))
        else:
            frame = np.frombuffer(content, "<u1" if dataset.BitsAllocated == 8 else "<u2")
        frames.append(frame[: rows * columns].reshape(rows, columns))
    return np.stack(frames)


def _why_empty(path: Path, dataset: Dataset) -> str:
    with path.open("rb") as stream:
        start = stream.read(MAGIC_AT + len(MAGIC))
    if not start:
        return "is empty (0 bytes)"
    if start[MAGIC_AT:] != MAGIC:
        return "is not DICOM"
    if len(dataset):
        return "is cut off: its header ends before it says what it is; copy the file again"
    return "is cut off right behind its file header; copy the file again"


def _why_not(syntax: UID, wrong: Exception) -> str:
    said = " ".join(str(wrong).split())
    if "less than expected" in said or "fewer" in said or "unexpected end" in said.lower():
        return f"is cut off: {short(wrong).split(' - ')[0]}; copy the file again"
    if isinstance(wrong, NotImplementedError) or "plugins" in said:
        detail = said.split("plugins: ")[-1] if "plugins: " in said else said
        return (
            f"cannot be decoded from {syntax.name} ({detail[:160]}); "
            "re-encode it uncompressed, for example with `gdcmconv --raw`"
        )
    return f"cannot be decoded from {syntax.name} ({type(wrong).__name__}: {short(wrong)})"


def _kind(dataset: Dataset) -> str:
    uid = dataset.get("SOPClassUID")
    return UID(str(uid)).name if uid else "its header does not say what it is"
