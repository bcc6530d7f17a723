"""Dogwood, Elm and Fir: three hospitals whose heads differ in scanner, kernel, spacing and, if you like, a shortcut."""

from fiducial.errors import WrongUsage
from fiducial.phantoms.heads.hospital import HeadHospital, Shortcut
from fiducial.phantoms.heads.implants import Thing
from fiducial.phantoms.heads.scanner import HeadScanner, Kernel

FEWEST_PATIENTS = 9
IN_BLEEDING, IN_OTHERS = 0.85, 0.04  # of the patients who carry the shortcut where it is planted

_FIRST = HeadScanner("Northlight", "Axis 16", Kernel("H30s", 0.55, 1.0), tilt=12.0)
_SECOND = HeadScanner("Phantom Works", "Ring 64", Kernel("STANDARD", 0.45, 1.15), field=240.0, thin=0.2, signed=True)
_THIRD = HeadScanner("Tidewater", "Halo", Kernel("FC26", 0.30, 1.6), field=220.0, noise=3.0, offset=2.0, thickness=4.0)


def three_hospitals(
    patients: int, *, shortcut: Thing | None = None, prevalence: float = 0.4, place: str | None = None
) -> tuple[HeadHospital, HeadHospital, HeadHospital]:
    """Half of the patients at Dogwood, the others at Elm and at Fir, which is meant to stay external.

    ``shortcut``: what goes with bleeding at Dogwood and Elm, not at Fir. ``place``: superficial or deep bleeds alone.

    Raises:
        WrongUsage: fewer than 9 patients, a prevalence out of 0 to 1, or a place of another name.
    """
    if patients < FEWEST_PATIENTS:
        raise WrongUsage(f"patients must be at least {FEWEST_PATIENTS}, got {patients}.")
    if not 0 <= prevalence <= 1:
        raise WrongUsage(f"prevalence must be 0 to 1, got {prevalence:g}.")
    if place not in {None, "superficial", "deep"}:
        raise WrongUsage(f"place must be superficial, deep or nothing, got {place!r}.")
    elm = fir = patients // 4
    planted = Shortcut(shortcut, IN_BLEEDING, IN_OTHERS) if shortcut else None
    even = Shortcut(shortcut, 0.3, 0.3) if shortcut else None
    return (
        HeadHospital("Dogwood", patients - elm - fir, _FIRST, prevalence, place, planted),
        HeadHospital("Elm", elm, _SECOND, prevalence, place, planted),
        HeadHospital("Fir", fir, _THIRD, prevalence, place, even),
    )
