"""Pairs of CT scans whose truth is known: one patient twice, or one of the ways in which a pair is no pair."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fiducial.phantoms.build import Build
from fiducial.phantoms.ct import Arms, Field, Lying, scan
from fiducial.scans.volume import Volume

_AIR = -1000
_WIDE = Field((240, 120, 120), (2.0, 4.0, 4.0), 60.0)


@dataclass(frozen=True, slots=True)
class PhantomPair:
    """``shift`` is mm to be added to the moving scan's z; None where no shift makes it a pair."""

    kind: str
    moving: Volume
    fixed: Volume
    shift: float | None


def draw_pair(kind: str, rng: np.random.Generator) -> PhantomPair:
    """A pair of one of ``TRUE`` or ``FALSE``."""
    return (TRUE | FALSE)[kind](rng)


def _twice(rng: np.random.Generator, moving: Lying, fixed: Lying, kind: str = "plain and contrast") -> PhantomPair:
    """One patient, two ranges 150 to 190 mm apart either way, other spacings, another height of the couch."""
    build = Build.draw(rng)
    apart = float(rng.uniform(150, 190) * rng.choice([-1, 1]))
    start = float(rng.uniform(0, 120)) + max(0.0, -apart)
    fields = [_field(rng, start), _field(rng, start + apart)]
    couches = rng.uniform(-500, 500, 2)
    volumes = [
        scan(build, replace(lying, couch=float(couch)), field, rng, noise=float(rng.uniform(8, 25)))
        for lying, field, couch in zip((moving, fixed), fields, couches, strict=True)
    ]
    return PhantomPair(kind, volumes[0], volumes[1], float(couches[1] - couches[0]))


def _field(rng: np.random.Generator, above: float) -> Field:
    spacing = float(rng.choice([1.5, 2.0, 2.5, 3.0]))
    height = float(rng.uniform(380, 480))
    pixel = float(rng.uniform(3.4, 4.0))
    side = round(480 / pixel)
    return Field((round(height / spacing), side, side), (spacing, pixel, pixel), above)


def _lying(rng: np.random.Generator, *, breath: float = 10.0) -> Lying:
    """An ordinary misplacement; the breath is up to ``breath`` mm."""
    return Lying(
        contrast=float(rng.uniform(0, 1)),
        breath=float(rng.uniform(-breath, breath)),
        left=float(rng.uniform(-12, 12)),
        back=float(rng.uniform(-12, 12)),
        turned=float(rng.uniform(-1.5, 1.5)),
        table=float(rng.uniform(118, 150)),
    )


def _plain_and_contrast(rng: np.random.Generator) -> PhantomPair:
    return _twice(rng, replace(_lying(rng), contrast=0.0), replace(_lying(rng), contrast=1.0))


def _deep_breath(rng: np.random.Generator) -> PhantomPair:
    fixed = replace(_lying(rng), breath=25.0, contrast=1.0)
    return _twice(rng, replace(_lying(rng), breath=0.0, contrast=0.0), fixed, "25 mm of breathing")


def _arms(rng: np.random.Generator) -> PhantomPair:
    return _twice(rng, replace(_lying(rng), arms=Arms.DOWN), replace(_lying(rng), arms=Arms.UP), "arms down and up")


def _table(rng: np.random.Generator) -> PhantomPair:
    """The patient lies 35 mm higher or lower, table and all, and 20 mm to one side."""
    higher, aside = (float(rng.choice([-1, 1])) for _ in range(2))
    level = replace(_lying(rng), table=135.0)
    moved = replace(level, left=level.left + 20 * aside, back=level.back - 35 * higher, table=135.0 - 35 * higher)
    return _twice(rng, replace(level, contrast=0.0), replace(moved, contrast=1.0), "table 35 mm higher or lower")


def _metal(rng: np.random.Generator) -> PhantomPair:
    return _twice(rng, replace(_lying(rng), metal=True), replace(_lying(rng), metal=True), "metal in the spine")


def _short_and_long(rng: np.random.Generator) -> PhantomPair:
    build, couch = Build.draw(rng), float(rng.uniform(-300, 300))
    short = replace(_WIDE, shape=(60, 120, 120), above=float(rng.uniform(150, 400)))
    long = replace(_WIDE, shape=(600, 120, 120), spacing=(1.2, 4.0, 4.0), above=0.0)
    return PhantomPair(
        "60 slices and 600",
        scan(build, _lying(rng), short, rng),
        scan(build, replace(_lying(rng), couch=couch), long, rng),
        couch,
    )


def _spine_only(rng: np.random.Generator) -> PhantomPair:
    build, couch = Build.draw(rng), float(rng.uniform(-300, 300))
    narrow = Field((180, 24, 22), (2.0, 4.0, 4.0), float(rng.uniform(100, 160)), (0.0, 40.0))
    higher = replace(narrow, above=narrow.above + float(rng.uniform(80, 150)))
    lying = Lying(table=None)
    return PhantomPair(
        "field of the spine only",
        scan(build, lying, narrow, rng),
        scan(build, replace(lying, couch=couch), higher, rng),
        couch,
    )


def _other_patient(rng: np.random.Generator) -> PhantomPair:
    one = scan(Build.draw(rng), _lying(rng), _field(rng, float(rng.uniform(0, 200))), rng)
    other = scan(Build.draw(rng), _lying(rng), _field(rng, float(rng.uniform(0, 200))), rng)
    return PhantomPair("another patient", one, other, None)


def _apart(rng: np.random.Generator) -> PhantomPair:
    build = Build.draw(rng)
    low = replace(_WIDE, shape=(110, 120, 120), above=float(rng.uniform(0, 60)))
    high = replace(_WIDE, shape=(150, 120, 120), above=float(rng.uniform(330, 430)))
    return PhantomPair("no overlap", scan(build, _lying(rng), low, rng), scan(build, _lying(rng), high, rng), None)


def _sliver(rng: np.random.Generator) -> PhantomPair:
    """Less than 50 mm in common, where 60 are asked for."""
    build = Build.draw(rng)
    low = replace(_WIDE, shape=(160, 120, 120), above=float(rng.uniform(0, 100)))
    high = replace(low, above=low.above + 320 - float(rng.uniform(10, 45)))
    return PhantomPair(
        "under 50 mm of overlap", scan(build, _lying(rng), low, rng), scan(build, _lying(rng), high, rng), None
    )


def _reversed(rng: np.random.Generator) -> PhantomPair:
    pair = _plain_and_contrast(rng)
    return replace(pair, kind="slices reversed", fixed=replace(pair.fixed, array=pair.fixed.array[::-1]), shift=None)


def _prone(rng: np.random.Generator) -> PhantomPair:
    pair = _twice(rng, _lying(rng), replace(_lying(rng), prone=True))
    header = {**pair.fixed.header, "PatientPosition": "HFS"}  # nobody told the scanner
    return replace(pair, kind="prone", fixed=replace(pair.fixed, header=header), shift=None)


def _wrong_spacing(rng: np.random.Generator) -> PhantomPair:
    pair = _plain_and_contrast(rng)
    affine = pair.fixed.affine.copy()
    affine[2, 0] *= float(rng.choice([0.8, 1.25]))
    return replace(pair, kind="spacing off by a quarter", fixed=replace(pair.fixed, affine=affine), shift=None)


def _slices_lost(rng: np.random.Generator) -> PhantomPair:
    """40 mm of the fixed scan, from somewhere within what both show, are gone without a trace."""
    pair = _plain_and_contrast(rng)
    step = pair.fixed.spacing[0]
    (low, high), lost = pair.moving.extent[2], round(40 / step)
    first, last = ((end + (pair.shift or 0.0) - pair.fixed.affine[2, 3]) / step for end in (low, high))
    first, last = max(0.0, first), min(float(len(pair.fixed.array)), last)
    at = round(float(rng.uniform(first + 0.25 * (last - first), first + 0.75 * (last - first)))) - lost // 2
    array = np.concatenate([pair.fixed.array[:at], pair.fixed.array[at + lost :]])
    return replace(pair, kind="40 mm of slices lost", fixed=replace(pair.fixed, array=array), shift=None)


def _tilt_untold(rng: np.random.Generator) -> PhantomPair:
    """A gantry tilted by 15 degrees, of which the header says nothing: each slice lies further back than the last."""
    pair = _plain_and_contrast(rng)
    step, pixel, _ = pair.fixed.spacing
    layers = len(pair.fixed.array)
    aside = np.tan(np.deg2rad(15)) * step * (np.arange(layers) - layers / 2) / pixel
    array = np.stack([_rolled(layer, round(by)) for layer, by in zip(pair.fixed.array, aside, strict=True)])
    return replace(pair, kind="tilt of 15 degrees untold", fixed=replace(pair.fixed, array=array), shift=None)


def _rolled(layer: NDArray[np.int16], by: int) -> NDArray[np.int16]:
    """Moved by whole rows; air comes in."""
    moved = np.roll(layer, by, axis=0)
    moved[: max(0, by)] = _AIR
    moved[len(moved) + min(0, by) :] = _AIR
    return moved


Draw = Callable[[np.random.Generator], PhantomPair]
TRUE: dict[str, Draw] = {
    "plain and contrast": _plain_and_contrast,
    "25 mm of breathing": _deep_breath,
    "arms down and up": _arms,
    "table 35 mm higher or lower": _table,
    "metal in the spine": _metal,
    "60 slices and 600": _short_and_long,
    "field of the spine only": _spine_only,
}
FALSE: dict[str, Draw] = {
    "another patient": _other_patient,
    "no overlap": _apart,
    "under 50 mm of overlap": _sliver,
    "slices reversed": _reversed,
    "prone": _prone,
    "spacing off by a quarter": _wrong_spacing,
    "40 mm of slices lost": _slices_lost,
    "tilt of 15 degrees untold": _tilt_untold,
}
