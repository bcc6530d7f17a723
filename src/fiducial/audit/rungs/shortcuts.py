"""Rung: is the model right for the right reason, or a clever Hans who reads the marker, the border, the site?

Four looks that share no assumption: where it looks, what happens without what should not matter, what its features
know, and what happens when the confounder alone is moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.audit.accuracy import shown_case
from fiducial.audit.case import Case
from fiducial.audit.clever_hans.confounders import Confounders
from fiducial.audit.clever_hans.features import FeatureProbe
from fiducial.audit.clever_hans.look import Look, Seen
from fiducial.audit.clever_hans.masking import Masking
from fiducial.audit.clever_hans.saliency import Saliency
from fiducial.audit.needs import missing
from fiducial.claims.evidence import RungResult, ShownCase, Verdict, worst
from fiducial.errors import CannotJudge

SHOWN = 12  # right decisions with a wrong reason
GALLERY = "Right for the wrong reason"


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """One verdict of four looks: saliency, masking, features, confounders."""

    name: ClassVar[str] = "shortcuts"
    asks: ClassVar[str] = "Is it right for the right reason?"
    needs: ClassVar[tuple[str, ...]] = ("predictions.score", "cohort.label", "cohort.patient", "split.internal")

    looks: tuple[Look, ...] = (Saliency(), Masking(), FeatureProbe(), Confounders())

    def judge(self, case: Case) -> RungResult:
        """Hold only if every look holds; fail if one look fails beyond doubt."""
        lacking = {look.name: missing(look.needs, case) for look in self.looks}
        seen = {look.name: _seen(look, case, lacking[look.name]) for look in self.looks}
        verdict = worst(one.verdict for one in seen.values())
        return RungResult(
            self.name,
            verdict,
            tuple(figure for one in seen.values() for figure in one.figures),
            _sentence(seen),
            tuple(chart for one in seen.values() for chart in one.charts),
            _right_for_the_wrong_reason(case, seen),
            missing=tuple(dict.fromkeys(phrase for phrases in lacking.values() for phrase in phrases)),
            notes=(
                *(f"{name} {one.verdict}: {one.sentence}" for name, one in seen.items()),
                *(f"{name}: {note}" for name, one in seen.items() for note in one.notes),
            ),
            alarms=tuple(alarm for one in seen.values() for alarm in one.alarms),
            gallery=GALLERY,
        )


def _seen(look: Look, case: Case, lacking: tuple[str, ...]) -> Seen:
    if lacking:
        return Seen(Verdict.NOT_SHOWN, f"missing {'; '.join(lacking)}.")
    try:
        return look.look(case)
    except CannotJudge as reason:
        return Seen(Verdict.NOT_SHOWN, f"{reason}.")


def _sentence(seen: dict[str, Seen]) -> str:
    told = ", ".join(f"{name} {one.verdict}" for name, one in seen.items())
    failed = [one.sentence for one in seen.values() if one.verdict is Verdict.FAILS]
    return " ".join([f"Of four looks for shortcuts: {told}.", *failed])


def _right_for_the_wrong_reason(case: Case, seen: dict[str, Seen]) -> tuple[ShownCase, ...]:
    """Right decisions that a look speaks against, those that most looks speak against first."""
    answered = case.internal.only_answered()
    against = {study: list(_against(study, seen)) for study in {s for one in seen.values() for s in one.suspects}}
    rows = [
        int(row) for row in np.flatnonzero(answered.called == answered.truth) if str(answered.study[row]) in against
    ]
    rows.sort(key=lambda row: (-len(against[str(answered.study[row])]), str(answered.study[row])))
    return tuple(
        shown_case(
            answered,
            row,
            f"{_state(answered.truth[row])}, called so, but {'; '.join(against[str(answered.study[row])])}",
        )
        for row in rows[:SHOWN]
    )


def _state(is_ill: bool) -> str:  # noqa: FBT001  (one word for a label)
    return "ill" if is_ill else "healthy"


def _against(study: str, seen: dict[str, Seen]) -> Iterator[str]:
    for one in seen.values():
        if study in one.suspects:
            yield one.suspects[study]
