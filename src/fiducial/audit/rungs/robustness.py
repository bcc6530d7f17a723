"""Rung: does it still hold when the image is noisier, darker, tilted or compressed?

The same patients are compared clean and under each condition. The claim says up to which severity its floors hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.audit.accuracy import ALARMING, measure_all
from fiducial.audit.breaking import BreakingPoint, breaking_points
from fiducial.audit.case import Case
from fiducial.audit.stress_charts import severity_curves, stress_forests, sureness_curves
from fiducial.audit.stress_floors import Demand, Weighed, demands, reservations, weigh_all
from fiducial.audit.stressed import WITHOUT, Stressed, measure_stressed, sure
from fiducial.audit.stresses import tried
from fiducial.claims.charts import Chart
from fiducial.claims.evidence import Figure, RungResult, Verdict, worst
from fiducial.errors import CannotJudge

MILDEST = 1  # a severity that is hardly seen
TOLD = 6  # figures that are put in words
RESTLESS = 0.05  # a share of decisions that may not change under it without every reader's knowing


@dataclass(frozen=True, slots=True)
class Robustness:
    """The floor metrics under every condition and severity, and what changes from clean."""

    name: ClassVar[str] = "robustness"
    asks: ClassVar[str] = "Does it hold when the image is worse?"
    needs: ClassVar[tuple[str, ...]] = (
        "predictions.score",
        "cohort.label",
        "cohort.patient",
        "split.internal",
        "predictions.conditions",
    )

    def judge(self, case: Case) -> RungResult:
        """Weigh the floors under every condition up to ``stress_up_to``.

        Raises:
            CannotJudge: no decision of the internal split was answered, or none was tried under a condition.
        """
        answered = case.internal.only_answered()
        found = [measure_stressed(one, case.confidence) for one in tried(case, case.internal)]
        if not len(answered) or not found:
            wrong = "was tried under any condition" if len(answered) else "was answered"
            raise CannotJudge(f"no decision of the internal split {wrong}")
        clean = _clean(case)
        judged = [one for one in found if one.stressor.is_borne(case)]
        weighed = weigh_all(_demands(case, judged), case.confidence)
        doubts = tuple(reservations(case, found, judged)) if weighed.verdict is not Verdict.NOT_SHOWN else ()
        worse = [one for one in found if not one.stressor.is_wrong_input(case)]
        points = list(breaking_points(case, worse))
        hardest = _worst(judged or worse or found)
        return RungResult(
            self.name,
            worst((weighed.verdict, Verdict.UNDECIDED)) if doubts else weighed.verdict,
            tuple(_figures(clean, found, points)),
            _sentence(case, judged, hardest, weighed),
            tuple(_charts(case, clean, worse, hardest)),
            hardest.broken,
            notes=(*doubts, *weighed.missed, *_unclear(weighed), *_notes(case, found, points)),
            alarms=tuple(_alarms(case, clean, found)),
        )


def _clean(case: Case) -> dict[str, Figure]:
    answered = case.internal.only_answered()
    metrics, _ = measure_all(answered, case.confidence, "all")
    return metrics | {figure.name: figure for figure in sure(answered, case.confidence)}


def _demands(case: Case, judged: list[Stressed]) -> Iterator[Demand]:
    for one in judged:
        yield from demands(case, one.figures, one.stressor.condition)


def _figures(clean: dict[str, Figure], found: list[Stressed], points: list[BreakingPoint]) -> Iterator[Figure]:
    yield from clean.values()
    for one in found:
        yield from one.told()
    for point in points:
        yield from point.figures()


def _charts(case: Case, clean: dict[str, Figure], found: list[Stressed], hardest: Stressed) -> Iterator[Chart]:
    yield from stress_forests(case, found)
    yield from sureness_curves(clean, found, hardest.stressor.name)
    yield from severity_curves(clean, found)


def _worst(found: list[Stressed]) -> Stressed:
    """The condition with the largest drop in a floor metric."""
    return max(found, key=_drop)


def _drop(one: Stressed) -> float:
    return one.largest_drop.value if one.largest_drop else float("-inf")


def _sentence(case: Case, judged: list[Stressed], hardest: Stressed, weighed: Weighed) -> str:
    told = f"The worst condition is {hardest.stressor.condition}"
    if drop := hardest.largest_drop:
        told += f": {drop.name.removesuffix('_drop')} falls by {_span(drop)}"
    if flips := hardest.figures.get("flips"):
        told += f", and {_per_thousand(flips)} decisions change"
    up_to = case.claim.evidence.stress_up_to
    if up_to is None:
        return f"{told}. The claim does not say how much it bears (evidence.stress_up_to), so nothing is shown."
    if not judged:
        return f"{told}. No condition was tried up to severity {up_to}, which the claim speaks of, so nothing is shown."
    if weighed.verdict is Verdict.NOT_SHOWN:
        return f"{told}. The claim states no floor that could be weighed under stress, so nothing is shown."
    return f"{told}; judged were {len(judged)} conditions up to severity {up_to}."


def _unclear(weighed: Weighed) -> Iterator[str]:
    yield from weighed.unclear[:TOLD]
    if len(weighed.unclear) > TOLD:
        yield f"{len(weighed.unclear) - TOLD} more figures do not clear their floors; they stand in the table."


def _notes(case: Case, found: list[Stressed], points: list[BreakingPoint]) -> Iterator[str]:
    for name in dict.fromkeys(point.name for point in points):
        yield f"{name}: {'; '.join(str(point) for point in points if point.name == name)}."
    unsure = [
        one.stressor.condition
        for one in found
        if not one.stressor.is_wrong_input(case) and _falls(one, "accuracy") and not _falls(one, "confidence")
    ]
    if unsure:
        yield f"It is less often right and no less sure of itself under {', '.join(unsure)}."
    yield from _saved(found)
    for one in found:
        if one.stressor.severity is None:
            yield f"{one.stressor.condition} is not written name:severity (1 to 5), so that it is shown and not judged."
        elif one.stressor.is_wrong_input(case):
            yield f"{one.stressor.condition} is a wrong input by the claim, so that it is shown and not judged here."


def _falls(one: Stressed, name: str) -> bool:
    figure = one.figures.get(f"{name}_drop")
    return figure is not None and figure.interval is not None and figure.interval.low > 0


def _saved(found: list[Stressed]) -> Iterator[str]:
    """Where the model abstained with a score: what its silence is worth, under the condition where it is worth most."""
    silent = [one for one in found if f"accuracy{WITHOUT}" in one.figures and "accuracy" in one.figures]
    if silent:
        most = max(silent, key=_gain)
        now, otherwise = most.figures["accuracy"], most.figures[f"accuracy{WITHOUT}"]
        yield (
            f"Abstention saves most under {most.stressor.condition}: it is right in {100 * now.value:.0f} of 100 of "
            f"the {100 * most.figures['coverage'].value:.0f}% that it answers, and would be in "
            f"{100 * otherwise.value:.0f} of 100 had it answered all."
        )


def _gain(one: Stressed) -> float:
    return one.figures["accuracy"].value - one.figures[f"accuracy{WITHOUT}"].value


def _alarms(case: Case, clean: dict[str, Figure], found: list[Stressed]) -> Iterator[str]:
    up_to = case.claim.evidence.stress_up_to or MILDEST
    for one in found:
        if one.stressor.severity is None or one.stressor.is_wrong_input(case) or one.stressor.severity > up_to:
            continue
        flips = one.figures.get("flips")
        if one.stressor.severity == MILDEST and flips and flips.interval and flips.interval.low > RESTLESS:
            yield (
                f"Under {one.stressor.condition}, the mildest severity, {_per_thousand(flips)} decisions change: two "
                "images that a reader calls alike can get two answers."
            )
        for metric, kind, call in (("sensitivity", "ill", "healthy"), ("specificity", "healthy", "ill")):
            before, after = clean.get(metric), one.figures.get(metric)
            if before and after and after.value < ALARMING <= before.value:
                yield (
                    f"Under {one.stressor.condition} {100 * (1 - after.value):.0f} of 100 {kind} are called {call} "
                    f"({metric} {after.value:.2f}, clean {before.value:.2f})."
                )


def _span(figure: Figure) -> str:
    if figure.interval is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.interval.low:.3f} to {figure.interval.high:.3f})"


def _per_thousand(figure: Figure) -> str:
    if figure.interval is None:
        return f"{1000 * figure.value:.0f} of 1,000"
    return f"{1000 * figure.value:.0f} of 1,000 ({1000 * figure.interval.low:.0f}-{1000 * figure.interval.high:.0f})"
