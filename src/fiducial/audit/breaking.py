"""The breaking point of a condition: from which severity a floor is no longer cleared, and from which it is missed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fiducial.audit.case import Case
from fiducial.audit.metrics import FLOOR_METRICS
from fiducial.audit.stressed import Stressed
from fiducial.claims.evidence import Figure
from fiducial.claims.floors import Floor


@dataclass(frozen=True, slots=True)
class BreakingPoint:
    """Of one floor under one condition; None where no severity that was tried went so far. Intervals as they are."""

    name: str
    floor: Floor
    uncleared: int | None
    missed: int | None
    n: int

    def figures(self) -> Iterator[Figure]:
        """The severities as figures; absent where there is none."""
        for ending, severity in (("uncleared_from", self.uncleared), ("missed_from", self.missed)):
            if severity is not None:
                yield Figure(f"{self.floor.name}_{ending}", severity, None, self.n, "severity", condition=self.name)

    def __str__(self) -> str:
        """``sensitivity is not cleared from severity 2 and missed from severity 4``."""
        if self.uncleared is None:
            return f"{self.floor.name} is cleared throughout"
        missed = "missed at none" if self.missed is None else f"missed from severity {self.missed}"
        return f"{self.floor.name} is not cleared from severity {self.uncleared} and {missed}"


def breaking_points(case: Case, found: Iterable[Stressed]) -> Iterator[BreakingPoint]:
    """Of every condition and every floor of a metric; not of conditions that were joined, whose severities differ."""
    for name, ladder in by_name(found).items():
        for metric in FLOOR_METRICS:
            floor = case.claim.floor(metric)
            known = [(step, one.figures[metric]) for step, one in ladder.items() if metric in one.figures]
            intervals = [(step, figure.interval) for step, figure in known if figure.interval]
            if floor and intervals:
                uncleared = [step for step, interval in intervals if not floor.cleared_by(interval)]
                missed = [step for step, interval in intervals if floor.missed_by(interval)]
                n = max(figure.n for _, figure in known)
                yield BreakingPoint(name, floor, min(uncleared, default=None), min(missed, default=None), n)


def by_name(found: Iterable[Stressed]) -> dict[str, dict[int, Stressed]]:
    """The severities of every condition that stands alone, ascending."""
    ladders: dict[str, dict[int, Stressed]] = {}
    for one in found:
        if one.stressor.severity is not None and not one.stressor.joined:
            ladders.setdefault(one.stressor.name, {})[one.stressor.severity] = one
    return {name: dict(sorted(ladder.items())) for name, ladder in ladders.items()}
