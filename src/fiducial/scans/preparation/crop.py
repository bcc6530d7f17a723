"""Step: crop. A border off, the middle, or no more than the body."""

from dataclasses import replace
from math import ceil, floor
from typing import ClassVar, Literal, Self, TypeAlias

import numpy as np
from pydantic import BaseModel, Field, model_validator

from fiducial.errors import UnusableInput
from fiducial.scans.body_mask import BODY_HU, body_mask
from fiducial.scans.geometry import body_box
from fiducial.scans.preparation.contract import SETTINGS, Picture, Pixels

Cut: TypeAlias = tuple[int, int, int, int]  # (top, bottom, left, right) in pixels, half-open

_NEEDS: dict[str, set[str]] = {
    "border": {"border"},
    "centre": {"rows", "columns"},
    "ct-body": set(),  # a margin, where it is wished
    "radiograph-body": set(),
}


class Crop(BaseModel):
    """``to``: what is left. A body is looked for in HU (above -350) or in the grey of a radiograph (Otsu)."""

    model_config = SETTINGS
    name: ClassVar[str] = "crop"
    says: ClassVar[str] = "cuts off a border, or all but the middle or the body"

    to: Literal["border", "centre", "ct-body", "radiograph-body"] = Field(
        description="`border`, `centre`, `ct-body` (in HU) or `radiograph-body`"
    )
    border: float | None = Field(
        default=None, gt=0, lt=0.5, description="share of each side that is cut off, 0 to 0.5; with `border`"
    )
    rows: int | None = Field(default=None, ge=1, description="pixels that are left; with `centre`")
    columns: int | None = Field(default=None, ge=1, description="pixels that are left; with `centre`")
    margin: float | None = Field(
        default=None, ge=0, le=1, description="share of the body's sides that is left around it, 0 to 1; with bodies"
    )

    @model_validator(mode="after")
    def _settings_of_this_kind(self) -> Self:
        given = {name for name, value in self if value is not None} - {"to"}
        needed, allowed = _NEEDS[self.to], _NEEDS[self.to] or {"margin"}
        if not needed <= given <= allowed:
            told = " and ".join(sorted(needed)) or "margin or nothing"
            raise ValueError(f'to = "{self.to}" takes {told} beside it; got {" and ".join(sorted(given)) or "nothing"}')
        return self

    def apply(self, picture: Picture) -> Picture:
        """One cut for all channels and slices; a body's holds that of every slice. No pixel is copied.

        Raises:
            UnusableInput: fewer pixels than should be left, or no air around a body in HU.
        """
        top, bottom, left, right = self._cut(picture.pixels)
        return replace(
            picture,
            pixels=picture.pixels[:, :, top:bottom, left:right],
            placement=picture.placement.within((top, left), (1, 1)),
        )

    def _cut(self, pixels: Pixels) -> Cut:
        high, wide = pixels.shape[-2:]
        if self.to == "border":
            top, left = (floor(side * (self.border or 0)) for side in (high, wide))
            return top, high - top, left, wide - left
        if self.to == "centre":
            return _centre(high, wide, self.rows or 0, self.columns or 0)
        found = _ct_body(pixels) if self.to == "ct-body" else _radiograph_body(pixels)
        return _with_margin(found, self.margin or 0.0, high, wide)


def _centre(high: int, wide: int, rows: int, columns: int) -> Cut:
    if rows > high or columns > wide:
        raise UnusableInput(
            f"is {high} x {wide} pixels at the step 'crop', which should leave {rows} x {columns}; resize it first"
        )
    top, left = (high - rows) // 2, (wide - columns) // 2
    return top, top + rows, left, left + columns


def _ct_body(pixels: Pixels) -> Cut:
    if len(pixels) != 1 or pixels.min() > BODY_HU:
        raise UnusableInput(
            f"shows no air below {BODY_HU:g} HU around a body at the step 'crop'; put it before 'window' and 'clip'"
        )
    seen = np.zeros(pixels.shape[-2:], np.bool_)  # in any slice
    for plane in pixels[0]:
        seen |= body_mask(plane[np.newaxis])[0]
    down, across = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not down.size:
        raise UnusableInput(f"shows no body at the step 'crop': nothing as large as one lies above {BODY_HU:g} HU")
    return int(down[0]), int(down[-1]) + 1, int(across[0]), int(across[-1]) + 1


def _radiograph_body(pixels: Pixels) -> Cut:
    high, wide = pixels.shape[-2:]
    boxes = [body_box(plane) for plane in pixels[0]]
    return (
        floor(round(min(box.top for box in boxes) * high, 6)),
        ceil(round(max(box.bottom for box in boxes) * high, 6)),
        floor(round(min(box.left for box in boxes) * wide, 6)),
        ceil(round(max(box.right for box in boxes) * wide, 6)),
    )


def _with_margin(cut: Cut, margin: float, high: int, wide: int) -> Cut:
    top, bottom, left, right = cut
    down, across = round(margin * (bottom - top)), round(margin * (right - left))
    return max(0, top - down), min(high, bottom + down), max(0, left - across), min(wide, right + across)
