"""Rung: was the test kept shut until the claim was fixed, and how often has anybody looked since?

Every look at the same test is another chance to choose what happens to look well there.
"""

from dataclasses import dataclass
from typing import ClassVar

from fiducial.audit.case import Case
from fiducial.audit.sealed import BROKEN, Sealed
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.claims.floors import Floor

LOOKS = "looks"  # the floor, and its figure


@dataclass(frozen=True, slots=True)
class Seal:
    """Counts the different looks against the floor ``looks``; shows nothing where the seal is broken."""

    name: ClassVar[str] = "seal"
    asks: ClassVar[str] = "Was the test kept shut until the claim was fixed?"
    needs: ClassVar[tuple[str, ...]] = ("claim.seal",)

    def judge(self, case: Case) -> RungResult:
        """Weigh the number of different looks, this one included."""
        sealed = case.sealed or Sealed(0)
        floor = case.claim.floor(LOOKS)
        return RungResult(
            self.name,
            _verdict(sealed, floor),
            tuple(_figures(sealed)),
            _sentence(sealed, floor),
            notes=(*sealed.tuned, *sealed.notes),
            alarms=(
                *(f"{BROKEN}: {one}." for one in sealed.doubts),
                *(f"Tuned on studies that are judged: {one}" for one in sealed.tuned_on_judged),
            ),
        )


def _verdict(sealed: Sealed, floor: Floor | None) -> Verdict:
    if sealed.tuned_on_judged:
        return Verdict.FAILS
    if sealed.doubts or floor is None:
        return Verdict.NOT_SHOWN
    return Verdict.HOLDS if sealed.different <= floor.high else Verdict.FAILS


def _figures(sealed: Sealed) -> list[Figure]:
    counts = {
        LOOKS: (sealed.different, "different looks"),
        "looks_begun": (sealed.looks, "looks"),
        "looks_without_an_end": (sealed.unfinished, "looks"),
        "seals": (sealed.seals, "seals"),
        "judged_studies": (sealed.studies, "studies"),
    }
    return [Figure(name, float(value), None, sealed.studies, unit=unit) for name, (value, unit) in counts.items()]


def _sentence(sealed: Sealed, floor: Floor | None) -> str:
    times = "the first look" if sealed.looks == 1 else f"look {sealed.looks:,} ({sealed.different:,} of them different)"
    told = f"This is {times} since {sealed.studies:,} judged studies and the claim were sealed"
    if sealed.doubts:
        return f"{BROKEN}: {sealed.doubts[0]}. {told}."
    if floor is None:
        return (
            f"{told}, and both are as they were. The claim sets no limit to looks (floors.looks), so nothing is shown."
        )
    return f"{told}, and both are as they were. The claim allows {floor.high:g} different ones."
