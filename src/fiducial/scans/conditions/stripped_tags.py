"""Condition: stripped tags. An export or a de-identification took parts of the header away."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.scan import Scan

_GROUPS: tuple[tuple[str, ...], ...] = (
    ("Patient", "EthnicGroup", "SmokingStatus", "Occupation", "PregnancyStatus"),
    ("Manufacturer", "Device", "Station", "Institution", "Software", "KVP", "Exposure", "XRay", "Detector", "Filter"),
    ("BodyPart", "View", "Laterality", "ImageLaterality", "Protocol", "Series", "Study", "Contrast", "Convolution"),
    ("PixelSpacing", "ImagerPixelSpacing", "Slice", "SpacingBetweenSlices", "Image", "Window"),
)  # how their keywords begin: who, with what, which part, how large
_SPACING_GONE = len(_GROUPS)


@dataclass(frozen=True, slots=True)
class Stripped:
    """``groups``: how many are gone, 1 to 5; 5 leaves no header at all."""

    groups: int

    def apply(self, scan: Scan) -> Scan:
        """Drop the keywords of these groups, and the spacing with its keywords."""
        gone = tuple(word for group in _GROUPS[: self.groups] for word in group)
        everything = self.groups > len(_GROUPS)
        kept = {} if everything else {one: value for one, value in scan.header.items() if not one.startswith(gone)}
        return replace(scan, header=kept, spacing=None if self.groups >= _SPACING_GONE else scan.spacing)


@dataclass(frozen=True, slots=True)
class StrippedTags:
    """Groups of tags, one after the other."""

    name: ClassVar[str] = "stripped-tags"
    says: ClassVar[str] = (
        "tags are missing: 1 those of the patient, 2 of the equipment too, 3 of body part and view too, 4 of spacing "
        "and window too, 5 all, rescaling and polarity with them; the pixels stay"
    )
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "groups"
    severities: ClassVar[tuple[float, float, float, float, float]] = (1, 2, 3, 4, 5)
    source: ClassVar[str] = "groups of tags that are gone, in an order chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> Stripped:  # noqa: ARG002  (contract)
        """Nothing is left to chance."""
        return Stripped(severity)
