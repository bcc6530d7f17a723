"""The conditions that a model was tried under, as its predictions name them; no condition needs to be installed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fiducial.audit.case import Case, Decisions
from fiducial.audit.effects import Effect, effect_of

MASKS = "mask-"  # begins the name of a condition that takes something away: a question to the model, not a worse image
STRIPS = ("skull-strip",)  # takes something away, too
_PART = re.compile(r"(?P<name>[^:+]+):(?P<severity>[1-5])")


@dataclass(frozen=True, slots=True)
class Stressor:
    """One condition as it is written, ``ct-noise:3``.

    ``name``: without the severity; of several that were joined, all of them. ``severity``: 1 to 5, of joined ones the
    largest; None where the condition is not written ``name:severity``.
    """

    condition: str
    name: str
    severity: int | None
    joined: bool = False

    @property
    def masks(self) -> bool:
        """Whether it hides a part of the image, to see what the model looks at."""
        words = self.condition.split("+")
        return any(word.startswith(MASKS) or word.partition(":")[0] in STRIPS for word in words)

    def is_wrong_input(self, case: Case) -> bool:
        """Whether the claim says that no answer is right under it: by its name, or by name and severity."""
        return bool({self.condition, self.name} & set(case.claim.evidence.wrong_inputs))

    def is_borne(self, case: Case) -> bool:
        """Whether the claim must hold under it: no wrong input, and no more severe than ``stress_up_to``."""
        up_to = case.claim.evidence.stress_up_to
        return (
            up_to is not None and self.severity is not None and self.severity <= up_to and not self.is_wrong_input(case)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """Some decisions under one condition.

    ``clean``, ``under``: those that have a row under it, row by row. ``untried``: how many have none.
    """

    stressor: Stressor
    clean: Decisions
    under: Decisions
    untried: int

    @property
    def effect(self) -> Effect:
        """What became of the decisions that were taken both times."""
        return effect_of(self.stressor.condition, self.clean, self.under)


def tried(case: Case, decisions: Decisions) -> Iterator[Tried]:
    """Every condition that at least one of the decisions was tried under, by name and severity.

    Those that mask a part of the image are left out: the lesion is not to be found where it was hidden. They come one
    by one, because fifty of them side by side would be fifty cohorts in memory.
    """
    needed = [name for name in decisions.columns.columns if name in {"study", "path"}]
    slim = replace(decisions, columns=decisions.columns.select(needed or decisions.columns.columns[:1]))
    for stressor in sorted((parse_stressor(text) for text in case.probed.conditions), key=_place):
        clean, under = case.under(stressor.condition, slim)
        if len(under) and not stressor.masks:
            yield Tried(stressor, clean, under, len(decisions) - len(under))


def parse_stressor(condition: str) -> Stressor:
    """What a condition's name says of it."""
    parts = [_PART.fullmatch(word) for word in condition.split("+")]
    known = [part for part in parts if part]
    if len(known) < len(parts):
        return Stressor(condition, condition, None, joined=len(parts) > 1)
    name, severity = "+".join(part["name"] for part in known), max(int(part["severity"]) for part in known)
    return Stressor(condition, name, severity, joined=len(parts) > 1)


def _place(one: Stressor) -> tuple[str, int, str]:
    return one.name, one.severity or 0, one.condition
