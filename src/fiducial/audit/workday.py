"""A day with the model: how many alerts there are at the prevalence of use, and how many of them for nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiducial.audit.case import Case, Decisions
from fiducial.claims.evidence import Figure, Verdict, weigh
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
    """Each floor is weighed at the claimed prevalence that is hardest for it."""
    for name in FLOORS:
        if floor := case.claim.floor(name):
            figures = [figure for day in days for figure in day.figures if figure.name == name]
            hardest = max(figures, key=lambda one: one.value, default=None)
            yield weigh(hardest.interval, floor) if hardest and hardest.interval else Verdict.UNDECIDED


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
