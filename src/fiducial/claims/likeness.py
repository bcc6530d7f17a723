"""What was found about image metrics: a reading is one metric in one place and window, and says what it can show."""

from dataclasses import dataclass
from typing import Any

from fiducial.claims.charts import Chart
from fiducial.claims.evidence import EXIT_CODES, NOTICE, Figure, Provenance, RungResult, Verdict, worst

METRIC_SCHEMA = "fiducial.metric-check/1"
NOTHING_READ, SOME_FAILED = 4, 5  # exit codes


@dataclass(frozen=True, slots=True)
class MetricReading:
    """One metric in one ``region`` and ``window``. ``questions``: each a verdict on what the metric can tell apart."""

    metric: str
    region: str
    window: tuple[float, float]
    higher_is_better: bool
    score: Figure | None
    questions: tuple[RungResult, ...]
    sentence: str
    charts: tuple[Chart, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst answer."""
        return worst(one.verdict for one in self.questions)

    @property
    def short(self) -> tuple[str, ...]:
        """Of every question one number: the alternative's score, where the peak is, or what cannot be seen."""
        return tuple(_short(one) for one in self.questions)

    def document(self) -> dict[str, Any]:
        """The reading as ``metric-check.json`` carries it."""
        return {
            "metric": self.metric,
            "region": self.region,
            "window": list(self.window),
            "higher_is_better": self.higher_is_better,
            "verdict": str(self.verdict),
            "sentence": self.sentence,
            "score": self.score.document() if self.score else None,
            "questions": [_question(one) for one in self.questions],
        }


@dataclass(frozen=True, slots=True)
class FailedPair:
    """A pair that could not be used, and why."""

    study: str
    reason: str


@dataclass(frozen=True, slots=True)
class MetricEvidence:
    """Every reading, the error where contrast was due, and what could not be read."""

    readings: tuple[MetricReading, ...]
    contrast: RungResult
    failed: tuple[FailedPair, ...]
    provenance: Provenance
    studies: int
    patients: int
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the readings and of the contrast."""
        return worst([*(one.verdict for one in self.readings), self.contrast.verdict])

    @property
    def counted(self) -> str:
        """``13 studies of 13 patients``."""
        studies = "1 study" if self.studies == 1 else f"{self.studies} studies"
        patients = "1 patient" if self.patients == 1 else f"{self.patients or 'unknown'} patients"
        return f"{studies} of {patients}"

    @property
    def exit_code(self) -> int:
        """The verdict's; 5 where some pairs could not be used, 4 where none could."""
        if not self.studies:
            return NOTHING_READ
        return SOME_FAILED if self.failed else EXIT_CODES[self.verdict]

    def document(self) -> dict[str, Any]:
        """``metric-check.json``: neither clock times nor absolute paths."""
        return {
            "schema": METRIC_SCHEMA,
            "notice": NOTICE,
            "verdict": str(self.verdict),
            "studies": self.studies,
            "patients": self.patients,
            "readings": [one.document() for one in self.readings],
            "contrast": _question(self.contrast),
            "failed": [{"study": one.study, "reason": one.reason} for one in self.failed],
            "notes": list(self.notes),
            "provenance": {
                "inputs": self.provenance.inputs,
                "versions": self.provenance.versions,
                "seed": self.provenance.seed,
                "command": self.provenance.command,
                "confidence": self.provenance.confidence,
            },
        }


def _short(question: RungResult) -> str:
    if not question.figures:
        return ""
    first = question.figures[0]
    if first.unit != "mm":
        return f"{first.value:.4g}"
    peak = question.figures[1].value
    if peak and question.verdict in {Verdict.FAILS, Verdict.NOT_SHOWN}:
        return f"peak {peak:+g} mm"
    return f"blind to {first.value:g} mm" if first.value else "sharp"


def _question(one: RungResult) -> dict[str, Any]:
    return {
        "question": one.rung,
        "verdict": str(one.verdict),
        "sentence": one.sentence,
        "missing": list(one.missing),
        "notes": list(one.notes),
        "figures": [figure.document() for figure in one.figures],
    }
