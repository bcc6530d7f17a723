"""The laws that every step of a preparation obeys, ours and outsiders'; and the head that they are tried on."""

import numpy as np
import numpy.typing as npt

from fiducial.scans.preparation.contract import Picture, Step
from fiducial.scans.preparation.preparing import describe, parse_steps, preparation_hash

Point = tuple[float, float, float]  # (slice, row, column), continuous: pixel i covers i to i + 1

SHAPE = (5, 90, 80)  # (slices, rows, columns)
SPACING = (4.0, 2.0, 2.0)  # mm
MIDDLE: Point = (2.5, 45.0, 40.0)


def head(dot: Point | None = None, *, shape: tuple[int, int, int] = SHAPE) -> Picture:
    """A head CT in HU: air, skin, a skull and a brain in its middle, and in that a bright dot where it is wished."""
    z, y, x = np.ogrid[tuple(slice(0.5, length) for length in shape)]
    away = np.hypot(y - shape[1] / 2, x - shape[2] / 2)
    plane = np.select([away < 24, away < 28, away < 32], [30.0, 1000.0, 40.0], -1000.0)
    values = np.broadcast_to(plane, shape).astype(np.float32)
    if dot is not None:
        far = ((z - dot[0]) / 0.8) ** 2 + ((y - dot[1]) / 1.5) ** 2 + ((x - dot[2]) / 1.5) ** 2
        values += (120 * np.exp(-far / 2)).astype(np.float32)
    return picture_of(values, SPACING)


def grey(dot: Point | None = None) -> Picture:
    """The same from 0 to 1, as a radiograph of it would be after its levels."""
    values = (head(dot).pixels[0] + 1000) / 2400
    return picture_of(values.astype(np.float32), None)


def picture_of(values: npt.ArrayLike, spacing: tuple[float, float, float] | None = None) -> Picture:
    """A picture of one channel, (slices, rows, columns), whose pixels cannot be written to."""
    pixels = np.asarray(values, np.float32)[np.newaxis]
    pixels.flags.writeable = False
    return Picture(pixels, spacing, (pixels.shape[-2], pixels.shape[-1]))


def obeys_the_laws(step: Step, picture: Picture) -> None:
    """It names itself, gives float32 in four axes, twice the same bytes, and leaves the picture as it was."""
    before = picture.pixels.tobytes()
    first, again = step.apply(picture), step.apply(picture)
    assert picture.pixels.tobytes() == before
    assert first.pixels.dtype == np.float32
    assert first.pixels.ndim == 4
    assert np.isfinite(first.pixels).all()
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert (first.source, first.header) == (picture.source, picture.header)
    assert step.says
    assert parse_steps(describe([step]), where="again") == (step,)
    assert preparation_hash(parse_steps(describe([step]), where="again")) == preparation_hash([step])


def keeps_places(step: Step, clean: Picture, dotted: Picture, dot: Point) -> None:
    """What was brightest is found where it was, within a pixel or slice of the source, or its own if coarser."""
    found = step.apply(dotted)
    z, y, x = _brightest(found.pixels - step.apply(clean).pixels)
    there = (found.placement.to_source_slice(z), *found.placement.to_source(y, x))
    scales = (found.placement.through[1], *found.placement.scale)
    for was, now, scale in zip(dot, there, scales, strict=True):
        assert abs(was - now) <= max(1.0, scale), f"{there} for {dot}"


def _brightest(change: npt.NDArray[np.float32]) -> Point:
    """The centre of what changed most, in the middle channel."""
    amount = np.abs(change[len(change) // 2])
    amount[amount < amount.max() / 2] = 0
    z, y, x = (float((place * amount).sum() / amount.sum()) + 0.5 for place in np.indices(amount.shape))
    return z, y, x
