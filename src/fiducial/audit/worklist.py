"""Who waits how long where the model orders the worklist: simulated from the claim's workload.

How long a study waits depends on whether it was called, not on whether the call was right. So the called and the others
are simulated, and the ill, the healthy and the missed are mixed from them by the model's shares.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case
from fiducial.claims.charts import Curves, Series
from fiducial.claims.evidence import Figure
from fiducial.claims.workload import Workload
from fiducial.stats.decision import Rate
from fiducial.stats.intervals import Interval
from fiducial.stats.triage import (
    Draw,
    Worklist,
    draw_worklist,
    empirical,
    expected_waits,
    exponential,
    load_of,
    lognormal,
    waits_called_first,
    waits_first_come,
)

STUDIES = 50  # simulated for every resample of the audit
SECONDS = 60  # a minute
LOADS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
PREVALENCES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
UNIT = "minutes"
GROUPS = ("ill", "healthy", "missed")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Triage:
    """Waits and how they change, by group and claimed prevalence; without them ``notes`` say why."""

    figures: tuple[Figure, ...] = ()
    charts: tuple[Curves, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """One simulated line of studies: ``place``: (n,), uniform, who is called at which share; waits first come."""

    worklist: Worklist
    place: Floats
    first_come: Floats

    def called_first(self, share: float) -> tuple[Floats, NDArray[np.bool_]]:
        """Waits with that share of the studies at random called, and who is."""
        called = self.place < share
        return waits_called_first(self.worklist, called), called


def triage(case: Case, hit: Rate, alarm: Rate, rng: np.random.Generator) -> Triage:
    """Simulate the claim's worklist with and without the model, at every claimed prevalence."""
    workload = case.claim.claim.workload
    if workload is None:
        return Triage(notes=("Triage is not simulated: the claim names no workload (claim.workload).",))
    reading = _reading(case, workload)
    if reading is None:
        return Triage(
            notes=("Triage is not simulated: claim.workload gives no reading_minutes, and no readings with seconds.",)
        )
    draw, mean, told = reading
    try:
        load = load_of(workload.arrivals_per_minute, mean, workload.readers)
    except ValueError as refused:
        return Triage(notes=(f"Triage is not simulated: {refused}.",))
    n = STUDIES * case.resamples
    line = _line(rng, n, workload.arrivals_per_minute, draw, workload.readers)
    prevalences = sorted(set(case.claim.claim.prevalence or ()))
    figures = [one for p in prevalences for one in _figures(line, p, hit, alarm)]
    charts = (
        _over_load(line, prevalences[0], hit, alarm, load),
        _over_prevalence(line, hit, alarm),
    )
    notes = (*_told(workload, told, load, n), *_theory(line, workload, mean))
    return Triage(tuple(figures), charts, notes)


def _reading(case: Case, workload: Workload) -> tuple[Draw, float, str] | None:
    """How reading times are drawn, in minutes, their mean, and the law in words."""
    if workload.reading_times == "readings":
        if case.readings is None or not (seconds := case.readings["seconds"].drop_nulls().sort()).len():
            return None
        minutes = seconds.to_numpy().astype(np.float64) / SECONDS
        mean = float(minutes.mean())
        return (empirical(minutes), mean, f"the {minutes.size} times of the readings table") if mean > 0 else None
    mean_given, deviation = workload.reading_minutes, workload.reading_deviation
    if mean_given is None:
        return None
    if workload.reading_times == "lognormal" and deviation is not None:
        return lognormal(mean_given, deviation), mean_given, f"a lognormal law with deviation {deviation:g} minutes"
    return exponential(mean_given), mean_given, "an exponential law"


def _line(rng: np.random.Generator, n: int, rate: float, draw: Draw, readers: int) -> _Line:
    worklist = draw_worklist(rng, n, rate, draw, readers)
    return _Line(worklist, rng.random(n), waits_first_come(worklist))


def _figures(line: _Line, prevalence: float, hit: Rate, alarm: Rate) -> Iterator[Figure]:
    """At the model's shares; the interval is the range over both ends of either share."""
    told = _changes(line, prevalence, hit.value, alarm.value)
    ends = [
        _changes(line, prevalence, share, wrong)
        for share in (hit.interval.low, hit.interval.high)
        for wrong in (alarm.interval.low, alarm.interval.high)
    ]
    n, where = line.place.size, f"{100 * prevalence:g}% ill"
    yield Figure("wait_first_come", float(line.first_come.mean()), None, n, UNIT, f"everybody, {where}")
    for (name, group), value in told.items():
        others = [one[name, group] for one in ends if (name, group) in one]
        interval = Interval(min(value, *others), max(value, *others)) if others else None
        yield Figure(name, value, interval, n, UNIT, f"{group}, {where}")


def _changes(line: _Line, prevalence: float, hit: float, alarm: float) -> dict[tuple[str, str], float]:
    """Mean wait of each group with the model, and how much longer it waits than first come: mean and 95th percentile.

    The 95th percentile is that of the delay of the same study among the same others.
    """
    share = prevalence * hit + (1 - prevalence) * alarm
    waits, called = line.called_first(share)
    delay = waits - line.first_come
    of_called, found = float(called.mean()), {}
    for group, calls in zip(GROUPS, (hit, alarm, 0.0), strict=True):
        if (calls > 0 and of_called == 0) or (calls < 1 and of_called == 1):
            continue  # of such studies none was drawn
        if group == "missed" and hit == 1:
            continue
        # Of this group so many are called; within the called, and within the others, all wait alike.
        of_row = np.where(called, calls / max(of_called, 1e-300), (1 - calls) / max(1 - of_called, 1e-300))
        weight = of_row / of_row.sum()
        # First come, all groups wait alike; that the drawn ones did not is noise, which the same studies' delay lacks.
        found["delay", group] = float(weight @ delay)
        found["wait_with_model", group] = float(line.first_come.mean()) + found["delay", group]
        found["delay_95", group] = _percentile(delay, weight)
    return found


def _percentile(values: Floats, weight: Floats) -> float:
    return float(np.quantile(values, 0.95, weights=weight, method="inverted_cdf"))


def _over_load(line: _Line, prevalence: float, hit: Rate, alarm: Rate, load: float) -> Curves:
    """The same arrivals, nearer together or further apart."""
    loads = sorted({*LOADS, load})
    waits: dict[str, list[float]] = {"first come": [], **{f"{group}, with the model": [] for group in GROUPS}}
    for one in loads:
        worklist = replace(line.worklist, arrival=line.worklist.arrival * (load / one))
        moved = _Line(worklist, line.place, waits_first_come(worklist))
        waits["first come"].append(float(moved.first_come.mean()))
        told = _changes(moved, prevalence, hit.value, alarm.value)
        for group in GROUPS:
            waits[f"{group}, with the model"].append(told.get(("wait_with_model", group), float("nan")))
    return _curves(
        "relevance-triage-load",
        f"Mean wait by load, {100 * prevalence:g}% ill (claimed load: {100 * load:.0f}%)",
        "load, % of the readers' time",
        [100 * one for one in loads],
        waits,
    )


def _over_prevalence(line: _Line, hit: Rate, alarm: Rate) -> Curves:
    waits: dict[str, list[float]] = {"first come": [], **{f"{group}, with the model": [] for group in GROUPS}}
    for prevalence in PREVALENCES:
        waits["first come"].append(float(line.first_come.mean()))
        told = _changes(line, prevalence, hit.value, alarm.value)
        for group in GROUPS:
            waits[f"{group}, with the model"].append(told.get(("wait_with_model", group), float("nan")))
    percent = [100 * one for one in PREVALENCES]
    return _curves("relevance-triage-prevalence", "Mean wait by prevalence", "% ill", percent, waits)


def _curves(name: str, title: str, x_label: str, x: list[float], waits: dict[str, list[float]]) -> Curves:
    lines = []
    for label, values in waits.items():
        known = [(one, y) for one, y in zip(x, values, strict=True) if np.isfinite(y)]
        if known:
            lines.append(Series(label, tuple(one for one, _ in known), tuple(y for _, y in known)))
    return Curves(name, title, x_label, "minutes until reading begins", tuple(lines), diagonal=False)


def _theory(line: _Line, workload: Workload, mean: float) -> Iterator[str]:
    """What queueing theory says of first come, where it has a closed form: how far the simulation can be trusted."""
    exponential_times = workload.reading_times == "exponential"
    if workload.readers > 1 and not exponential_times:
        return
    second = None if exponential_times else float(np.square(line.worklist.reading).mean())
    (expected,) = expected_waits((workload.arrivals_per_minute,), mean, workload.readers, second_moment=second)
    yield (
        f"First come, the simulated studies wait {line.first_come.mean():.2f} minutes on average; queueing theory "
        f"says {expected:.2f}."
    )


def _told(workload: Workload, law: str, load: float, n: int) -> Iterator[str]:
    readers = "1 reader" if workload.readers == 1 else f"{workload.readers} readers"
    yield (
        f"Triage is simulated: {n:,} studies, {workload.studies_per_day:g} a day in {workload.hours_per_day:g} hours "
        f"at random times, {readers}, reading times by {law}, {100 * load:.0f}% of the readers' time. A called study "
        "is read next, no reading is interrupted, and the model takes no time. Intervals follow both shares to their "
        "ends; they do not hold the noise of the simulation."
    )
