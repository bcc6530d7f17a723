"""Phantom scans small enough to be aligned in a blink, drawn once."""

from dataclasses import replace
from functools import cache

import numpy as np

from fiducial.align.options import AlignOptions
from fiducial.align.pair import Alignment, align_pair
from fiducial.phantoms.build import Build
from fiducial.phantoms.ct import Field, Lying, scan
from fiducial.scans.volume import Volume

CELL = (3.0, 6.0, 6.0)
OPTIONS = AlignOptions(cell=CELL)
FIELD = Field((130, 62, 80), CELL, 40.0)
APART = 60.0  # mm from the first slice of the moving scan to that of the fixed
PLAIN, CONTRAST = Lying(), Lying(contrast=1.0, breath=6.0, left=8.0, back=-5.0)
COUCH = -140.0  # mm: how far the fixed scan lies from where the moving one says


@cache
def moving(lying: Lying = PLAIN, field: Field = FIELD, patient: int = 1) -> Volume:
    """A plain scan."""
    return scan(Build.draw(np.random.default_rng(patient)), lying, field, np.random.default_rng(7))


@cache
def fixed(lying: Lying = CONTRAST, field: Field = FIELD, patient: int = 1) -> Volume:
    """The same patient with contrast, another breath, on a higher range of the body."""
    higher = replace(field, above=field.above + APART)
    return scan(
        Build.draw(np.random.default_rng(patient)), replace(lying, couch=COUCH), higher, np.random.default_rng(8)
    )


@cache
def found() -> Alignment:
    """What the ordinary pair gives."""
    return align_pair(moving(), fixed(), OPTIONS)


def placed(volume: Volume, *, by: tuple[float, float, float]) -> Volume:
    """The same pixels, whose affine says that they lie ``by`` (x, y, z) mm away."""
    affine = volume.affine.copy()
    affine[:3, 3] += by
    return replace(volume, affine=affine)
