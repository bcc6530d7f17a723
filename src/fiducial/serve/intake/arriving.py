"""One file as it arrives: which image of which study it is, and what a worklist shows of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_file
from fiducial.scans.dicom import MAGIC, MAGIC_AT, header_of, parse, quiet
from fiducial.scans.raster import read_raster
from fiducial.serve.errors import Mismatched, Refused
from fiducial.serve.intake.asked import ASKED_FOR

_UID = re.compile(r"^[0-9][0-9.]{0,63}$")
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_PICTURES = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"BM": ".bmp", b"II*\0": ".tif", b"MM\0*": ".tif"}
_OTHER = "OT"  # DICOM's modality of what has no other: a picture without a header


def is_uid(text: str) -> bool:
    """Whether it is digits and points, at most 64 of them: also a safe name of a file."""
    return _UID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Arriving:
    """``suffix``: how its file is called in the archive. What the header does not say is None."""

    study: str
    series: str
    sop: str
    hash: str
    size: int
    suffix: str
    modality: str
    patient_id: str | None = None
    patient_name: str | None = None
    description: str | None = None
    body_part: str | None = None
    acquired: str | None = None
    header: Mapping[str, str] = field(default_factory=dict)  # keyword -> text, of ``ASKED_FOR``

    @property
    def sop_class(self) -> str:
        """What kind of object it is; empty for a picture without a header."""
        return self.header.get("SOPClassUID", "")


@dataclass(frozen=True, slots=True)
class Announced:
    """What a sender said of an image before it sent it; None where it said nothing."""

    study: str | None = None
    sop: str | None = None
    sop_class: str | None = None

    def compare(self, image: Arriving) -> None:
        """Nothing where the image is what was said.

        Raises:
            Mismatched: it is another, of another kind, or of another study.
        """
        said = (("StudyInstanceUID", self.study, image.study), ("SOPInstanceUID", self.sop, image.sop))
        for keyword, wanted, found in (*said, ("SOPClassUID", self.sop_class, image.sop_class)):
            if wanted is not None and wanted != found:
                raise Mismatched(f"its {keyword} is {found or 'missing'}, but it was announced as {wanted}.")


def arriving(path: Path) -> Arriving:
    """What the file says of itself; a PNG, JPEG, BMP or TIFF is a study of its own, named by its content.

    Raises:
        Refused: it is neither DICOM nor a picture, is damaged, or lacks a UID that an archive needs.
    """
    with path.open("rb") as stream:
        start = stream.read(MAGIC_AT + len(MAGIC))
    if not start:
        raise Refused("is empty (0 bytes)")
    picture = next((suffix for magic, suffix in _PICTURES.items() if start.startswith(magic)), None)
    if picture is not None and start[MAGIC_AT:] != MAGIC:
        return _picture(path, picture)
    try:
        with quiet():
            dataset = parse(path)
            header = header_of(dataset)
    except UnusableInput as unreadable:
        raise Refused(str(unreadable)) from unreadable
    uids = [header.get(keyword, "").strip() for keyword in _UIDS]
    for keyword, uid in zip(_UIDS, uids, strict=True):
        if not is_uid(uid):
            found = f"is {uid[:70]!r}, which is no UID" if uid else "is missing"
            raise Refused(f"its {keyword} {found}. Mend it where the image comes from and send it again.")
    study, series, sop = uids
    told = {name: header.get(keyword, "").strip() or None for name, keyword in _SHOWN.items()}
    modality = header.get("Modality", "").strip() or _OTHER
    asked = {keyword: header[keyword].strip() for keyword in ASKED_FOR if keyword in header}
    return Arriving(study, series, sop, hash_file(path), path.stat().st_size, ".dcm", modality, **told, header=asked)


_SHOWN = {
    "patient_id": "PatientID",
    "patient_name": "PatientName",
    "description": "StudyDescription",
    "body_part": "BodyPartExamined",
    "acquired": "StudyDate",
}


def _picture(path: Path, suffix: str) -> Arriving:
    try:
        read_raster(path)  # a picture has nothing else by which a damaged one shows
    except UnusableInput as unreadable:
        raise Refused(str(unreadable)) from unreadable
    told = hash_file(path)
    uid = f"2.25.{int(told.removeprefix('sha256:')[:32], 16)}"  # a UID from 128 bits, as PS3.5 B.2 has it
    return Arriving(uid, f"{uid}.1"[:64], f"{uid}.1.1"[:64], told, path.stat().st_size, suffix, _OTHER)
