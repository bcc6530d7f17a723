"""Look: does a decision turn when what cannot hold the finding is masked, and does it fall when the lesion is?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.audit.case import Case
from fiducial.audit.clever_hans.look import FEWEST, UNSTATED, Seen, beyond, capped, unpromised, weigh_all
from fiducial.audit.effects import Effect, effects, unanswered
from fiducial.audit.forests import forest
from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, Verdict, weigh, worst
from fiducial.errors import CannotJudge


@dataclass(frozen=True, slots=True)
class Masking:
    """Paired decisions, whole and masked: flips where masking should not matter, falls where it should."""

    name: ClassVar[str] = "masking"
    needs: ClassVar[tuple[str, ...]] = ("predictions.conditions",)

    def look(self, case: Case) -> Seen:
        """Weigh the flips against ``shortcut_effect`` and the falls against ``lesion_effect``.

        Raises:
            CannotJudge: nothing was masked in ten patients.
        """
        evidence, decisions = case.claim.evidence, case.internal
        harmless, untried = effects(case, decisions, evidence.must_not_matter)
        vital, unmasked = effects(case, decisions, evidence.must_matter)
        judged = [one for one in harmless if one.before.patients >= FEWEST]
        fallen = [one for one in (_falls(effect, case.confidence) for effect in vital) if one]
        if not judged and not fallen:
            wanted = ", ".join((*evidence.must_not_matter, *evidence.must_matter))
            raise CannotJudge(f"nothing was masked in {FEWEST} patients of the internal split: {wanted}")
        flips = [one.share("flips", one.flipped, case.confidence) for one in judged]
        untried += tuple(one.condition for one in harmless if one not in judged)
        return Seen(
            _verdict(case, flips, fallen, untried),
            _sentence(flips, fallen) + "".join(unpromised(case, "shortcut_effect", "lesion_effect")),
            (*flips, *fallen, *_beside(case, (*judged, *vital))),
            tuple(_forests(case, flips, fallen)),
            (*_notes(case, untried, unmasked), *unanswered((*harmless, *vital))),
            tuple(_alarms(flips, case.confidence)),
            {
                study: f"called otherwise under {one.condition}"
                for one in judged
                for study in one.before.study[one.flipped].tolist()
            },
        )


def _falls(effect: Effect, confidence: float) -> Figure | None:
    """The share of the right positive calls that fall; None of fewer than ten patients."""
    right = effect.where(effect.before.truth & effect.before.called)
    return right.share("fallen", right.fallen, confidence, "ill") if right.before.patients >= FEWEST else None


def _verdict(case: Case, flips: list[Figure], fallen: list[Figure], untried: tuple[str, ...]) -> Verdict:
    verdict = capped(weigh_all(flips, case.claim.floor("shortcut_effect"), case.confidence), untried)
    floor = case.claim.floor("lesion_effect")
    if floor is None:
        return verdict
    of_lesion = [weigh(one.interval, floor) for one in fallen if one.interval]
    return worst([verdict, worst(of_lesion)])


def _beside(case: Case, tried: tuple[Effect, ...]) -> Iterator[Figure]:
    for effect in tried:
        yield effect.score_change(case.confidence)
        area = effect.auroc_drop(case.confidence)
        if area:
            yield area


def _sentence(flips: list[Figure], fallen: list[Figure]) -> str:
    told = []
    if flips:
        most = max(flips, key=lambda one: one.value)
        told.append(f"{most.condition} turns {_of_a_thousand(most)} decisions ({_span(most)})")
        if len(flips) > 1:
            told[0] += f", the most of {len(flips)} masks that should turn none"
    told += [f"{one.condition} lets {_of_a_thousand(one)} right positive calls fall ({_span(one)})" for one in fallen]
    return "; ".join(told) + "."


def _of_a_thousand(figure: Figure) -> str:
    return f"{1000 * figure.value:.0f} of 1,000"


def _span(figure: Figure) -> str:
    low, high = (figure.interval.low, figure.interval.high) if figure.interval else (0.0, 1.0)
    return f"{1000 * low:.0f}-{1000 * high:.0f}"


def _forests(case: Case, flips: list[Figure], fallen: list[Figure]) -> Iterator[Forest]:
    most, least = case.claim.floor("shortcut_effect"), case.claim.floor("lesion_effect")
    yield from forest(
        "shortcuts-masking",
        "Decisions that turn under harmless masks",
        "share of decisions",
        ((one.condition, one) for one in flips),
        most,
    )
    yield from forest(
        "shortcuts-lesion",
        "Right calls that fall without the lesion",
        "share of right positive calls",
        ((one.condition, one) for one in fallen),
        least,
    )


def _notes(case: Case, untried: tuple[str, ...], unmasked: tuple[str, ...]) -> Iterator[str]:
    if untried:
        yield (
            f"Not masked in {FEWEST} patients: {', '.join(untried)}. The masking look cannot hold without them; run "
            "them, or say in evidence.must_not_matter what should not matter here."
        )
    if unmasked:
        yield f"Not masked: {', '.join(unmasked)}. Whether the model needs the lesion at all is not shown."
    asked = {*case.claim.evidence.must_not_matter, *case.claim.evidence.must_matter}
    others = sorted({one.partition(":")[0] for one in case.probed.conditions if one.startswith("mask-")} - asked)
    if others:
        yield (
            f"Masked as well, and not weighed: {', '.join(others)}. Name it in evidence.must_not_matter or "
            "evidence.must_matter."
        )


def _alarms(flips: list[Figure], confidence: float) -> Iterator[str]:
    for one in beyond(flips, UNSTATED, confidence):
        yield f"{one.condition} turns {100 * one.value:.0f} of 100 decisions, though it leaves the finding untouched."
