"""Rung: does it mark the lesions, and nothing else?

A mark in the wrong place makes a right image call right for the wrong reason. And however well lesions are found, what
the marks make of healthy images is said beside it: 70 of 100 marks right and 99 of 100 fractures found have hidden that
90 of 100 healthy shoulders were called fractured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from zlib import crc32

import numpy as np

from fiducial.audit.accuracy import SHOWN
from fiducial.audit.case import Case, Decisions
from fiducial.audit.detection.boxes import Boxes
from fiducial.audit.detection.charts import curves_of
from fiducial.audit.detection.figures import Asked, Measured, measured
from fiducial.audit.detection.images import images_of
from fiducial.audit.detection.matching import FALSE, REPEAT, Matched, matched
from fiducial.audit.detection.words import OF_IMAGES, alarms_of, in_words, plain, provisos
from fiducial.audit.metrics import Corners
from fiducial.claims.claim import ALL_ROWS, Claim
from fiducial.claims.evidence import Figure, RungResult, ShownCase, Verdict, weigh, worst
from fiducial.claims.floors import OF_BOXES, Floor
from fiducial.claims.overlap import Counting, parse_overlap
from fiducial.errors import CannotJudge


@dataclass(frozen=True, slots=True)
class Detection:
    """Lesions found, average precision and false positives on the internal split, beside both corners of images."""

    name: ClassVar[str] = "detection"
    asks: ClassVar[str] = "Does it mark the lesions, and nothing else?"
    needs: ClassVar[tuple[str, ...]] = (
        "predictions.score",
        "cohort.label",
        "cohort.patient",
        "split.internal",
        "regions.truth",
        "regions.model",
    )

    def judge(self, case: Case) -> RungResult:
        """Weigh ``lesion_sensitivity``, ``average_precision`` and ``false_positives_per_image``.

        Where one of them is claimed, the floors on ``sensitivity`` and ``specificity`` are weighed on the images' calls
        from their marks, too.

        Raises:
            CannotJudge: nothing was answered, no lesion was drawn, or labels and boxes contradict each other.
        """
        decisions = case.internal.only_answered()
        if not len(decisions):
            raise CannotJudge("the model answered no decision of the internal split")
        found, asked = _matched(case, decisions), _asked(case)
        told = measured(found, asked)
        alarms = tuple(alarms_of(told))
        return RungResult(
            self.name,
            _verdict(case, told, alarms),
            tuple(told.figures.values()),
            _sentence(case, told),
            (_corners(found, told).chart("by image from boxes"), *curves_of(found, asked, told)),
            _cases(decisions, found, told),
            notes=tuple(_notes(case, decisions, found, told)),
            alarms=alarms,
            gallery="Missed lesions and marks on nothing",
        )


def counting_of(claim: Claim) -> Counting:
    """How the claim counts marks."""
    evidence = claim.evidence
    return Counting(parse_overlap(evidence.lesion_overlap), evidence.repeated_marks, evidence.undrawn)


def _asked(case: Case) -> Asked:
    seed = [case.seed, crc32(b"detection")]
    return Asked(case.claim.evidence.froc_at, case.claim.claim.threshold.value, seed, case.resamples, case.confidence)


def _matched(case: Case, decisions: Decisions) -> Matched:
    boxes = case.boxes
    if boxes is None or boxes.drawn is None:  # the ladder has seen to it: the rung needs them
        raise CannotJudge("there are no boxes")
    how = counting_of(case.claim)
    images = images_of(decisions.study, decisions.patient, decisions.truth, boxes.drawn, how.undrawn)
    return matched(images, _filled(boxes, decisions), boxes.drawn, how)


def _filled(boxes: Boxes, decisions: Decisions) -> Boxes:
    """Where a missing answer is taken for an error: nothing marked on an ill image, a sure mark on a healthy one."""
    silent = np.isin(decisions.study, list(boxes.silent))
    if not silent.any():
        return boxes
    return boxes.without(decisions.study[silent]).with_worst_marks(decisions.study[silent & ~decisions.truth])


def _corners(found: Matched, told: Measured) -> Corners:
    called, ill = found.strongest >= told.threshold, found.images.ill
    return Corners(
        int(np.sum(called & ill)), int(np.sum(~called & ill)), int(np.sum(called & ~ill)), int(np.sum(~called & ~ill))
    )


def _verdict(case: Case, told: Measured, alarms: tuple[str, ...]) -> Verdict:
    verdicts = [_weighed(told.figures.get(name), floor) for name in OF_BOXES if (floor := case.claim.floor(name))]
    if not verdicts:
        return Verdict.NOT_SHOWN
    verdicts += [_weighed(told.figures.get(name), floor) for of, name in OF_IMAGES if (floor := case.claim.floor(of))]
    if any(_without_gain(case)):
        verdicts.append(Verdict.NOT_SHOWN)
    unbounded = alarms and not case.claim.floor("specificity")  # alarms that no floor of the claim allows for
    return worst([*verdicts, *([Verdict.UNDECIDED] if unbounded else [])])


def _weighed(figure: Figure | None, floor: Floor) -> Verdict:
    return weigh(figure.interval, floor) if figure and figure.interval else Verdict.UNDECIDED


def _without_gain(case: Case) -> Iterator[str]:
    """A model that marks nothing has no false positives, and finds as much as a floor at 0 asks for."""
    finds = ("lesion_sensitivity", "average_precision", "sensitivity")
    asks = any(floor.low > 0 for name in finds if (floor := case.claim.floor(name)))
    if any(case.claim.floor(name) for name in OF_BOXES) and not asks:
        yield (
            "The claim asks for nothing to be found, which a model that marks nothing meets; so nothing is shown. Give "
            f"a floor above 0 on {', '.join(finds[:-1])} or {finds[-1]}."
        )


def _sentence(case: Case, told: Measured) -> str:
    words = in_words(told, counting_of(case.claim).overlap, case.claim.evidence.froc_at)
    if not any(case.claim.floor(name) for name in OF_BOXES):
        words += " The claim demands nothing of its boxes, so nothing is shown."
    return words


def _notes(case: Case, decisions: Decisions, found: Matched, told: Measured) -> Iterator[str]:
    yield from _unmet(case, told)
    yield from _without_gain(case)
    yield from found.images.notes
    yield from provisos(found)
    yield from _other_calls(decisions, found, told)
    repeats = case.claim.evidence.repeated_marks
    doubled = found.marks.filter((found.marks["outcome"] == REPEAT) & (found.marks["score"] >= told.threshold)).height
    if doubled:
        kept = "count as false positives" if repeats == "false-positive" else "are not counted"
        yield f"{doubled} marks at the threshold are on lesions that a stronger one had found; they {kept}."
    if left := len(case.internal) - len(decisions):
        yield f"{left} decisions are missing or abstained; the boxes are those of the answered ones."
    if case.claim.evidence.internal != ALL_ROWS and (outside := len(case.external)):
        yield f"The boxes of {outside} external decisions are not judged: this rung says nothing of other places."


def _unmet(case: Case, told: Measured) -> Iterator[str]:
    claimed = [(name, name) for name in OF_BOXES]
    if any(case.claim.floor(name) for name in OF_BOXES):
        claimed += OF_IMAGES
    for of, name in claimed:
        floor, figure = case.claim.floor(of), told.figures.get(name)
        if floor and figure and figure.interval and not floor.cleared_by(figure.interval):
            word = "misses" if floor.missed_by(figure.interval) else "does not clear"
            yield f"{name} {plain(figure)} {word} the floor: {floor}."


def _other_calls(decisions: Decisions, found: Matched, told: Measured) -> Iterator[str]:
    """Where the model's score of a study and its strongest box call the study differently."""
    order = np.argsort(decisions.study)
    apart = int(np.sum(decisions.called[order] != (found.strongest >= told.threshold)))
    if apart:
        yield (
            f"{apart} of {len(decisions)} images are called otherwise by the model's score than by its strongest box; "
            "the other rungs judge the score."
        )


def _cases(decisions: Decisions, found: Matched, told: Measured) -> tuple[ShownCase, ...]:
    """Images with missed lesions, nothing marked first, and those of the strongest marks on nothing."""
    columns = decisions.columns
    paths = dict(zip(columns["study"], columns["path"], strict=True)) if "path" in columns.columns else {}
    place = {study: number for number, study in enumerate(found.images.study.tolist())}
    lesions = found.lesions.filter(found.lesions["score"].fill_null(-1.0) < told.threshold)
    missed = lesions.sort("score", "nearest", "study", nulls_last=False)["study"].unique(maintain_order=True)
    wrong = found.marks.filter((found.marks["outcome"] == FALSE) & (found.marks["score"] >= told.threshold))
    alarms = wrong["study"].unique(maintain_order=True)
    shown = []
    for studies, why in ((missed, "lesion not marked"), (alarms, "marked where nothing is")):
        for study in studies[:SHOWN]:
            row = place[study]
            score = max(float(found.strongest[row]), 0.0)
            shown.append(ShownCase(study, bool(found.images.ill[row]), score, why, paths.get(study)))
    return tuple(shown)
