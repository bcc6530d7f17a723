"""Check: do field of view, position of the body and empty borders tell the label, or the site?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from fiducial.cohort.checks.clues import Clue, measure, tried, usable
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.loudness import Loudness, Predictor, told
from fiducial.cohort.checks.words import first_few, not_made
from fiducial.cohort.facts import facts_by_row
from fiducial.cohort.predictors import encode, place_folds, unlabelled
from fiducial.cohort.table import Cohort

_CALLED = {
    "field_height": "the height of the field of view in mm",
    "field_width": "the width of the field of view in mm",
    "body_row": "how high the body lies in the frame",
    "body_column": "how far left the body lies in the frame",
    "body_height": "how much of the frame's height the body takes up",
    "body_width": "how much of the frame's width the body takes up",
    "body_area": "how much of the frame the body fills",
    "border_black": "the width of a black border",
    "border_white": "the width of a white border",
}


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a patient is placed and collimated is a habit of the room, and sometimes of how ill the patient is."""

    name: ClassVar[str] = "geometry"
    says: ClassVar[str] = "field of view, position of the body and borders that predict a label or a site"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """As for every predictor of a label; and one finding for the site and one for the scanner."""
        facts = facts_by_row(cohort, tuple(_CALLED))
        clues = [Clue(_CALLED[name], encode(facts[name])) for name in _measured(facts)]
        if not clues:
            unseen = "no geometry was measured" if cohort.files is not None else "no files were read"
            remedy = "Build the cohort from its images."
            yield not_made(self.name, unseen, "whether the position of the body goes with a label", remedy)
            return
        if absent := unlabelled(cohort, self.seed):
            yield not_made(self.name, absent, "whether the position of the body goes with a label", "Add labels.")
        yield from told(self.name, measure(clues, cohort, self.seed))
        yield from self._places(clues, cohort)

    def _places(self, clues: list[Clue], cohort: Cohort) -> Iterator[Finding]:
        able = usable(clues, cohort)
        for place in ("site", "scanner"):
            folds = list(place_folds(cohort, place, self.seed))
            found = [one for label in folds for one in tried(able, label, len(able) * len(folds))]
            loud = sorted(_loud(found), key=lambda one: -one.found.auroc)
            if loud:
                yield self._finding(place, loud)

    def _finding(self, place: str, loud: list[Predictor]) -> Finding:
        sure = any(one.loudness is Loudness.GIVES_AWAY for one in loud)
        listed = first_few((f"{one.finding} by {one.short}" for one in loud), 6)
        return Finding(
            self.name,
            Severity.WARNING if sure else Severity.NOTE,
            f"The geometry of the image tells the {place} (AUROC against all others): {listed}.",
            loud[0].figure,
            (),
            "Crop every image to the body and resample it to one spacing, then see whether site-signature still tells "
            f"the {place}.",
        )


def _loud(found: list[Predictor]) -> list[Predictor]:
    return [one for one in found if one.loudness in {Loudness.GIVES_AWAY, Loudness.LOUD}]


def _measured(facts: pl.DataFrame) -> list[str]:
    return [name for name in _CALLED if name in facts.columns and facts[name].null_count() < facts.height]
