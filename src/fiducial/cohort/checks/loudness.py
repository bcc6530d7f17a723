"""How loudly a column alone tells a label, and how the predictor checks say it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import INDEPENDENT, between, counted, first_few
from fiducial.cohort.predictors import PATIENTS
from fiducial.stats.association import Association

_GIVES_AWAY = 0.9
_LOUD = 0.6
_SHOWN = 12


class Loudness(StrEnum):
    """Loudest first; the values begin the sentence of a note."""

    COPY = "These are {finding} under another name"
    GIVES_AWAY = "These give {finding} away"
    LOUD = "These predict {finding} clearly"
    WEAK = "Weakly, but beyond chance, these predict {finding} alone"
    UNDECIDED = "These may predict {finding} alone; there are too few {whom} to tell, all that was tried counted"


_SEVERITIES = {Loudness.COPY: Severity.WARNING, Loudness.GIVES_AWAY: Severity.ERROR, Loudness.LOUD: Severity.WARNING}
_REMEDIES = {
    Loudness.COPY: "Nothing is wrong with the images. Drop the column, so that no model and no stratum is given the "
    "answer.",
    Loudness.GIVES_AWAY: "Find out how it came to go with the label: a model can learn it instead of the disease "
    "wherever it shows in the image. Balance the cohort on it, and test where it does not hold.",
    Loudness.LOUD: "Make it a stratum of the claim, and test on rows where all have the same value of it.",
    Loudness.WEAK: "Nothing urgent. Keep these columns as strata, so that the bias rung looks at them.",
    Loudness.UNDECIDED: "Add {whom} before you rule them out, and keep these columns as strata.",
}


@dataclass(frozen=True, slots=True)
class Predictor:
    """One column against one label. ``sentence`` tells it on its own, ``short`` within a list."""

    column: str
    finding: str
    found: Association
    loudness: Loudness
    sentence: str
    short: str
    whom: str = PATIENTS  # what the interval keeps together

    @property
    def figure(self) -> Figure:
        """The AUROC with its 95% interval."""
        return Figure("auroc", self.found.auroc, self.found.interval, self.found.n, subgroup=self.column)


def loudness(found: Association, tests: int) -> Loudness | None:
    """How loud; None where it is no better than chance.

    The interval that decides is widened for the number of columns and labels tried (Bonferroni), so that a hundred tags
    of noise yield no false alarm. A high estimate whose interval still holds 0.5 is undecided, not absent.
    """
    if found.interval.low >= _GIVES_AWAY:
        return Loudness.GIVES_AWAY
    low = found.interval_at(1 - 0.05 / max(1, tests)).low
    if low >= _LOUD:
        return Loudness.LOUD
    if low > 0.5:
        return Loudness.WEAK
    return Loudness.UNDECIDED if found.auroc >= _LOUD else None


def auroc_with_interval(found: Association) -> str:
    """``0.86 (0.85-0.87)``."""
    return f"{found.auroc:.2f} ({between(found.interval)})"


def size_of(found: Association, whom: str) -> str:
    """``1,000 rows, 400 patients``; without patients, what the interval takes for granted."""
    rows = counted(found.n, "row")
    return f"{rows}, {counted(found.patients, 'patient')}" if whom == PATIENTS else f"{rows}, {INDEPENDENT}"


def told(check: str, found: Iterable[Predictor]) -> Iterator[Finding]:
    """A finding for each that gives a label away or is loud, strongest first; one note a label for each other kind."""
    ranked = sorted(found, key=lambda one: -one.found.auroc)
    for one in ranked:
        if severity := _SEVERITIES.get(one.loudness):
            yield Finding(check, severity, one.sentence, one.figure, (), _REMEDIES[one.loudness])
    for kind in (Loudness.WEAK, Loudness.UNDECIDED):
        quiet = [one for one in ranked if one.loudness is kind]
        for finding in dict.fromkeys(one.finding for one in quiet):
            several = [one for one in quiet if one.finding == finding]
            listed, whom = first_few((one.short for one in several), _SHOWN), several[0].whom
            aside = "" if whom == PATIENTS else f"; {INDEPENDENT}"
            message = f"{kind.format(finding=finding, whom=whom)} (AUROC, plain 95% intervals{aside}): {listed}."
            yield Finding(check, Severity.NOTE, message, several[0].figure, (), _REMEDIES[kind].format(whom=whom))
