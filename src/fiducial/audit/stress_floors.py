"""What a claim demands under stress, and whether every condition up to its severity grants it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fiducial.audit.case import Case
from fiducial.audit.gaps import holm, p_beyond
from fiducial.audit.metrics import FLOOR_METRICS
from fiducial.audit.stressed import DROPS, Stressed
from fiducial.claims.evidence import Figure, Verdict
from fiducial.claims.floors import Floor
from fiducial.stats.intervals import z_value


@dataclass(frozen=True, slots=True)
class Weighed:
    """The verdict of some figures against their floors, each with the condition or group that it is of.

    ``missed``: beyond the floor after Holm's correction for all that were looked at; ``unclear``: the whole interval
    does not clear it, and it is not missed.
    """

    verdict: Verdict
    missed: tuple[str, ...]
    unclear: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """One floor over one figure somewhere; the figure is None where it could not be measured."""

    where: str
    figure: Figure | None
    floor: Floor


def demands(case: Case, figures: dict[str, Figure], condition: str) -> Iterator[Demand]:
    """Every floor that the claim states for figures under one condition."""
    where = f"under {condition}"
    for name in (*FLOOR_METRICS, "coverage"):
        if floor := case.claim.floor(name):
            yield Demand(where, figures.get(name), floor)
    if floor := case.claim.floor("largest_drop_under_stress"):
        for name in DROPS:
            yield Demand(where, figures.get(name), floor)


def weigh_all(given: Iterable[Demand], confidence: float) -> Weighed:
    """``fails`` where a miss survives Holm's correction, ``holds`` where every whole interval clears its floor."""
    asked = list(given)
    if not asked:
        return Weighed(Verdict.NOT_SHOWN, (), ())
    adjusted = holm([_p_missed(one, confidence) for one in asked], len(asked))
    missed = [one for one, p in zip(asked, adjusted, strict=True) if p < 1 - confidence]
    unclear = [one for one in asked if one not in missed and not _is_cleared(one)]
    verdict = Verdict.FAILS if missed else Verdict.UNDECIDED if unclear else Verdict.HOLDS
    in_words = tuple(_in_words(one, "misses") for one in missed)
    return Weighed(verdict, in_words, tuple(_in_words(one, "does not clear") for one in unclear))


def reservations(case: Case, found: list[Stressed], judged: list[Stressed]) -> Iterator[str]:
    """Why the rung cannot hold on these conditions, whatever their figures say."""
    up_to = case.claim.evidence.stress_up_to
    reached = {one.stressor.name for one in judged if one.stressor.severity == up_to}
    alone = [one.stressor for one in found if one.stressor.severity and not one.stressor.joined]
    for name in dict.fromkeys(one.name for one in alone if not one.is_wrong_input(case)):
        if name not in reached:
            yield f"{name} was not tried at severity {up_to}, which the claim speaks of, so the rung cannot hold."
    if part := [one for one in judged if one.untried]:
        least = min(part, key=_tried)
        yield (
            f"{least.untried} of {least.tried + least.untried} decisions have no row under "
            f"{least.stressor.condition}{_and_others(len(part))}, so the rung cannot hold. Probe the whole split."
        )
    yield from _unanswered(case, judged)


def _unanswered(case: Case, judged: list[Stressed]) -> Iterator[str]:
    silent = [one for one in judged if one.unanswered]
    if not silent or case.claim.floor("coverage"):
        return
    filled = [one for each in silent for one in demands(case, each.filled, each.stressor.condition)]
    if weigh_all(filled, case.confidence).verdict is not Verdict.HOLDS:
        most = max(silent, key=_unanswered_by)
        yield (
            f"{most.unanswered} of {most.tried} decisions are missing or abstained under {most.stressor.condition}"
            f"{_and_others(len(silent))}; counted as errors, the floors would not hold. State a floor for coverage if "
            "the model is meant to abstain."
        )


def _p_missed(one: Demand, confidence: float) -> float:
    """Two-sided p of the hypothesis that the floor is just met; 1 where nothing was measured."""
    if one.figure is None or one.figure.interval is None:
        return 1.0
    value, interval, z = one.figure.value, one.figure.interval, z_value(confidence)
    if one.floor.high < float("inf"):
        return p_beyond(value, (value - interval.low) / z, one.floor.high)
    return p_beyond(-value, (interval.high - value) / z, -one.floor.low)


def _is_cleared(one: Demand) -> bool:
    return one.figure is not None and one.figure.interval is not None and one.floor.cleared_by(one.figure.interval)


def _in_words(one: Demand, verb: str) -> str:
    if one.figure is None or one.figure.interval is None:
        return f"The floor {one.floor} could not be weighed {one.where}."
    low, high = one.figure.interval.low, one.figure.interval.high
    return (
        f"{one.figure.name} {one.figure.value:.3f} ({low:.3f} to {high:.3f}) {one.where} {verb} the floor: {one.floor}."
    )


def _and_others(count: int) -> str:
    return f" (and some under {count - 1} more conditions)" if count > 1 else ""


def _tried(one: Stressed) -> int:
    return one.tried


def _unanswered_by(one: Stressed) -> int:
    return one.unanswered
