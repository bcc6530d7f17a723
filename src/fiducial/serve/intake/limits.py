"""How much is taken at once, so that no sender can fill the memory or the disk with one message."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """``ratio``: of a zip's unpacked to its packed size. ``depth``: of zips in zips. ``free``: left on the disk."""

    image: int = 1024 * MIB
    images: int = 10_000  # of one study
    package: int = 4096 * MIB  # of one upload, unpacked
    files: int = 20_000  # of one upload
    depth: int = 2
    ratio: float = 200.0
    free: int = 256 * MIB
