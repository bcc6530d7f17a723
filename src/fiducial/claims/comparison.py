"""Two audits of one finding beside each other: what changed, what turned, and what was tested on shared decisions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fiducial.claims.evidence import NOTICE, Evidence, Figure, Verdict
from fiducial.stats.intervals import Interval

COMPARISON_SCHEMA = "fiducial.comparison/1"
MARGIN = 0.05  # a loss below it is called no loss, where nobody asks for another


class Outcome(StrEnum):
    """Whether anything got worse. ``undecided``: nothing is shown to be worse, and nothing is shown not to be."""

    WORSE = "worse"
    UNDECIDED = "undecided"
    NOT_WORSE = "not worse"


OUTCOME_CODES = {Outcome.NOT_WORSE: 0, Outcome.WORSE: 1, Outcome.UNDECIDED: 3}


@dataclass(frozen=True, slots=True)
class Change:
    """One key that stands differently in both audits; None where it is absent."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Turn:
    """One rung's verdict in both audits; None where that audit has no such rung. ``required`` in either of them."""

    rung: str
    before: Verdict | None
    after: Verdict | None
    required: bool

    @property
    def direction(self) -> str:
        """``down``, ``up``, ``same``, or ``only in one``."""
        if self.before is None or self.after is None:
            return "only in one"
        order = list(Verdict)
        steps = order.index(self.after) - order.index(self.before)
        return "same" if not steps else "up" if steps > 0 else "down"


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure that is not the same in both audits; None where that audit has it not."""

    rung: str
    before: Figure | None
    after: Figure | None

    @property
    def figure(self) -> Figure:
        """Either of both, for name, subgroup and condition."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a figure that moved stands in one audit at least")
        return found

    @property
    def difference(self) -> float | None:
        """After minus before."""
        return self.after.value - self.before.value if self.before and self.after else None


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alarms by their words; numbers inside may differ. ``stayed``: in the words of the later audit."""

    came: tuple[str, ...]
    went: tuple[str, ...]
    stayed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """How the decisions of one split meet. ``relabelled``: shared studies whose truth is another one."""

    split: str
    both: int
    only_before: int
    only_after: int
    relabelled: int
    patients: int


@dataclass(frozen=True, slots=True)
class Tested:
    """One metric, twice. ``difference``: after minus before. ``labels``: whose truth, where they differ.

    ``p``: two-sided, None where the metric follows from others and is not tested by itself; ``adjusted``: by Holm
    over all tests of the comparison. ``resampled``: the percentile interval of a bootstrap of patients.
    """

    metric: str
    split: str
    labels: str
    before: float
    after: float
    interval: Interval
    n: int
    patients: int
    method: str
    p: float | None
    adjusted: float | None = None
    resampled: Interval | None = None
    lost: int | None = None  # decisions that were right and are wrong
    gained: int | None = None
    unchanged: bool = False  # every single decision is as it was
    more_is_better: bool = True

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.after - self.before

    @property
    def loss(self) -> Interval:
        """How much was lost: positive is worse, whichever way the metric runs."""
        if self.more_is_better:
            return Interval(-self.interval.high, -self.interval.low)
        return self.interval

    def is_worse(self, alpha: float) -> bool:
        """Significantly worse, after Holm."""
        lost = -self.difference if self.more_is_better else self.difference
        return self.adjusted is not None and self.adjusted < alpha and lost > 0

    def is_better(self, alpha: float) -> bool:
        """Significantly better, after Holm."""
        lost = -self.difference if self.more_is_better else self.difference
        return self.adjusted is not None and self.adjusted < alpha and lost < 0

    def is_no_loss(self, margin: float) -> bool:
        """No decision changed, or the whole interval of the loss lies below the margin."""
        return self.unchanged or self.loss.high < margin

    def document(self) -> dict[str, Any]:
        """The test as ``comparison.json`` carries it."""
        return {
            "metric": self.metric,
            "split": self.split,
            "labels": self.labels,
            "before": self.before,
            "after": self.after,
            "difference": self.difference,
            "low": self.interval.low,
            "high": self.interval.high,
            "bootstrap": [self.resampled.low, self.resampled.high] if self.resampled else None,
            "n": self.n,
            "patients": self.patients,
            "lost": self.lost,
            "gained": self.gained,
            "method": self.method,
            "p": self.p,
            "p_holm": self.adjusted,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two audits. ``names``: how both are called, before and after."""

    names: tuple[str, str]
    before: Evidence
    after: Evidence
    claim: tuple[Change, ...]
    inputs: tuple[Change, ...]
    made: tuple[Change, ...]  # versions, seed, confidence
    turns: tuple[Turn, ...]
    moved: tuple[Moved, ...]
    alarms: Alarms
    shared: tuple[Shared, ...]
    tested: tuple[Tested, ...]
    confidence: float
    margin: float
    outcome: Outcome
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: not worse; 1: worse; 3: undecided."""
        return OUTCOME_CODES[self.outcome]

    @property
    def same(self) -> bool:
        """Whether nothing at all differs but how the audits were made."""
        return not (self.claim or self.inputs or self.moved or self.alarms.came or self.alarms.went) and all(
            turn.direction == "same" for turn in self.turns
        )

    def document(self) -> dict[str, Any]:
        """``comparison.json``: neither clock times nor absolute paths."""
        return {
            "schema": COMPARISON_SCHEMA,
            "notice": NOTICE,
            "outcome": str(self.outcome),
            "reasons": list(self.reasons),
            "notes": list(self.notes),
            "confidence": self.confidence,
            "margin": self.margin,
            "before": _audit(self.names[0], self.before),
            "after": _audit(self.names[1], self.after),
            "claim": [_change(one) for one in self.claim],
            "inputs": [_change(one) for one in self.inputs],
            "made_with": [_change(one) for one in self.made],
            "rungs": [
                {"rung": t.rung, "before": t.before, "after": t.after, "required": t.required, "turned": t.direction}
                for t in self.turns
            ],
            "alarms": {
                "came": list(self.alarms.came),
                "went": list(self.alarms.went),
                "stayed": list(self.alarms.stayed),
            },
            "shared": [
                {
                    "split": one.split,
                    "both": one.both,
                    "only_before": one.only_before,
                    "only_after": one.only_after,
                    "relabelled": one.relabelled,
                    "patients": one.patients,
                }
                for one in self.shared
            ],
            "tests": [one.document() for one in self.tested],
            "figures": [
                {
                    "rung": one.rung,
                    "name": one.figure.name,
                    "subgroup": one.figure.subgroup,
                    "condition": one.figure.condition,
                    "before": one.before.document() if one.before else None,
                    "after": one.after.document() if one.after else None,
                    "difference": one.difference,
                }
                for one in self.moved
            ],
        }


def _audit(name: str, evidence: Evidence) -> dict[str, Any]:
    return {
        "name": name,
        "claim": evidence.claim.claim.name,
        "finding": evidence.claim.claim.finding,
        "verdict": str(evidence.verdict),
        "inputs": evidence.provenance.inputs,
    }


def _change(one: Change) -> dict[str, Any]:
    return {"key": one.key, "before": one.before, "after": one.after}
