"""What one DICOM file says of each slice it holds: where it lies, how its numbers become HU, whose it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset
from pydicom.tag import Tag
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import header_of, parse_header
from fiducial.scans.headers import numbers, texts

Vector = npt.NDArray[np.float64]  # (3,), LPS

KEPT = (
    "PatientID", "FrameOfReferenceUID", "PatientPosition", "SeriesInstanceUID", "StudyInstanceUID", "Modality",
    "StudyDate", "SeriesDescription", "Manufacturer", "KVP", "SliceThickness", "ConvolutionKernel",
    "ContrastBolusAgent", "GantryDetectorTilt", "ImageType",
)  # fmt: skip
_GROUPS = (
    "PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence", "PixelValueTransformationSequence",
    "CTImageFrameTypeSequence",
)  # fmt: skip
_PLACE = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
_READ = tuple(
    Tag(keyword)
    for keyword in (
        *KEPT, *_PLACE, *_GROUPS, "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
        "RescaleSlope", "RescaleIntercept", "RescaleType", "SpacingBetweenSlices",
    )
)  # fmt: skip
_THICKNESS = ("SliceThickness", "SpacingBetweenSlices")
_CT = ("CT Image Storage", "Enhanced CT Image Storage", "Legacy Converted Enhanced CT Image Storage")
_LABELS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")  # Segmentation, Label Map Segmentation
_NOT_HU = {"OD", "MGML", "Z_EFF", "ED", "EDW", "PCT"}  # DICOM PS3.3 C.11.1.1.2
_PERFUSION = {"RCBF", "RCBV", "MTT", "TTP", "TMAX", "PERFUSION"}
_PLAIN = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)
_SKEW = 1e-2  # of two unit vectors that should be perpendicular


@dataclass(frozen=True, slots=True)
class Part:
    """What one file adds to a series: its header, parsed and as text; the pixels stay on the disk."""

    path: Path
    dataset: FileDataset
    pixels_at: int  # the offset in the file
    header: Mapping[str, str]

    @property
    def is_localizer(self) -> bool:
        """Whether it is a scout view. DICOM PS3.3 C.8.2.1.1.1."""
        return "LOCALIZER" in self.header.get("ImageType", "").upper().split("\\")

    @property
    def is_image(self) -> bool:
        """Whether it has pixels; a structured report, a plan or a directory has none."""
        return "Rows" in self.header and "Columns" in self.header

    @property
    def is_labels(self) -> bool:
        """Whether it is a segmentation."""
        return self.header.get("SOPClassUID") in _LABELS or self.header.get("Modality") == "SEG"

    @property
    def kind(self) -> str:
        """What it is, for a reader."""
        uid = self.header.get("SOPClassUID", "")
        return (UID(uid).name if uid else "") or self.header.get("Modality", "") or "DICOM of an unknown kind"


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice: ``frame`` counts within its file; lengths in mm, ``spacing`` is (rows, columns)."""

    part: Part
    frame: int
    header: Mapping[str, str]
    shape: tuple[int, int]
    position: Vector  # of the first voxel's centre
    down: Vector  # unit vector of growing rows
    right: Vector  # unit vector of growing columns
    spacing: tuple[float, float]
    thickness: float | None
    slope: float
    intercept: float

    @property
    def path(self) -> Path:
        """The file that it lies in."""
        return self.part.path

    @property
    def is_packed(self) -> bool:
        """Whether its pixels are encoded and must be unpacked."""
        return self.header.get("TransferSyntaxUID", ImplicitVRLittleEndian) not in _PLAIN

    @property
    def normal(self) -> Vector:
        """The unit vector along which slices ascend: to the head where the slice is axial, or else right x down."""
        normal = np.cross(self.right, self.down)
        axial = np.argmax(np.abs(normal)) == 2
        return -normal if axial and normal[2] < 0 else normal


def part_of(path: Path) -> Part:
    """Read the header of one file.

    Raises:
        UnusableInput: not DICOM, or damaged.
    """
    dataset, pixels_at = parse_header(path, _READ)
    return Part(path, dataset, pixels_at, header_of(dataset))


def slices_in(part: Part) -> Iterator[Slice]:
    """Every slice of one file.

    Raises:
        UnusableInput: no CT, labels, colours, or without what HU and geometry need.
    """
    _refuse_other_than_ct(part)
    shared = _groups(_first(part.dataset, "SharedFunctionalGroupsSequence"))
    frames = _items(part.dataset, "PerFrameFunctionalGroupsSequence")
    count = int((numbers(part.header, "NumberOfFrames") or [1])[0])
    if count > 1 and len(frames) != count:
        raise UnusableInput(f"holds {count} frames and says where {len(frames)} lie; export it as one file a slice")
    for number in range(max(1, count)):
        own = _groups(frames[number]) if frames else {}
        yield _slice(part, number, dict(part.header) | shared | own)


def _slice(part: Part, number: int, header: Mapping[str, str]) -> Slice:
    absent = [keyword for keyword in _PLACE if not numbers(header, keyword)]
    if absent:
        raise UnusableInput(
            f"lacks {' and '.join(absent)}, so nothing says where it lies; export the original series again"
        )
    position = numbers(header, "ImagePositionPatient")
    cosines = numbers(header, "ImageOrientationPatient")
    spacing = numbers(header, "PixelSpacing")
    values = [*position, *cosines, *spacing]
    if (len(position), len(cosines), len(spacing)) != (3, 6, 2) or not all(map(isfinite, values)) or min(spacing) <= 0:
        raise UnusableInput(f"has a damaged place ({', '.join(_PLACE)}); export the original series again")
    right, down = np.array(cosines[:3]), np.array(cosines[3:])
    if max(abs(right @ down), abs(right @ right - 1), abs(down @ down - 1)) > _SKEW:
        raise UnusableInput(
            f"has ImageOrientationPatient {header['ImageOrientationPatient']}: a singular affine, as these are no two "
            "perpendicular unit vectors; export the original series again"
        )
    slope, intercept = _rescale(header)
    thickness = [abs(one) for name in _THICKNESS for one in numbers(header, name) if one]
    shape = int(numbers(header, "Rows")[0]), int(numbers(header, "Columns")[0])
    right, down = right / np.linalg.norm(right), down / np.linalg.norm(down)
    return Slice(
        part, number, header, shape, np.array(position), down, right, (spacing[0], spacing[1]),
        thickness[0] if thickness else None, slope, intercept,
    )  # fmt: skip


def _refuse_other_than_ct(part: Part) -> None:
    header = part.header
    if part.is_labels:
        raise UnusableInput("is a segmentation (SEG), no scan; name the CT that it was drawn on")
    modality = header.get("Modality", "")
    if modality != "CT" and (modality or part.kind not in _CT):
        raise UnusableInput(f"is no CT but {modality or part.kind}; HU are needed, so name a CT")
    if not part.is_image:
        raise UnusableInput(f"holds no image ({part.kind}); name the CT itself")
    colours = header.get("PhotometricInterpretation", "MONOCHROME2")
    if not colours.startswith("MONOCHROME") or numbers(header, "SamplesPerPixel") not in ([], [1]):
        raise UnusableInput(f"holds colours ({colours}), a screenshot perhaps; HU are needed, so name the scan itself")


def _rescale(header: Mapping[str, str]) -> tuple[float, float]:
    slope, intercept = numbers(header, "RescaleSlope"), numbers(header, "RescaleIntercept")
    if len(slope) != 1 or len(intercept) != 1:
        raise UnusableInput(
            "is a CT without RescaleSlope and RescaleIntercept, so its numbers are no HU; export the original again"
        )
    if slope[0] == 0 or not isfinite(slope[0]) or not isfinite(intercept[0]):
        raise UnusableInput(
            f"has RescaleSlope {slope[0]:g} and RescaleIntercept {intercept[0]:g}, which give no HU; "
            "export the original again"
        )
    unit = header.get("RescaleType", "").upper()
    derived = _PERFUSION & {one for name in ("ImageType", "FrameType") for one in header.get(name, "").split("\\")}
    if unit in _NOT_HU or derived:
        told = unit if unit in _NOT_HU else " ".join(sorted(derived))
        raise UnusableInput(f"is a map computed from CT ({told}), not in HU; name the CT it was made of")
    return slope[0], intercept[0]


def _groups(item: Dataset | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _GROUPS if item is not None else ():
        inner = _first(item, name)
        found |= texts(inner) if inner is not None else {}
    return found


def _first(dataset: Dataset | None, keyword: str) -> Dataset | None:
    items = _items(dataset, keyword) if dataset is not None else []
    return items[0] if items else None


def _items(dataset: Dataset, keyword: str) -> list[Dataset]:
    try:
        return list(dataset.get(keyword) or [])
    except Exception:  # noqa: BLE001  (a malformed sequence says nothing; what then lacks is told by its name)
        return []
