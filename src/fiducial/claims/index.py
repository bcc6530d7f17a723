"""Claims audited in one run: their evidence, those that could not be audited, and how the doubt was shared out."""

from dataclasses import dataclass

from fiducial.claims.evidence import CONFIDENCE, EXIT_CODES, Evidence, Verdict, worst

INDEX_SCHEMA = "fiducial.audit-index/1"
FAMILIES = ("bonferroni", "none")
NOTHING_AUDITED, SOME_FAILED = 4, 5  # exit codes


@dataclass(frozen=True, slots=True)
class Family:
    """How sure all intervals of a run are together. ``claims``: how many were handed in, audited or not.

    ``bonferroni``: each interval is computed at 1 - (1 - confidence) / claims, so that all of them hold the truth at
    once with at least ``confidence`` (Dunn 1961, doi 10.1080/01621459.1961.10482090). ``none``: each at ``confidence``.
    """

    method: str
    claims: int
    confidence: float = CONFIDENCE

    @property
    def each(self) -> float:
        """The confidence of every single interval."""
        if self.method == "none" or self.claims < 2:
            return self.confidence
        return 1 - (1 - self.confidence) / self.claims


@dataclass(frozen=True, slots=True)
class Audited:
    """One claim that was audited. ``source``: its file, seen from the folder that all the claims share."""

    source: str
    evidence: Evidence

    @property
    def name(self) -> str:
        """The claim's name, which its folder bears."""
        return self.evidence.claim.claim.name


@dataclass(frozen=True, slots=True)
class Unaudited:
    """One claim that could not be audited, and why."""

    source: str
    error: str


@dataclass(frozen=True, slots=True)
class Index:
    """What became of every claim of a run, in the order in which they were handed in."""

    audited: tuple[Audited, ...]
    unaudited: tuple[Unaudited, ...]
    family: Family
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict over the claims that were audited."""
        return worst(one.evidence.verdict for one in self.audited)

    @property
    def exit_code(self) -> int:
        """The worst verdict's; 5 where some claims could not be audited, 4 where none could."""
        if not self.audited:
            return NOTHING_AUDITED
        return SOME_FAILED if self.unaudited else EXIT_CODES[self.verdict]

    @property
    def rungs(self) -> tuple[str, ...]:
        """Every rung that judged any of the claims, in the order of the ladder."""
        return tuple(dict.fromkeys(result.rung for one in self.audited for result in one.evidence.rungs))
