"""Rung: is it worth acting on, where it will be used?

Net benefit against treating all, treating nobody and the cheapest rivals; recall by clinical significance; alerts a day
and who waits for whom; what the predictive values become on the way from the sample to the prevalence of use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.audit.benefit import DEFAULTS, Benefits, Lead, rates, verdict_of, weigh_benefit
from fiducial.audit.case import Case, Decisions
from fiducial.audit.decision_charts import decision_charts, prevalence_trap, trap_told
from fiducial.audit.metrics import measure
from fiducial.audit.recall import Recall, recall
from fiducial.audit.workday import FLOORS as COUNTS
from fiducial.audit.workday import Workday, unmet, verdicts_of, workdays
from fiducial.audit.worklist import triage
from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, RungResult, Verdict, weigh, worst
from fiducial.errors import CannotJudge

GAINS = ("net_benefit", "weighted_sensitivity", "sensitivity")  # floors that a model which calls nobody does not meet


@dataclass(frozen=True, slots=True)
class Relevance:
    """Net benefit, weighted recall, alerts and waits at the prevalence of use."""

    name: ClassVar[str] = "relevance"
    asks: ClassVar[str] = "Is it worth acting on where it will be used?"
    needs: ClassVar[tuple[str, ...]] = (
        "predictions.score",
        "cohort.label",
        "cohort.patient",
        "split.internal",
        "claim.prevalence",
    )

    def judge(self, case: Case) -> RungResult:
        """Weigh ``net_benefit``, ``weighted_sensitivity``, ``alerts_per_day`` and ``false_alarms_per_day``.

        Raises:
            CannotJudge: one class only, or the claim's rule names a column that cannot be compared.
        """
        decisions = case.internal.only_answered()
        if not len(decisions) or decisions.truth.all() or not decisions.truth.any():
            raise CannotJudge("relevance needs both ill and healthy patients in the internal split")
        hit, alarm = rates(decisions, case.confidence)
        plain, cleared = (measure(name, decisions, case.confidence) for name in ("sensitivity", "specificity"))
        benefits = weigh_benefit(case, decisions)
        weighted = recall(case, decisions, plain)
        days = workdays(case, decisions, hit, alarm)
        waits = triage(case, hit, alarm, case.rng(f"{self.name}.triage"))
        curves = decision_charts(case, decisions, case.rng(f"{self.name}.curves"))
        trap, predictive = prevalence_trap(case, plain, cleared)
        called = decisions.called
        observed = float(decisions.truth[called].mean()) if called.any() else float("nan")
        return RungResult(
            self.name,
            _verdict(case, benefits, weighted, days),
            (
                *benefits.figures(),
                plain,
                *([weighted.weighted] if weighted.weighted else []),
                *weighted.levels,
                *(one for day in days for one in day.figures),
                *predictive,
                *waits.figures,
            ),
            _sentence(case, benefits, weighted, days),
            (*curves.charts, *_forests(case, benefits), trap, *weighted.charts, *waits.charts),
            weighted.cases,
            missing=tuple(_missing(case, weighted)),
            notes=(
                *trap_told(predictive, observed, case),
                *_unmet(case, benefits),
                *unmet(case, days),
                *_unmet_recall(case, weighted),
                *_without_gain(case),
                *_provisos(case),
                *curves.notes,
                *weighted.notes,
                *waits.notes,
                *benefits.notes,
                *_left_out(case, decisions),
            ),
            alarms=tuple(_alarms(benefits)),
            gallery="Missed, by clinical significance",
        )


def _verdict(case: Case, benefits: Benefits, weighted: Recall, days: tuple[Workday, ...]) -> Verdict:
    verdicts = list(verdicts_of(case, days))
    of_benefit = verdict_of(benefits, case.claim.floor("net_benefit"))
    if case.claim.floor("net_benefit") or of_benefit is Verdict.FAILS:
        verdicts.append(of_benefit)
    if floor := case.claim.floor("weighted_sensitivity"):
        found = weighted.weighted
        verdicts.append(weigh(found.interval, floor) if found and found.interval else Verdict.NOT_SHOWN)
    if any(_without_gain(case)):
        verdicts.append(Verdict.NOT_SHOWN)
    return worst(verdicts)


def _sentence(case: Case, benefits: Benefits, weighted: Recall, days: tuple[Workday, ...]) -> str:
    told = []
    if lead := benefits.smallest:
        told.append(_told_lead(lead))
    if found := weighted.weighted:
        told.append(f"weighted by clinical significance it finds {_share(found)} of the ill")
    if days:
        day = days[0]
        told.append(
            f"where {100 * day.prevalence:g}% are ill there are {_count(day.alerts)} alerts a day, "
            f"{_count(day.false_alarms)} of them false"
        )
    if not told:
        told = ["what acting in vain costs is not claimed (claim.threshold_probability), so no net benefit is weighed"]
    words = "; ".join(told)
    demanded = any(case.claim.floor(name) for name in _FLOORS)
    ending = "" if demanded else " The claim demands nothing of relevance, so nothing is shown."
    return f"{words[0].upper()}{words[1:]}.{ending}"


_FLOORS = ("net_benefit", "weighted_sensitivity", "alerts_per_day", "false_alarms_per_day")


def _told_lead(lead: Lead) -> str:
    odds = (1 - lead.place.threshold) / lead.place.threshold
    value, low, high = (1000 * one for one in (lead.found.value, lead.found.interval.low, lead.found.interval.high))
    more = (
        f"{value:.1f} ({low:.1f} to {high:.1f}) more"
        if value >= 0
        else f"{-value:.1f} ({-high:.1f} to {-low:.1f}) fewer"
    )
    return (
        f"of 1,000 patients, {1000 * lead.place.prevalence:g} of them ill, acting on the model's calls is worth {more} "
        f"ill ones found than {lead.over}, if one found is worth {odds:.3g} acted on in vain"
    )


def _forests(case: Case, benefits: Benefits) -> Iterator[Forest]:
    rows = tuple(
        (one.label, one.found.value, one.found.interval.low, one.found.interval.high, benefits.n)
        for one in benefits.leads
    )
    floor = case.claim.floor("net_benefit")
    if rows:
        yield Forest(
            "relevance-lead",
            "Lead in net benefit",
            "lead in net benefit",
            rows,
            floor.low if floor else 0.0,
            "floor" if floor else "no lead",
        )


def _unmet(case: Case, benefits: Benefits) -> Iterator[str]:
    floor = case.claim.floor("net_benefit")
    for one in benefits.leads:
        low, high = one.found.interval.low, one.found.interval.high
        least = floor.low if floor and one.over in DEFAULTS else 0.0
        if low < least and (floor or high < 0):
            word = "misses" if high < least else "does not clear"
            asked = f"the floor: {floor}" if floor and one.over in DEFAULTS else "0"
            yield f"The lead {one.label}, {one.found.value:.4f} ({low:.4f} to {high:.4f}), {word} {asked}."


def _provisos(case: Case) -> Iterator[str]:
    if case.claim.claim.threshold_probability is None:
        yield (
            "No net benefit is weighed: the claim does not say how likely the finding must be for acting to be worth "
            "it (claim.threshold_probability, for example [0.02, 0.1])."
        )
    else:
        yield (
            f"Net benefit is that of the calls at score {case.claim.claim.threshold.value:g}: their shares of ill and "
            "healthy are taken to the claimed prevalence, whatever the scores mean. The threshold probability says "
            "what a needless alarm costs and is on no score's scale."
        )


def _unmet_recall(case: Case, weighted: Recall) -> Iterator[str]:
    floor, found = case.claim.floor("weighted_sensitivity"), weighted.weighted
    if floor and found and found.interval and not floor.cleared_by(found.interval):
        word = "misses" if floor.missed_by(found.interval) else "does not clear"
        yield f"weighted_sensitivity {_share(found)} {word} the floor: {floor}."


def _without_gain(case: Case) -> Iterator[str]:
    """A model that calls nobody gives no alarm; few alerts are worth something only beside what they find."""
    asked = [name for name in COUNTS if case.claim.floor(name)]
    if asked and not any(case.claim.floor(name) for name in GAINS):
        yield (
            f"The claim limits {' and '.join(asked)} but asks for nothing to be found, which a model that calls nobody "
            f"meets; so nothing is shown. Give a floor on {', '.join(GAINS[:-1])} or {GAINS[-1]}."
        )


def _missing(case: Case, weighted: Recall) -> Iterator[str]:
    if case.claim.floor("weighted_sensitivity") and weighted.weighted is None:
        yield f"significance of {case.claim.claim.finding} in the labels, in the rows of the reader truth"


def _left_out(case: Case, decisions: Decisions) -> Iterator[str]:
    if unanswered := len(case.internal) - len(decisions):
        yield f"{unanswered} decisions are missing or abstained; relevance is that of the answered ones."


def _alarms(benefits: Benefits) -> Iterator[str]:
    for one in benefits.leads:
        if one.surely.high < 0:
            yield (
                f"Where {100 * one.place.prevalence:g}% are ill and acting is worth it from "
                f"{100 * one.place.threshold:g}%, {one.over} is worth more than acting on the model's calls "
                f"(net benefit {-one.found.value:.4f} higher, {-one.surely.high:.4f} to {-one.surely.low:.4f})."
            )


def _share(figure: Figure) -> str:
    interval = figure.interval
    return f"{figure.value:.3f} ({interval.low:.3f} to {interval.high:.3f})" if interval else f"{figure.value:.3f}"


def _count(figure: Figure) -> str:
    interval = figure.interval
    return f"{figure.value:.1f} ({interval.low:.1f} to {interval.high:.1f})" if interval else f"{figure.value:.1f}"
