"""Every threshold of the alignment, with its reason; a TOML file may set each of them."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fiducial.files.toml import read_toml

_Cell = Annotated[float, Field(ge=0.5, le=20)]  # mm: finer fills the memory, coarser shows no bone


class AlignOptions(BaseModel):
    """Distances are mm, correlations and Dice 0 to 1. The defaults come from ``docs/align-thresholds.md``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cell: tuple[_Cell, _Cell, _Cell] = Field(
        default=(2.0, 4.0, 4.0),
        description="z, y, x of the common grid: half a slice of a thick scan, half a rib across",
    )
    overlap_mm: float = Field(
        default=60.0, gt=0, description="two vertebrae and the discs beside them fit in: less is any body"
    )
    overlap_share: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description="of the shorter scan: a sliver of two large scans is no pair to learn from",
    )
    from_boundary_mm: float = Field(
        default=4.0, gt=0, description="a peak at the last offset allowed is only where the search ended"
    )
    second_peak: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="best bone correlation more than 15 mm away, against the peak: vertebrae repeat",
    )
    bone_correlation: float = Field(
        default=0.38,
        ge=0,
        le=1,
        description="bones of one patient have 0.4 to 0.9 at the right place; those of two people seldom",
    )
    contour_mm: float = Field(
        default=15.0,
        gt=0,
        description="how far the shift that fits the outline may lie from the one that fits the bones",
    )
    parts_mm: float = Field(
        default=4.0,
        gt=0,
        description="how far each third of the body may lie from the whole: a true one lies within 2 mm, another "
        "patient's or one with lost slices beyond 4",
    )
    slope: float = Field(
        default=0.03, gt=0, description="how far the ratio of slice spacings may lie from 1: a wrong label"
    )
    slope_mm: float = Field(
        default=6.0, gt=0, description="the same over the overlap, where that is short: half a slice at either end"
    )
    inliers: float = Field(default=0.33, ge=0, le=1, description="share of slices whose like lies where the line says")
    body_dice: float = Field(
        default=0.8, ge=0, le=1, description="overlap of the bodies: less is another posture or patient"
    )
    bone_dice: float = Field(
        default=0.33, ge=0, le=1, description="overlap of the bones: a prone scan has 0.2, a true one 0.6"
    )
    segmenter: str | None = Field(
        default=None, description="name of an installed segmenter (plugin) whose organs are compared, too"
    )
    organ_dice: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="mean overlap of the organs that both have: breathing costs some; set it for your segmenter",
    )
    frame_mm: float = Field(
        default=5.0,
        gt=0,
        description="how far pixels may lie from what a shared FrameOfReferenceUID states before it is asked",
    )
    doubt: float = Field(
        default=0.15,
        ge=0,
        lt=1,
        description="a value that misses its bound by this share or less is for a person to see",
    )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    align: AlignOptions = AlignOptions()


def read_align_options(path: Path) -> AlignOptions:
    """The ``[align]`` section of a TOML file; what it does not set keeps its default.

    Raises:
        UnusableInput: the file is absent, not TOML, or a key is unknown or of the wrong kind.
    """
    return read_toml(path, _File).align
