"""What may be sent: every storage class in every transfer syntax that is a file of images."""

from functools import cache
from typing import Any, Self

from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pynetdicom import ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.service_class import StorageServiceClass
from pynetdicom.sop_class import register_uid

UNCOMPRESSED = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
)
VERIFICATION = UID("1.2.840.10008.1.1")
_NEWER = (
    "1.2.840.10008.1.2.5",  # RLE
    "1.2.840.10008.1.2.1.98",  # encapsulated uncompressed
    "1.2.840.10008.1.2.4.110",  # JPEG XL
    "1.2.840.10008.1.2.4.111",
    "1.2.840.10008.1.2.4.112",
    "1.2.840.10008.1.2.4.201",  # HTJ2K
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.8.1",  # deflated frames
)
_POINTERS = {"1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95"}  # JPIP: the pixels lie on another machine
# pynetdicom knows neither what is newer than it nor what old scanners still send. PS3.6 A.
_UNKNOWN = {
    "1.2.840.10008.5.1.4.1.1.66.7": "LabelMapSegmentationStorage",
    "1.2.840.10008.5.1.4.1.1.66.8": "HeightMapSegmentationStorage",
    "1.2.840.10008.5.1.4.1.1.3": "UltrasoundMultiFrameImageStorageRetired",
    "1.2.840.10008.5.1.4.1.1.5": "NuclearMedicineImageStorageRetired",
    "1.2.840.10008.5.1.4.1.1.6": "UltrasoundImageStorageRetired",
    "1.2.840.10008.5.1.4.1.1.12.3": "XRayAngiographicBiPlaneImageStorage",
    "1.2.840.10008.5.1.4.1.1.77.1": "VLImageStorageTrial",
    "1.2.840.10008.5.1.4.1.1.77.2": "VLMultiFrameImageStorageTrial",
    "1.2.840.10008.5.1.4.1.1.601.1": "EddyCurrentImageStorage",
    "1.2.840.10008.5.1.4.1.1.601.2": "EddyCurrentMultiFrameImageStorage",
}


class _Shared(list[PresentationContext]):
    """Contexts that an association reads and never changes: pynetdicom copies them for each, which takes 40 ms."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self


@cache
def transfer_syntaxes() -> tuple[str, ...]:
    """Plain encodings first: of several that a caller offers for one image it then sends the one that all can read."""
    plain = [str(one) for one in UNCOMPRESSED]
    return (*plain, *dict.fromkeys(one for one in (*ALL_TRANSFER_SYNTAXES, *_NEWER) if one not in {*plain, *_POINTERS}))


@cache
def storage_classes() -> tuple[str, ...]:
    """All of pynetdicom's, and those that it does not know."""
    for uid, keyword in _UNKNOWN.items():
        register_uid(uid, keyword, StorageServiceClass)
    known = [str(one.abstract_syntax) for one in AllStoragePresentationContexts]
    return (*known, *(uid for uid in _UNKNOWN if uid not in known))


@cache
def accepted_contexts() -> list[PresentationContext]:
    """Verification, and storage of everything."""
    syntaxes = list(transfer_syntaxes())
    storage = [build_context(UID(one), syntaxes) for one in storage_classes()]
    return _Shared([build_context(VERIFICATION, [str(one) for one in UNCOMPRESSED]), *storage])
