"""Look: does the decision turn when the confounder is put in, or taken out, and nothing else changes?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case
from fiducial.audit.clever_hans.look import FEWEST, UNSTATED, Seen, beyond, capped, unpromised, weigh_all
from fiducial.audit.effects import Effect, effects, unanswered
from fiducial.audit.forests import forest
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """One confounder moved in those in whom moving it tells most, and the decisions that it turned."""

    effect: Effect
    whom: str
    verb: str
    turned: NDArray[np.bool_]
    flips: Figure


@dataclass(frozen=True, slots=True)
class Confounders:
    """Added to the healthy, taken from the ill: the counterfactual effect of a marker, a device, a text."""

    name: ClassVar[str] = "confounders"
    needs: ClassVar[tuple[str, ...]] = ("predictions.conditions",)

    def look(self, case: Case) -> Seen:
        """Weigh the share of decisions that turn against ``shortcut_effect``.

        Raises:
            CannotJudge: none of the claim's confounders was moved in ten patients.
        """
        tried, untried = effects(case, case.internal, case.claim.evidence.confounders)
        moved = [one for one in (_moved(effect, case.confidence) for effect in tried) if one]
        if not moved:
            wanted = ", ".join(case.claim.evidence.confounders) or "evidence.confounders in the claim"
            raise CannotJudge(f"no confounder was moved in {FEWEST} patients of the internal split: {wanted}")
        flips = [one.flips for one in moved]
        floor = case.claim.floor("shortcut_effect")
        untried += tuple(dict.fromkeys(_too_few(tried, moved)))
        changes = (one.effect.score_change(case.confidence, one.whom) for one in moved)
        return Seen(
            capped(weigh_all(flips, floor, case.confidence), untried),
            "; ".join(_told(one) for one in moved) + "." + "".join(unpromised(case, "shortcut_effect")),
            (*flips, *changes),
            tuple(
                forest(
                    "shortcuts-confounders",
                    "Decisions that turn with the confounder",
                    "share of decisions",
                    ((f"{one.flips.condition} ({one.whom})", one.flips) for one in moved),
                    floor,
                )
            ),
            (*_untried(untried), *unanswered(tried)),
            tuple(_alarms(moved, case.confidence)),
            {study: why for one in moved for study, why in _suspects(one)},
        )


def _moved(effect: Effect, confidence: float) -> Moved | None:
    ill = effect.before.truth
    name = effect.condition.partition(":")[0]
    if name.endswith("-added"):
        whom, verb, mask = "healthy", "called ill", ~ill
    elif name.endswith("-removed"):
        whom, verb, mask = "ill", "called healthy", ill
    else:
        whom, verb, mask = "all", "called otherwise", np.ones_like(ill)
    inside = effect.where(mask)
    if inside.before.patients < FEWEST:
        return None
    turned = {"healthy": inside.risen, "ill": inside.fallen}.get(whom, inside.flipped)
    return Moved(inside, whom, verb, turned, inside.share("flips", turned, confidence, whom))


def _told(one: Moved) -> str:
    low, high = (one.flips.interval.low, one.flips.interval.high) if one.flips.interval else (0.0, 1.0)
    return (
        f"{one.flips.condition}: {1000 * one.flips.value:.0f} of 1,000 {_people(one.whom)} are {one.verb} "
        f"({1000 * low:.0f}-{1000 * high:.0f}), the score moves by {one.effect.change.mean():+.3f}"
    )


def _alarms(moved: list[Moved], confidence: float) -> Iterator[str]:
    loud = beyond([one.flips for one in moved], UNSTATED, confidence)
    for one in moved:
        if one.flips in loud:
            yield (
                f"{one.flips.condition} alone turns {100 * one.flips.value:.0f} of 100 {_people(one.whom)}: they are "
                f"{one.verb} although nothing of the patient has changed."
            )


def _suspects(one: Moved) -> Iterator[tuple[str, str]]:
    """Ill who are called ill only while the confounder is there."""
    if one.whom == "ill":
        for study in one.effect.before.study[one.turned].tolist():
            yield study, f"called healthy under {one.effect.condition}"


def _too_few(tried: list[Effect], moved: list[Moved]) -> Iterator[str]:
    enough = {one.effect.condition for one in moved}
    for effect in tried:
        if effect.condition not in enough:
            yield effect.condition


def _untried(untried: tuple[str, ...]) -> Iterator[str]:
    if untried:
        yield (
            f"Not tried on {FEWEST} patients: {', '.join(untried)}. The confounders look cannot hold without them; run "
            "them, or say in evidence.confounders which conditions move what confounds this finding."
        )


def _people(whom: str) -> str:
    return "decisions" if whom == "all" else whom
