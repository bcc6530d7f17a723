"""What the panel beside the images says: what was decided, why, how sure, what would flip it, what readers said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from fiducial.errors import FiducialError
from fiducial.pipelines.pipeline import Pipeline
from fiducial.report.decisions.page import shown_rules
from fiducial.report.decisions.saved import SavedDecision, decision_of
from fiducial.rules.decision import Decision
from fiducial.serve.overrides import Review, Reviews, Verdict
from fiducial.serve.queue.reading import read_result
from fiducial.serve.studies import StudyRow, StudyState
from fiducial.serve.viewing.confidence import confidence
from fiducial.serve.web.state import Service


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One rule. ``says``: yes, no or unknown. ``versus``: what the rule itself says where a reader says otherwise."""

    rule: str
    title: str
    headline: str
    says: str
    urgency: str | None
    concludes: bool
    overridden: bool
    sure: list[str]
    flip: str | None
    versus: str | None
    list: Markup
    tree: Markup | None

    @property
    def opposite(self) -> str:
        """As the form sends it; nobody can reject what is unknown, and so it is set to yes or no there."""
        return "false" if self.says == "yes" else "true"


@dataclass(frozen=True, slots=True)
class Told:
    """One part. ``outside``, ``failed``: said loudly. ``flags``: what can be overridden, with what it is now."""

    part: str
    outside: str | None
    failed: str | None
    silent: Mapping[str, str]
    rules: list[Conclusion] = field(default_factory=list)
    flags: list[tuple[str, str]] = field(default_factory=list)

    @property
    def foremost(self) -> list[Conclusion]:
        """Conclusions that are yes or unknown."""
        return [one for one in self.rules if one.concludes and one.says != "no"]

    @property
    def others(self) -> list[Conclusion]:
        """Everything else."""
        return [one for one in self.rules if not (one.concludes and one.says != "no")]


@dataclass(frozen=True, slots=True)
class Panel:
    """The whole of it. ``stale``: why overriding is not possible now."""

    row: StudyRow
    parts: list[Told]
    reviews: list[Review]
    stale: str | None
    settings: Mapping[str, int]

    @property
    def decided(self) -> bool:
        """Whether there is something that a reader could agree with."""
        return any(one.rules for one in self.parts)

    @property
    def answered(self) -> bool:
        """Whether nothing more comes of itself, so that the study can be called read."""
        return self.row.state in {StudyState.DECIDED, StudyState.OUTSIDE, StudyState.FAILED, StudyState.DEAD}


def panel_of(service: Service, row: StudyRow) -> Panel:
    """What is to be said of the newest revision of a study."""
    result = read_result(service.database, f"{row.uid}/{row.revision}")
    if result is None or (pipeline := service.pipeline) is None:
        return Panel(row, [], [], None, {})
    reviews = Reviews(service.database)
    said = reviews.of(row.uid, row.revision)
    again, stale = _again(reviews, result, said)
    parts = [_told(pipeline, number, part, again.get(part["study"])) for number, part in enumerate(result["parts"])]
    return Panel(row, parts, said, stale, result["settings"])


def _again(
    reviews: Reviews, result: Mapping[str, Any], said: list[Review]
) -> tuple[Mapping[str, Decision], str | None]:
    """Decisions with what readers set right, where they set anything right; else what was saved is shown."""
    try:
        decisions = reviews.decisions(result)
    except FiducialError as stale:
        return {}, str(stale)
    changed = {one.part for one in said if one.verdict == Verdict.OVERRIDDEN}
    return {part: one for part, one in decisions.items() if part in changed}, None


def _told(pipeline: Pipeline, number: int, part: Mapping[str, Any], again: Decision | None) -> Told:
    document = part["decision"] if again is None else again.document()
    if document is None:
        return Told(part["study"], part["outside"], part["failed"], part["silent"])
    saved = decision_of(document)
    by_name = {one.rule: one for one in saved.rules}
    rules = [
        Conclusion(
            shown["name"],
            shown["title"],
            shown["headline"],
            shown["says"],
            shown["urgency"],
            shown["concluded"],
            shown["override"] is not None,
            confidence(pipeline, part["scores"], by_name[shown["name"]]),
            shown["flip"],
            shown["original"] if shown["override"] else None,
            shown["list"],
            shown["svg"],
        )
        for shown in shown_rules(saved, f"p{number}")
    ]
    return Told(part["study"], part["outside"], part["failed"], part["silent"], rules, _flags(saved))


def _flags(saved: SavedDecision) -> list[tuple[str, str]]:
    """Rules and inputs by how a decision file spells them, with what they are now."""
    now: dict[str, str] = {}
    for rule in saved.rules:
        for part in rule.trace.walk():
            if part.kind in {"score", "measurement", "metadata"}:
                now[part.expression] = _word(part.value)
    rules = {f"rule({one.rule})": _word(one.value) for one in saved.rules}
    return [*rules.items(), *sorted(now.items())]


def _word(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
