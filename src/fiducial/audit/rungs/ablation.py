"""Rung: what does the model lose without an anatomy, or with fewer grey values, and who pays for it?

A skull that is stripped takes the blood that lies against it along; eight bits leave no difference of a few HU between
fresh and old blood. An average over all patients hides both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case
from fiducial.audit.clever_hans.look import unpromised
from fiducial.audit.confidences import sureness
from fiducial.audit.effects import Effect, effects, unanswered
from fiducial.audit.forests import forest
from fiducial.audit.gaps import holm, p_beyond
from fiducial.audit.groups import UNKNOWN
from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.claims.strata import parse_stratum
from fiducial.errors import CannotJudge
from fiducial.stats.intervals import Interval, difference, difference_paired, mean_clustered, z_value

FAMILY = ("skull-strip", "mask-bone", "ct-eight-bit", "ct-window")
EIGHT_BITS = ("ct-eight-bit", "ct-window")
FEWEST = 10  # patients behind a loss
WINDOWS = (80, 200, 2800)  # HU: brain, subdural, bone


@dataclass(frozen=True, slots=True)
class Loss:
    """What one group of one condition loses of a metric, and whether it loses more than the others of its column.

    ``apart``: its loss less that of the rest of its column; None of all decisions together.
    """

    figure: Figure
    metric: str
    apart: Figure | None = None


@dataclass(frozen=True, slots=True)
class Ablation:
    """Sensitivity, specificity and confidence of the same decisions before and after, stratum by stratum."""

    name: ClassVar[str] = "ablation"
    asks: ClassVar[str] = "What does it lose without an anatomy or with fewer bits, and in whom?"
    needs: ClassVar[tuple[str, ...]] = (
        "predictions.score",
        "predictions.conditions",
        "cohort.label",
        "cohort.patient",
        "claim.strata",
        "split.internal",
    )

    def judge(self, case: Case) -> RungResult:
        """Weigh every loss of sensitivity and specificity against ``ablation_loss``.

        Raises:
            CannotJudge: no condition of the family was tried on ten ill or ten healthy patients.
        """
        tried, untried = effects(case, case.internal, FAMILY)
        losses = [loss for effect in tried for loss in _losses(case, effect)]
        if not losses:
            raise CannotJudge(
                f"none of {', '.join(FAMILY)} was tried on {FEWEST} ill or {FEWEST} healthy patients of the "
                "internal split"
            )
        unlike = _unlike(losses, case.confidence)
        return RungResult(
            self.name,
            _verdict(case, losses),
            (*_figures(losses), *(figure for effect in tried for figure in _confidence(case, effect))),
            _sentence(case, losses, unlike),
            tuple(_forests(case, losses)),
            notes=(
                *_notes(losses, unlike),
                *_grey_levels(tried),
                *_too_few(case, tried, losses),
                *unanswered(tried),
                *(f"Not tried, and not judged: {name}." for name in untried),
            ),
        )


def _losses(case: Case, effect: Effect) -> Iterator[Loss]:
    for metric in ("sensitivity", "specificity"):
        asked = effect.where(effect.before.truth if metric == "sensitivity" else ~effect.before.truth)
        if asked.before.patients < FEWEST:
            continue
        whole = _loss(asked, metric, "all", case.confidence)
        yield Loss(whole, metric)
        for label, inside in _strata(case, asked):
            group, rest = asked.where(inside), asked.where(~inside)
            if group.before.patients < FEWEST:
                continue
            figure = _loss(group, metric, label, case.confidence)
            enough = rest.before.patients >= FEWEST
            yield Loss(figure, metric, _apart(figure, _loss(rest, metric, "", case.confidence)) if enough else None)


def _loss(asked: Effect, metric: str, label: str, confidence: float) -> Figure:
    """``asked``: only those whom the metric is about. Before minus after, so that a loss is positive."""
    ill = metric == "sensitivity"
    before, after = (asked.before.called, asked.after.called) if ill else (~asked.before.called, ~asked.after.called)
    value = float(before.mean() - after.mean())
    interval = difference_paired(before, after, asked.before.patient, confidence)
    return Figure(f"{metric}_loss", value, interval, len(asked), "1", label, asked.condition)


def _apart(group: Figure, rest: Figure) -> Figure:
    interval = difference(group.value, _ends(group), rest.value, _ends(rest))
    name = f"{group.name}_beyond_the_rest"
    return Figure(name, group.value - rest.value, interval, group.n + rest.n, "1", group.subgroup, group.condition)


def _strata(case: Case, effect: Effect) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Every group of every stratum that has at least two; rows without a value are one of their own."""
    for text in case.claim.evidence.strata:
        stratum = parse_stratum(text)
        labels = stratum.labels(effect.before.columns[stratum.column]).fill_null(f"{stratum.column}={UNKNOWN}")
        names = labels.unique().sort().to_list()
        for name in names if len(names) > 1 else ():
            yield name, (labels == name).to_numpy()


def _confidence(case: Case, effect: Effect) -> Iterator[Figure]:
    """How much less sure the model is of the calls that it makes, right and wrong ones."""
    less_sure = sureness(effect.before) - sureness(effect.after)
    everyone = np.ones(len(effect), dtype=bool)
    for label, inside in (("all", everyone), *_strata(case, effect)):
        if np.unique(effect.before.patient[inside]).size < FEWEST:
            continue
        interval = mean_clustered(less_sure[inside], effect.before.patient[inside], case.confidence)
        n, value = int(inside.sum()), float(less_sure[inside].mean())
        yield Figure("confidence_drop", value, interval, n, "1", label, effect.condition)


def _verdict(case: Case, losses: list[Loss]) -> Verdict:
    floor = case.claim.floor("ablation_loss")
    if floor is None:
        return Verdict.NOT_SHOWN
    z = z_value(case.confidence)
    p_values = [_p(loss.figure, floor.high, z) for loss in losses]
    if holm(p_values, len(p_values)).min() < 1 - case.confidence:
        return Verdict.FAILS
    return Verdict.HOLDS if all(floor.cleared_by(_ends(loss.figure)) for loss in losses) else Verdict.UNDECIDED


def _unlike(losses: list[Loss], confidence: float) -> list[Loss]:
    """The groups that lose more, or less, than the rest of their column, after Holm's correction for all of them."""
    asked = [(loss, loss.apart) for loss in losses if loss.apart]
    if not asked:
        return []
    z = z_value(confidence)
    p_values = [_p(apart if apart.value >= 0 else _mirrored(apart), 0.0, z) for _, apart in asked]
    adjusted = holm(p_values, len(p_values))
    return [loss for (loss, _), p in zip(asked, adjusted, strict=True) if p < 1 - confidence]


def _p(figure: Figure, bound: float, z: float) -> float:
    return p_beyond(figure.value, (figure.value - _ends(figure).low) / z, bound)


def _mirrored(figure: Figure) -> Figure:
    ends = _ends(figure)
    return Figure(figure.name, -figure.value, Interval(-ends.high, -ends.low), figure.n)


def _figures(losses: list[Loss]) -> Iterator[Figure]:
    for loss in losses:
        yield loss.figure
        if loss.apart:
            yield loss.apart


def _sentence(case: Case, losses: list[Loss], unlike: list[Loss]) -> str:
    of_groups = [loss for loss in losses if loss.figure.subgroup != "all"]
    most = max(unlike or of_groups or losses, key=lambda loss: loss.figure.value)
    told = f"{most.figure.condition} costs {_whom(most)} {_points(most.figure)} of {most.metric}"
    fellows = [loss for loss in losses if _is_fellow(loss, most)]
    if fellows:
        told += f" and {_whom(min(fellows, key=lambda loss: loss.figure.value))} "
        told += _points(min(fellows, key=lambda loss: loss.figure.value).figure)
    told += "." if most in unlike or not fellows else "; no group loses more than the rest beyond chance."
    return told + "".join(unpromised(case, "ablation_loss"))


def _is_fellow(loss: Loss, most: Loss) -> bool:
    """Whether it is another group of the same column, metric and condition."""
    one, other = loss.figure, most.figure
    same = one.condition == other.condition and loss.metric == most.metric and one.subgroup != other.subgroup
    return same and "=" in other.subgroup and one.subgroup.split("=")[0] == other.subgroup.split("=")[0]


def _whom(loss: Loss) -> str:
    return "all" if loss.figure.subgroup == "all" else loss.figure.subgroup


def _points(figure: Figure) -> str:
    ends = _ends(figure)
    return f"{figure.value:.2f} ({ends.low:.2f} to {ends.high:.2f})"


def _notes(losses: list[Loss], unlike: list[Loss]) -> Iterator[str]:
    for loss in unlike:
        if loss.apart:
            yield (
                f"Under {loss.figure.condition} {loss.figure.subgroup} loses {loss.metric} "
                f"{_points(loss.figure)}, {_points(loss.apart)} more than the rest."
            )
    compared = sum(loss.apart is not None for loss in losses)
    if compared:
        yield f"{compared} groups were compared with the rest of their column; Holm's correction counts them all."


def _grey_levels(tried: list[Effect]) -> Iterator[str]:
    if any(effect.condition.partition(":")[0] in EIGHT_BITS for effect in tried):
        told = ", ".join(f"{hu_of_a_grey_level(width):.2f} HU at a window of {width}" for width in WINDOWS)
        yield f"With eight bits one grey level is {told}; what differs by less is one grey."


def hu_of_a_grey_level(width: float) -> float:
    """How many HU one of 256 grey levels spans in a window of ``width`` HU."""
    return width / 255


def _too_few(case: Case, tried: list[Effect], losses: list[Loss]) -> Iterator[str]:
    measured = {(loss.figure.condition, loss.metric, loss.figure.subgroup) for loss in losses}
    for effect in tried:
        for label, _ in _strata(case, effect):
            short = [m for m in ("sensitivity", "specificity") if (effect.condition, m, label) not in measured]
            if short:
                yield f"Under {effect.condition} {label} has too few patients for {' and '.join(short)}."


def _forests(case: Case, losses: list[Loss]) -> Iterator[Forest]:
    floor = case.claim.floor("ablation_loss")
    for condition in dict.fromkeys(loss.figure.condition for loss in losses):
        for metric in ("sensitivity", "specificity"):
            given = [o.figure for o in losses if o.metric == metric and o.figure.condition == condition]
            yield from forest(
                f"ablation-{condition.replace(':', '-')}-{metric}",
                f"{metric} lost under {condition}",
                f"loss of {metric}",
                ((figure.subgroup, figure) for figure in given),
                floor,
            )


def _ends(figure: Figure) -> Interval:
    return figure.interval or Interval(-1.0, 1.0)
