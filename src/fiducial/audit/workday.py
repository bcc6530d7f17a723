"""A day with the model: how many alerts there are at the prevalence of use, and how many of them for nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiducial.audit.case import Case, Decisions
from fiducial.claims.evidence import Figure, Verdict, weigh, worst
from fiducial.stats.decision import Rate
from fiducial.stats.intervals import Interval, difference

UNIT = "a day"
FLOORS = ("alerts_per_day", "false_alarms_per_day")


@dataclass(frozen=True, slots=True)
class Workday:
    """Counts a day at one prevalence, with the doubt of both shares."""

    prevalence: float
    alerts: Figure
    false_alarms: Figure
    missed: Figure

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All three."""
        return (self.alerts, self.false_alarms, self.missed)


def workdays(case: Case, decisions: Decisions, hit: Rate, alarm: Rate) -> tuple[Workday, ...]:
    """One a claimed prevalence; none where the claim says nothing of its workload."""
    said = case.claim.claim
    if said.workload is None:
        return ()
    studies, n = said.workload.studies_per_day, len(decisions)
    return tuple(_workday(studies, p, hit, alarm, n) for p in sorted(set(said.prevalence or ())))


def verdicts_of(case: Case, days: tuple[Workday, ...]) -> Iterator[Verdict]:
    """Each floor is weighed at every claimed prevalence: the most alerts and the widest doubt may lie at either end."""
    for name in FLOORS:
        if floor := case.claim.floor(name):
            intervals = [figure.interval for day in days for figure in day.figures if figure.name == name]
            yield worst([weigh(one, floor) if one else Verdict.UNDECIDED for one in intervals] or [Verdict.UNDECIDED])


def unmet(case: Case, days: tuple[Workday, ...]) -> Iterator[str]:
    """Which counts do not clear their floor, and where."""
    for figure in (figure for day in days for figure in day.figures):
        floor = case.claim.floor(figure.name) if figure.name in FLOORS else None
        if floor and figure.interval and not floor.cleared_by(figure.interval):
            low, high = figure.interval.low, figure.interval.high
            word = "misses" if floor.missed_by(figure.interval) else "does not clear"
            counted = f"{figure.name}, {figure.subgroup}, {figure.value:.1f} ({low:.1f} to {high:.1f})"
            yield f"{counted}, {word} the floor: {floor}."


def _workday(studies: float, prevalence: float, hit: Rate, alarm: Rate, n: int) -> Workday:
    ill, healthy = studies * prevalence, studies * (1 - prevalence)
    where = f"{100 * prevalence:g}% ill"
    found, in_vain = _times(ill, hit), _times(healthy, alarm)
    minus = Interval(-in_vain.high, -in_vain.low)
    together = difference(ill * hit.value, found, -healthy * alarm.value, minus)
    alerts = ill * hit.value + healthy * alarm.value
    missed = Interval(ill - found.high, ill - found.low)
    return Workday(
        prevalence,
        Figure("alerts_per_day", alerts, together, n, UNIT, where),
        Figure("false_alarms_per_day", healthy * alarm.value, in_vain, n, UNIT, where),
        Figure("missed_per_day", ill * (1 - hit.value), missed, n, UNIT, where),
    )


def _times(count: float, rate: Rate) -> Interval:
    return Interval(count * rate.interval.low, count * rate.interval.high)
