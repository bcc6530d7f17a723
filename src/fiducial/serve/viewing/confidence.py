"""What a score means, in words: a share of ill among such studies where it was calibrated, and no probability else."""

from collections.abc import Iterator, Mapping
from typing import Any

from fiducial.pipelines.pipeline import Pipeline
from fiducial.report.decisions.saved import SavedRule
from fiducial.report.decisions.words import decided

_MOST = 2  # scores that are told of one conclusion


def confidence(pipeline: Pipeline, scores: Mapping[str, Mapping[str, Any]], rule: SavedRule) -> list[str]:
    """Of the finding that a rule concludes, and of the scores that settled it."""
    names = dict.fromkeys(one for one in (rule.finding or "", *_settling(rule)) if one in scores)
    return [_told(pipeline, name, scores[name]) for name in list(names)[:_MOST]]


def _settling(rule: SavedRule) -> Iterator[str]:
    for part in decided(rule.trace):
        yield from (one.name for one in part.walk() if one.kind in {"score", "any", "most", "count"} and one.name)


def _told(pipeline: Pipeline, name: str, row: Mapping[str, Any]) -> str:
    if row["score"] is None or row["abstained"]:
        return f"{name}: {row['model']} gave no usable score ({row['reason'] or 'it abstained'})."
    score = float(row["score"])
    if not is_calibrated(pipeline, str(row["model"]), name):
        said = f"{name}: the models' score is {score:.2f}, not calibrated."
        return f"{said} It tells more from less suspicious, not how likely it is."
    said = f"{name}: the models' score is {score:.2f}, calibrated."
    return f"{said} Of 100 studies scored so, {_of_hundred(score)} have it."


def _of_hundred(score: float) -> str:
    count = round(score * 100)
    return "fewer than 1" if count == 0 else "more than 99" if count == 100 else f"about {count}"


def is_calibrated(pipeline: Pipeline, model: str, finding: str) -> bool:
    """Whether the model, or the ensemble after fusing, was fitted so that its scores are shares of ill."""
    for member in pipeline.members:
        if member.name == model:
            findings = member.model.bundle.manifest.findings
            return any(one.name == finding and one.calibrator is not None for one in findings)
    for group in pipeline.groups:
        if group.name == model:
            fitted = (group.fitted or {}).get(finding)
            return fitted is not None and fitted.calibrator is not None
    return False
