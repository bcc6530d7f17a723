"""What a rung hands back (figures, one verdict, charts, cases to look at) and the evidence that they add up to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from fiducial.claims.charts import Chart
from fiducial.claims.claim import Claim
from fiducial.claims.floors import Floor
from fiducial.stats.intervals import Interval

EVIDENCE_SCHEMA = "fiducial.evidence/2"  # 2: alarms have left the notes
CONFIDENCE = 0.95  # of an interval, where nobody asks for another
NOTICE = "Research software, not a medical device: nothing here may guide the care of a patient."


class Verdict(StrEnum):
    """Worst first: a claim's verdict is the first of these among its required rungs."""

    FAILS = "fails"
    NOT_SHOWN = "not shown"
    UNDECIDED = "undecided"
    HOLDS = "holds"


EXIT_CODES = {Verdict.HOLDS: 0, Verdict.FAILS: 1, Verdict.UNDECIDED: 3, Verdict.NOT_SHOWN: 3}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what is needed to doubt it. ``unit`` is "1" for a share; a count has no interval."""

    name: str
    value: float
    interval: Interval | None
    n: int
    unit: str = "1"
    subgroup: str = "all"
    condition: str = "clean"

    def document(self) -> dict[str, Any]:
        """The figure as every JSON of ours carries it."""
        return {
            "name": self.name,
            "value": self.value,
            "low": self.interval.low if self.interval else None,
            "high": self.interval.high if self.interval else None,
            "n": self.n,
            "unit": self.unit,
            "subgroup": self.subgroup,
            "condition": self.condition,
        }


@dataclass(frozen=True, slots=True)
class ShownCase:
    """One decision worth a look: ``path`` leads to its image, where there is one."""

    study: str
    truth: bool
    score: float
    why: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class RungResult:
    """What one rung found. ``sentence`` is for a clinician: what was found and what it means for the claim."""

    rung: str
    verdict: Verdict
    figures: tuple[Figure, ...]
    sentence: str
    charts: tuple[Chart, ...] = ()
    cases: tuple[ShownCase, ...] = ()
    missing: tuple[str, ...] = ()  # columns or keys that the rung needs and nobody gave
    notes: tuple[str, ...] = ()  # what a careful reader must know about these figures
    alarms: tuple[str, ...] = ()  # what every reader must know first, whatever the floors are
    gallery: str = "Worst cases of this rung"  # what the report calls its cases

    def document(self, *, required: bool) -> dict[str, Any]:
        """The rung as ``evidence.json`` carries it."""
        return {
            "rung": self.rung,
            "verdict": str(self.verdict),
            "required": required,
            "sentence": self.sentence,
            "missing": list(self.missing),
            "alarms": list(self.alarms),
            "notes": list(self.notes),
            "figures": [figure.document() for figure in self.figures],
        }


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the evidence was made from: input name -> hash, package -> version."""

    inputs: dict[str, str]
    versions: dict[str, str]
    seed: int
    command: str
    confidence: float = CONFIDENCE  # of every interval, unless the figure's own source says otherwise


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim, what every rung found about it, and where the numbers came from."""

    claim: Claim
    rungs: tuple[RungResult, ...]
    provenance: Provenance
    hints: tuple[str, ...] = ()  # what would let the claim climb higher
    images: Path = Path()  # the folder that the paths of shown cases start from; not part of the document
    # One row a study, as fiducial.audit.log writes it; not part of the document.
    decisions: pl.DataFrame | None = field(default=None, compare=False)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the required rungs."""
        return worst(self[name].verdict for name in self.claim.ladder.required)

    @property
    def exit_code(self) -> int:
        """What a command that was asked for this verdict ends with."""
        return EXIT_CODES[self.verdict]

    @property
    def alarms(self) -> tuple[str, ...]:
        """The alarms of all rungs, each once, in the order of the ladder."""
        return tuple(dict.fromkeys(alarm for result in self.rungs for alarm in result.alarms))

    def __getitem__(self, rung: str) -> RungResult:
        """The result of one rung, by its name."""
        for result in self.rungs:
            if result.rung == rung:
                return result
        raise KeyError(f"no rung {rung!r} among {', '.join(result.rung for result in self.rungs)}")

    def document(self) -> dict[str, Any]:
        """``evidence.json``: neither clock times nor absolute paths."""
        required = self.claim.ladder.required
        return {
            "schema": EVIDENCE_SCHEMA,
            "notice": NOTICE,
            "verdict": str(self.verdict),
            "claim": self.claim.model_dump(mode="json", exclude_none=True),
            "rungs": [result.document(required=result.rung in required) for result in self.rungs],
            "hints": list(self.hints),
            "provenance": {
                "inputs": self.provenance.inputs,
                "versions": self.provenance.versions,
                "seed": self.provenance.seed,
                "command": self.provenance.command,
                "confidence": self.provenance.confidence,
            },
        }


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; of none, ``not shown``."""
    return min(verdicts, key=list(Verdict).index, default=Verdict.NOT_SHOWN)


def weigh(interval: Interval, floor: Floor) -> Verdict:
    """A floor is cleared by the whole interval, and missed only by the whole interval."""
    if floor.cleared_by(interval):
        return Verdict.HOLDS
    return Verdict.FAILS if floor.missed_by(interval) else Verdict.UNDECIDED
