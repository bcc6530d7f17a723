"""What a detector's boxes show, finding by finding: figures, curves, every missed lesion and every mark on nothing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from fiducial.claims.charts import Chart
from fiducial.claims.evidence import NOTICE, Figure, Provenance
from fiducial.claims.overlap import Counting

FROC_SCHEMA = "fiducial.froc/1"
Corners = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class OtherOverlap:
    """The same boxes under another rule of what finds a lesion, without intervals."""

    overlap: str
    lesion_sensitivity: float
    average_precision: float

    def document(self) -> dict[str, Any]:
        """As ``froc.json`` carries it."""
        return {
            "overlap": self.overlap,
            "lesion_sensitivity": self.lesion_sensitivity,
            "average_precision": self.average_precision,
        }


@dataclass(frozen=True, slots=True)
class MarkedImage:
    """An image worth a look. ``size``: rows and columns that boxes are counted in; None where nobody knows.

    ``drawn``: what readers drew, and whether it was found. ``marks``: those at the threshold, with their scores.
    """

    study: str
    why: str
    path: str | None
    size: tuple[int, int] | None
    drawn: tuple[tuple[Corners, bool], ...] = ()
    marks: tuple[tuple[Corners, float, bool], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FoundLesions:
    """One finding. ``missed`` and ``false_positives``: one row a box at the threshold, worst first."""

    finding: str
    images: int
    ill: int
    patients: int
    lesions: int
    threshold: float
    sentence: str
    figures: tuple[Figure, ...]
    charts: tuple[Chart, ...] = ()
    others: tuple[OtherOverlap, ...] = ()
    alarms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missed: pl.DataFrame = field(default_factory=pl.DataFrame)
    false_positives: pl.DataFrame = field(default_factory=pl.DataFrame)
    shown: tuple[MarkedImage, ...] = ()

    @property
    def by_name(self) -> dict[str, Figure]:
        """The figures by their names."""
        return {one.name: one for one in self.figures}

    def document(self) -> dict[str, Any]:
        """As ``froc.json`` carries it; an infinite threshold, which no mark reaches, is null."""
        return {
            "finding": self.finding,
            "images": self.images,
            "ill": self.ill,
            "patients": self.patients,
            "lesions": self.lesions,
            "threshold": self.threshold if self.threshold < float("inf") else None,
            "sentence": self.sentence,
            "alarms": list(self.alarms),
            "notes": list(self.notes),
            "figures": [one.document() for one in self.figures],
            "other_overlaps": [one.document() for one in self.others],
            "missed": self.missed.to_dicts(),
            "false_positives": self.false_positives.to_dicts(),
        }


@dataclass(frozen=True, slots=True)
class DetectionEvidence:
    """``findings``: those that could be measured. ``refused``: finding -> why it could not."""

    model: str
    rate: float
    counting: Counting
    findings: tuple[FoundLesions, ...]
    provenance: Provenance
    refused: dict[str, str] = field(default_factory=dict)
    images: Path = Path()  # the folder that the paths of shown images start from; not part of the document

    @property
    def exit_code(self) -> int:
        """0: every finding was measured; 3: one could not be."""
        return 3 if self.refused else 0

    def document(self) -> dict[str, Any]:
        """``froc.json``: neither clock times nor absolute paths."""
        return {
            "schema": FROC_SCHEMA,
            "notice": NOTICE,
            "model": self.model,
            "rate": self.rate,
            "overlap": str(self.counting.overlap),
            "repeats": self.counting.repeats,
            "undrawn": self.counting.undrawn,
            "findings": [one.document() for one in self.findings],
            "refused": self.refused,
            "provenance": {
                "inputs": self.provenance.inputs,
                "versions": self.provenance.versions,
                "seed": self.provenance.seed,
                "command": self.provenance.command,
                "confidence": self.provenance.confidence,
            },
        }
