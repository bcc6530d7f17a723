"""The audits of each claim in the order in which they were given, and what changed at every step."""

from dataclasses import dataclass
from typing import Any

from fiducial.claims.comparison import Comparison
from fiducial.claims.evidence import NOTICE, Evidence, Verdict

HISTORY_SCHEMA = "fiducial.history/1"
SOME_UNREAD = 5  # exit code


@dataclass(frozen=True, slots=True)
class Step:
    """One audit of a claim. ``since``: the comparison with the audit before it, None for the first one.

    ``apart``: why it could not be compared, where it could not.
    """

    name: str
    evidence: Evidence
    since: Comparison | None = None
    apart: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimHistory:
    """Every audit of one claim name, oldest first as they were given."""

    claim: str
    steps: tuple[Step, ...]

    @property
    def rungs(self) -> tuple[str, ...]:
        """Every rung of any audit, in the order of the latest."""
        latest_first = (result.rung for step in reversed(self.steps) for result in step.evidence.rungs)
        return tuple(dict.fromkeys(latest_first))

    def verdict(self, step: Step, rung: str) -> Verdict | None:
        """What a rung said in one audit; None where that audit had no such rung."""
        return next((result.verdict for result in step.evidence.rungs if result.rung == rung), None)

    def document(self) -> dict[str, Any]:
        """One claim of ``history.json``; the figures stay in the evidence, comparisons in their own documents."""
        return {
            "claim": self.claim,
            "finding": self.steps[-1].evidence.claim.claim.finding,
            "audits": [
                {
                    "name": step.name,
                    "verdict": str(step.evidence.verdict),
                    "rungs": {rung: self.verdict(step, rung) for rung in self.rungs},
                    "alarms": list(step.evidence.alarms),
                    "inputs": step.evidence.provenance.inputs,
                    "since_the_one_before": _since(step),
                }
                for step in self.steps
            ],
        }


@dataclass(frozen=True, slots=True)
class Unread:
    """A folder that holds no audit that could be read, and why."""

    source: str
    error: str


@dataclass(frozen=True, slots=True)
class History:
    """One history a claim, in the order in which the claims first came."""

    claims: tuple[ClaimHistory, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: every folder was read; 5: some were not, and are listed."""
        return SOME_UNREAD if self.unread else 0

    def document(self) -> dict[str, Any]:
        """``history.json``: neither clock times nor absolute paths."""
        return {
            "schema": HISTORY_SCHEMA,
            "notice": NOTICE,
            "claims": [one.document() for one in self.claims],
            "not_read": [{"source": one.source, "error": one.error} for one in self.unread],
        }


def _since(step: Step) -> dict[str, Any] | None:
    if step.since is None:
        return {"not_compared": step.apart} if step.apart else None
    found = step.since
    return {
        "outcome": str(found.outcome),
        "reasons": list(found.reasons),
        "claim": [{"key": one.key, "before": one.before, "after": one.after} for one in found.claim],
        "inputs": [one.key for one in found.inputs],
        "turned": [
            {"rung": one.rung, "before": one.before, "after": one.after}
            for one in found.turns
            if one.direction != "same"
        ],
        "tests": [one.document() for one in found.tested],
    }
