"""What outputs are made of: the result of a study as it was kept, and the headers of the images it is about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from fiducial.scans.dicom import parse_before_pixels, quiet
from fiducial.scans.slices import part_of, slices_in
from fiducial.scans.stacking import in_order
from fiducial.serve.overrides import Review
from fiducial.serve.studies import ImageRow, StudyRow

# Type 2 in the modules of patient and study: must be there, may be empty (DICOM PS3.3 C.7.1.1, C.7.2.1).
_MAY_BE_EMPTY = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What was decided about one image or one series. ``document``: as ``fiducial run`` writes it."""

    document: Mapping[str, Any]
    images: Sequence[ImageRow]
    folder: Path

    @property
    def uid(self) -> str:
        """Of the image or of the series."""
        return str(self.document["study"])

    @property
    def is_dicom(self) -> bool:
        """Whether it has a header that an output in DICOM can refer to."""
        return all(one.path.endswith(".dcm") for one in self.images)

    @cached_property
    def headers(self) -> list[Dataset]:
        """Its images without pixels, as they lie along the normal.

        Raises:
            UnusableInput: an image cannot be read any more.
        """
        paths = [self.folder / one.path for one in self.images]
        if len(paths) > 1:
            paths = [one.path for one in in_order([one for path in paths for one in slices_in(part_of(path))])]
        return [_header(path) for path in paths]


@dataclass(frozen=True)
class Given:
    """``document``: the result, as it was kept."""

    study: StudyRow
    document: Mapping[str, Any]
    images: Sequence[ImageRow]
    folder: Path
    reviews: Sequence[Review] = ()  # what readers said of it

    @property
    def at(self) -> float:
        """When it was decided, in seconds since 1970."""
        return float(self.document["decided"])

    @property
    def revision(self) -> int:
        """Of the study: how often it was complete."""
        return int(self.document["revision"])

    @property
    def pipeline(self) -> Mapping[str, Any]:
        """Name, version and identity of what decided."""
        found: Mapping[str, Any] = self.document["pipeline"]
        return found

    @cached_property
    def parts(self) -> list[Part]:
        """What was decided about, in the order of the result."""
        return list(self._parts())

    def _parts(self) -> Iterator[Part]:
        for document in self.document["parts"]:
            uid = document["study"]
            images = [one for one in self.images if uid in {one.sop, one.series}]
            yield Part(document, images, self.folder)


@quiet()
def _header(path: Path) -> Dataset:
    dataset = parse_before_pixels(path)
    for keyword in _MAY_BE_EMPTY:
        if keyword not in dataset:
            setattr(dataset, keyword, "")
    dataset.decode()  # names in whatever letters they came; all outputs are written in UTF-8
    dataset.SpecificCharacterSet = "ISO_IR 192"
    return dataset
