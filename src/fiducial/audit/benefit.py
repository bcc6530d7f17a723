"""Net benefit where the claim says that the model will be used, against treating all, treating nobody, and rivals.

The model's calls are made at the claim's own threshold, and only their shares of ill and healthy travel to the
prevalence of use: nothing here reads a score as a probability, so a model without calibration is not wronged. What a
needless alarm costs is the claim's ``threshold_probability``, which has nothing to do with the scale of the scores.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.audit.rivals import Rival, rivals_of
from fiducial.claims.evidence import Figure, Verdict
from fiducial.claims.floors import Floor
from fiducial.stats.decision import Benefit, Rate, benefit, interventions_avoided, lead_over, price_of_alarms, treat_all
from fiducial.stats.intervals import Interval, difference, difference_paired, exact_clustered

ALL, NOBODY = "treating all", "treating nobody"
DEFAULTS = (ALL, NOBODY)


@dataclass(frozen=True, slots=True)
class Place:
    """A prevalence of use and a threshold probability: how likely the finding must be for acting to be worth it."""

    prevalence: float
    threshold: float

    def __str__(self) -> str:
        """``2% ill, acting from 5%``."""
        return f"{100 * self.prevalence:g}% ill, acting from {100 * self.threshold:g}%"


@dataclass(frozen=True, slots=True)
class Lead:
    """How far the model's net benefit is ahead of another's at a place; ``surely``: the interval for saying "fails".

    That one is wider: of so many leads one would miss by chance more often than one alone (Bonferroni).
    """

    over: str
    place: Place
    found: Benefit
    surely: Interval

    @property
    def label(self) -> str:
        """How figures and charts call it."""
        return f"over {self.over}, {self.place}"


@dataclass(frozen=True, slots=True)
class Benefits:
    """Net benefit at every place, every lead, and what is to be said of the rivals."""

    places: dict[Place, Benefit]
    leads: tuple[Lead, ...]
    n: int
    notes: tuple[str, ...] = ()

    @property
    def smallest(self) -> Lead | None:
        """The smallest lead over treating all or nobody."""
        return min((one for one in self.leads if one.over in DEFAULTS), key=lambda one: one.found.value, default=None)

    def figures(self) -> Iterator[Figure]:
        """Net benefit, leads, and interventions avoided per 100 patients against treating all."""
        for place, one in self.places.items():
            yield Figure("net_benefit", one.value, one.interval, self.n, subgroup=str(place))
        for lead in self.leads:
            yield Figure("net_benefit_lead", lead.found.value, lead.found.interval, self.n, subgroup=lead.label)
        for lead in self.leads:
            if lead.over == ALL:
                yield _avoided(lead, self.n)


def rates(decisions: Decisions, confidence: float) -> tuple[Rate, Rate]:
    """Shares of the ill and of the healthy that are called, intervals by patient."""
    hit, alarm = (
        _rate(decisions.called[asked], decisions.patient[asked], confidence)
        for asked in (decisions.truth, ~decisions.truth)
    )
    return hit, alarm


def weigh_benefit(case: Case, decisions: Decisions) -> Benefits:
    """Net benefit at every corner of what the claim says of its use; nothing where it says no threshold probability.

    A lead falls towards the corners of that rectangle, whatever lies between them. ``decisions``: the
    answered ones of the internal split.

    Raises:
        CannotJudge: the claim's rule names a column that is not there or cannot be compared.
    """
    places = places_of(case)
    if not places:
        return Benefits({}, (), len(decisions))
    rivals, notes = rivals_of(case)
    calls = {rival.name: _called(rival, decisions) for rival in rivals}
    looks = len(places) * (len(DEFAULTS) + len(calls))
    plain, sure = (
        list(_leads(decisions, calls, places, confidence))
        for confidence in (case.confidence, 1 - (1 - case.confidence) / looks)
    )
    leads = tuple(
        Lead(over, place, found, wide.interval) for (over, place, found), (_, _, wide) in zip(plain, sure, strict=True)
    )
    hit, alarm = rates(decisions, case.confidence)
    at = {place: benefit(place.prevalence, place.threshold, hit, alarm) for place in places}
    return Benefits(at, leads, len(decisions), notes)


def places_of(case: Case) -> tuple[Place, ...]:
    """The corners of the claimed prevalences and threshold probabilities."""
    said = case.claim.claim
    if said.prevalence is None or said.threshold_probability is None:
        return ()
    return tuple(Place(p, t) for p in sorted(set(said.prevalence)) for t in sorted(set(said.threshold_probability)))


def verdict_of(found: Benefits, floor: Floor | None) -> Verdict:
    """The floor is weighed against every lead over treating all and nobody; no rival may be better.

    Without a floor: ``fails`` where something is surely better than the model, else ``not shown``.
    """
    if any(one.surely.high < 0 for one in found.leads):
        return Verdict.FAILS
    if floor is None or not found.leads:
        return Verdict.NOT_SHOWN
    if any(floor.missed_by(one.surely) for one in found.leads if one.over in DEFAULTS):
        return Verdict.FAILS
    least = {one: floor.low if one.over in DEFAULTS else 0.0 for one in found.leads}
    return Verdict.HOLDS if all(one.found.interval.low >= low for one, low in least.items()) else Verdict.UNDECIDED


def _leads(
    decisions: Decisions, calls: dict[str, NDArray[np.bool_]], places: tuple[Place, ...], confidence: float
) -> Iterator[tuple[str, Place, Benefit]]:
    hit, alarm = rates(decisions, confidence)
    apart = {name: _apart(decisions, called, confidence) for name, called in calls.items()}
    for place in places:
        found = benefit(place.prevalence, place.threshold, hit, alarm)
        yield ALL, place, lead_over(found, treat_all(place.prevalence, place.threshold))
        yield NOBODY, place, found
        for name, (more_hits, more_alarms) in apart.items():
            yield name, place, _over(place, more_hits, more_alarms)


def _apart(decisions: Decisions, called: NDArray[np.bool_], confidence: float) -> tuple[Rate, Rate]:
    """How many more of the ill, and of the healthy, the model calls than the rival does on the same rows."""
    told = []
    for asked in (decisions.truth, ~decisions.truth):
        model, rival = decisions.called[asked], called[asked]
        interval = difference_paired(model, rival, decisions.patient[asked], confidence)
        told.append(Rate(float(model.mean() - rival.mean()), interval))
    return told[0], told[1]


def _over(place: Place, hits: Rate, alarms: Rate) -> Benefit:
    gain, cost = place.prevalence, price_of_alarms(place.prevalence, place.threshold)
    first, second = gain * hits.value, cost * alarms.value
    interval = difference(first, _times(gain, hits), second, _times(cost, alarms))
    return Benefit(first - second, interval)


def _times(weight: float, rate: Rate) -> Interval:
    return Interval(weight * rate.interval.low, weight * rate.interval.high)


def _called(rival: Rival, decisions: Decisions) -> NDArray[np.bool_]:
    """The rule's calls; of a score as many as the model makes, and whoever ties with the last of them."""
    if rival.is_rule:
        return rival.called
    calls = int(decisions.called.sum())
    if not calls:
        return np.zeros(len(decisions), dtype=bool)
    return np.asarray(rival.score >= np.sort(rival.score)[-calls])


def _rate(called: NDArray[np.bool_], patient: NDArray[np.int64], confidence: float) -> Rate:
    return Rate(float(called.mean()), exact_clustered(called, patient, confidence))


def _avoided(lead: Lead, n: int) -> Figure:
    values = np.array([lead.found.value, lead.found.interval.low, lead.found.interval.high])
    value, low, high = interventions_avoided(values, np.full(3, lead.place.threshold)).tolist()
    return Figure(
        "interventions_avoided", value, Interval(low, high), n, "per 100 patients", f"against {lead.over}, {lead.place}"
    )
