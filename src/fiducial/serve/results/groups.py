"""The measurement groups of TID 1500: a score, a box, a measurement, what rules conclude; each with who says it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from highdicom import UID
from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    GraphicTypeValues,
    ImageRegion,
    Measurement,
    MeasurementsAndQualitativeEvaluations,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    SourceImageForMeasurementGroup,
    SourceImageForRegion,
    TrackingIdentifier,
)
from pydicom.sr.codedict import codes

from fiducial.serve.results import codes as words
from fiducial.serve.results.given import Given, Part
from fiducial.serve.results.identity import algorithm, uid_of

Group = MeasurementsAndQualitativeEvaluations | PlanarROIMeasurementsAndQualitativeEvaluations
_UNITS = {
    "mm2": codes.UCUM.SquareMillimeter,
    "mm3": codes.UCUM.CubicMillimeter,
    "ml": CodedConcept("ml", "UCUM", "milliliter"),
}


def groups_of(given: Given, part: Part) -> Iterator[Group]:
    """Everything that was said of one part. Boxes of a volume do not say on which slice they lie: they are left out."""
    document = part.document
    if document["outside"] or document["failed"]:
        status = words.OUTSIDE if document["outside"] else words.FAILED
        by = algorithm(given, given.pipeline["name"])
        yield _group(part, _Said("pipeline", by, answers=[(words.STATUS, status)]))
    for name, row in document["scores"].items():
        yield _score(given, part, name, row)
    for row in document["boxes"] if len(part.headers) == 1 else ():
        yield _box(given, part, row)
    for row in document["measurements"]:
        yield from _measurement(given, part, row)
    if document["decision"] is not None:
        yield _conclusions(part, document["decision"]["decision"])


def _score(given: Given, part: Part, name: str, row: Mapping[str, Any]) -> Group:
    """A score that nobody may act on is not passed on: an abstention stands in its place."""
    by, what = algorithm(given, row["model"]), words.finding(name)
    if row["score"] is None or row["abstained"]:
        status = words.ABSTAINED if row["abstained"] else words.NO_ANSWER
        return _group(part, _Said(f"{row['model']} {name}", by, what, answers=[(words.STATUS, status)]))
    return _group(part, _Said(f"{row['model']} {name}", by, what, [_scored(row["score"])]))


def _box(given: Given, part: Part, row: Mapping[str, Any]) -> Group:
    tracking = f"{row['model']} {row['finding']} {row['box']}"
    source = part.headers[0]
    x0, y0, x1, y1 = (float(row[corner]) for corner in ("x0", "y0", "x1", "y1"))
    return PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracked(part, tracking),
        referenced_region=ImageRegion(
            GraphicTypeValues.POLYLINE,
            np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]),
            SourceImageForRegion(source.SOPClassUID, source.SOPInstanceUID),
        ),
        finding_type=words.finding(row["finding"]),
        algorithm_id=algorithm(given, row["model"]),
        measurements=[] if row["score"] is None else [_scored(row["score"])],
    )


def _measurement(given: Given, part: Part, row: Mapping[str, Any]) -> Iterator[Group]:
    unit = _UNITS.get(row["unit"], CodedConcept(row["unit"], "UCUM", row["unit"]))
    measured = Measurement(words.own(row["name"]), float(row["value"]), unit)
    yield _group(part, _Said(f"{row['model']} {row['name']}", algorithm(given, row["model"]), None, [measured]))


def _conclusions(part: Part, decision: Mapping[str, str]) -> Group:
    by = AlgorithmIdentification(
        name=decision["name"], version=decision["version"], parameters=[f"rules {decision['hash']}"]
    )
    said = [(words.own(name), words.answer(value)) for name, value in part.document["conclusions"].items()]
    if (priority := part.document["priority"]) is not None:
        said.append((words.URGENCY, words.urgency(priority["urgency"])))
    return _group(part, _Said(f"rules {decision['name']}", by, words.DECISION, answers=said))


@dataclass(frozen=True, slots=True)
class _Said:
    """What one algorithm says of a part. ``about``: a finding."""

    tracking: str
    by: AlgorithmIdentification
    about: CodedConcept | None = None
    measurements: Sequence[Measurement] = ()
    answers: Sequence[tuple[CodedConcept, CodedConcept]] = ()


def _group(part: Part, said: _Said) -> Group:
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracked(part, said.tracking),
        finding_type=said.about,
        algorithm_id=said.by,
        measurements=said.measurements,
        qualitative_evaluations=[QualitativeEvaluation(name, value) for name, value in said.answers],
        source_images=[SourceImageForMeasurementGroup(one.SOPClassUID, one.SOPInstanceUID) for one in part.headers],
    )


def _tracked(part: Part, words_: str) -> TrackingIdentifier:
    return TrackingIdentifier(uid=UID(uid_of("tracked", part.uid, words_)), identifier=words_)


def _scored(score: float) -> Measurement:
    return Measurement(words.SCORE, float(score), codes.UCUM.NoUnits)
