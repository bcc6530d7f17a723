"""What every document is made of: the evidence, its background, the bundle, the selection, and what people said."""

import json
from dataclasses import dataclass
from typing import Any

from fiducial.claims.evidence import Evidence, Figure, RungResult
from fiducial.cohort.datasheet import Dataset
from fiducial.cohort.selection import SELECTION_SCHEMA
from fiducial.errors import FiducialError, UnusableInput
from fiducial.models.bundle import Bundle, open_bundle
from fiducial.report.background import Background, DocumentedEvidence
from fiducial.report.documents.answers import Answers
from fiducial.report.documents.document import Gap


@dataclass(frozen=True, slots=True)
class Material:
    """``origin``: the line that ties every document to its evidence. A gap says why something is not there."""

    evidence: Evidence
    dataset: Dataset | None
    bundle: Bundle | Gap
    selection: dict[str, Any] | Gap
    answers: Answers
    origin: str

    def rung(self, name: str) -> RungResult | None:
        """What a rung found, where there is one of that name."""
        return next((result for result in self.evidence.rungs if result.rung == name), None)

    def figure(self, rung: str, name: str, subgroup: str = "all") -> Figure | None:
        """The clean figure of a subgroup."""
        result = self.rung(rung)
        found = result.figures if result else ()
        return next((f for f in found if (f.name, f.subgroup, f.condition) == (name, subgroup, "clean")), None)


def material_of(evidence: Evidence, answers: Answers, evidence_hash: str) -> Material:
    """Gather; a bundle that cannot be opened is a gap with its reason, as the audit did not need it.

    Raises:
        UnusableInput: the selection that the answers name cannot be read.
    """
    background = evidence.background if isinstance(evidence, DocumentedEvidence) else Background()
    return Material(
        evidence,
        background.dataset,
        _bundle(background),
        _selection(answers),
        answers,
        f"Made from evidence.json, {evidence_hash}",
    )


def _bundle(background: Background) -> Bundle | Gap:
    if background.bundle is None:
        return Gap("the claim names no bundle (evidence.bundle)")
    try:
        return open_bundle(background.bundle)
    except (FiducialError, OSError) as refused:
        told = str(refused).replace(str(background.bundle.parent), "").lstrip("/")  # no absolute path in a document
        return Gap(f"the bundle could not be opened ({told.splitlines()[0].rstrip('.')})")


def _selection(answers: Answers) -> dict[str, Any] | Gap:
    named = answers.get("dataset.selection")
    if not named:
        return Gap("no account of a selection was named", "dataset.selection")
    path = answers.folder / named
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        raise UnusableInput(
            f"{answers.folder / 'answers.toml'}: dataset.selection names {named}, which cannot be read ({wrong}). Name "
            "the selection.json that `fiducial cohort select --report` wrote."
        ) from wrong
    if not isinstance(document, dict) or document.get("schema") != SELECTION_SCHEMA:
        raise UnusableInput(f"{path}: is no account of a selection ({SELECTION_SCHEMA}). Name its selection.json.")
    return document
