"""What was found about a reader study without a claim: one result a metric, and the study that would come next."""

from dataclasses import dataclass
from typing import Any

from fiducial.claims.evidence import EXIT_CODES, NOTICE, Provenance, RungResult, Verdict

READERS_SCHEMA = "fiducial.readers/1"


@dataclass(frozen=True, slots=True)
class NextStudy:
    """Power by readers and cases, for a true change of ``effect`` in ``metric``. ``cases``: the columns of ``rows``.

    ``rows``: readers, the power at each number of cases, and the fewest cases for 80% (None: too many to read).
    """

    metric: str
    effect: float
    cases: tuple[int, ...]
    rows: tuple[tuple[int, tuple[float, ...], int | None], ...]

    def document(self) -> dict[str, Any]:
        """As ``readers.json`` carries it."""
        return {
            "metric": self.metric,
            "effect": self.effect,
            "cases": list(self.cases),
            "rows": [
                {"readers": readers, "power": list(power), "cases_for_80_percent": fewest}
                for readers, power, fewest in self.rows
            ],
        }


@dataclass(frozen=True, slots=True)
class Components:
    """Obuchowski and Rockette's components of one metric, and the test of the arms; for who recomputes them."""

    metric: str
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class ReaderEvidence:
    """``results``: one a metric; the first is the question that was asked, and its verdict is the study's.

    ``beside``: changes of decisions and times, of which nothing is asked.
    """

    arms: tuple[str, ...]
    readers: int
    cases: int
    ill: int
    design: str
    covariance: str
    results: tuple[RungResult, ...]
    provenance: Provenance
    beside: tuple[RungResult, ...] = ()
    components: tuple[Components, ...] = ()
    next_study: NextStudy | None = None
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """That of the first result."""
        return self.results[0].verdict

    @property
    def exit_code(self) -> int:
        """What a command that was asked for this verdict ends with."""
        return EXIT_CODES[self.verdict]

    @property
    def counted(self) -> str:
        """``5 readers, 114 cases (45 ill)``."""
        readers = "1 reader" if self.readers == 1 else f"{self.readers} readers"
        return f"{readers}, {self.cases} {'case' if self.cases == 1 else 'cases'} ({self.ill} ill)"

    def document(self) -> dict[str, Any]:
        """``readers.json``: neither clock times nor absolute paths."""
        return {
            "schema": READERS_SCHEMA,
            "notice": NOTICE,
            "verdict": str(self.verdict),
            "arms": list(self.arms),
            "readers": self.readers,
            "cases": self.cases,
            "ill": self.ill,
            "design": self.design,
            "covariance": self.covariance,
            "results": [{"question": one.rung, "verdict": str(one.verdict), **_told(one)} for one in self.results],
            "beside": [{"question": one.rung, **_told(one)} for one in self.beside],
            "components": {one.metric: one.values for one in self.components},
            "next_study": self.next_study.document() if self.next_study else None,
            "notes": list(self.notes),
            "provenance": {
                "inputs": self.provenance.inputs,
                "versions": self.provenance.versions,
                "command": self.provenance.command,
                "confidence": self.provenance.confidence,
            },
        }


def _told(one: RungResult) -> dict[str, Any]:
    return {
        "sentence": one.sentence,
        "notes": list(one.notes),
        "figures": [figure.document() for figure in one.figures],
    }
