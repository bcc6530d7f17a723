"""What a look for shortcuts is, and how its figures are weighed without crying for having looked often."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from fiducial.audit.case import Case
from fiducial.audit.gaps import holm, p_beyond
from fiducial.claims.charts import Chart
from fiducial.claims.evidence import Figure, Verdict
from fiducial.claims.floors import Floor
from fiducial.stats.intervals import z_value

LOOKS = 4  # each may cry, so each cries a quarter as easily: Holm's family counts them all
FEWEST = 10  # patients behind a figure that is weighed
# What a look calls a shortcut where the claim states no floor: beyond doubt, one decision in twenty.
UNSTATED = 0.05


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found. ``suspects``: what speaks against a decision, by study; a right one goes to the gallery."""

    verdict: Verdict
    sentence: str
    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    suspects: dict[str, str] = field(default_factory=dict)


class Look(Protocol):
    """One of the four. ``needs`` as a rung's: without them the rung writes "not shown" for the look."""

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]

    def look(self, case: Case) -> Seen:
        """Weigh what probes wrote.

        Raises:
            CannotJudge: the evidence is there but too little; the look is then "not shown".
        """
        ...


def beyond(figures: list[Figure], bound: float, confidence: float) -> list[Figure]:
    """The figures that lie above ``bound`` after Holm's correction for all of them in all four looks."""
    z = z_value(confidence)
    told = [(one, one.interval) for one in figures if one.interval]
    if not told:
        return []
    p_values = [p_beyond(one.value, (one.value - interval.low) / z, bound) for one, interval in told]
    adjusted = holm(p_values, LOOKS * len(p_values))
    return [one for (one, _), p in zip(told, adjusted, strict=True) if p < 1 - confidence]


def weigh_all(figures: list[Figure], floor: Floor | None, confidence: float, unstated: float = UNSTATED) -> Verdict:
    """One verdict of a family under a floor of the kind "at most".

    It holds if every interval clears the floor, and fails if any figure lies beyond it after correction. Without a
    floor it fails where one lies beyond ``unstated``, and is else "not shown": nothing was promised that could hold.
    """
    if not figures:
        return Verdict.NOT_SHOWN
    if beyond(figures, floor.high if floor else unstated, confidence):
        return Verdict.FAILS
    if floor is None:
        return Verdict.NOT_SHOWN
    held = all(one.interval is not None and floor.cleared_by(one.interval) for one in figures)
    return Verdict.HOLDS if held else Verdict.UNDECIDED


def capped(verdict: Verdict, untried: tuple[str, ...]) -> Verdict:
    """A look that lacks a part of its evidence cannot hold; what fails without that part fails."""
    return Verdict.NOT_SHOWN if untried and verdict is not Verdict.FAILS else verdict


def unpromised(case: Case, *floors: str) -> Iterator[str]:
    """A sentence for the floors of a look, where the claim states none of them."""
    if not any(case.claim.floor(name) for name in floors):
        yield f" The claim states no {' or '.join(floors)}, so nothing can hold."
