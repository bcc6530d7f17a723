"""What the documents ask beyond the evidence: the cohort in numbers, and where the claim's bundle lies."""

from dataclasses import dataclass, field
from pathlib import Path

from fiducial.claims.evidence import Evidence
from fiducial.cohort.datasheet import Dataset


@dataclass(frozen=True, slots=True)
class Background:
    """``bundle``: the file or folder that the claim names, which the model card opens."""

    dataset: Dataset | None = None
    bundle: Path | None = None


@dataclass(frozen=True, slots=True)
class DocumentedEvidence(Evidence):
    """Evidence that knows its background; none of it is part of ``evidence.json``."""

    background: Background = field(default_factory=Background, compare=False)
