"""What a pipeline says of one study: rows of tables, a traced decision, a place in the worklist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from fiducial.claims.evidence import NOTICE
from fiducial.cohort.regions import REGIONS_SCHEMA
from fiducial.models.contract import Shown
from fiducial.models.rows import MASKS_SCHEMA, MEASUREMENTS_SCHEMA, PREDICTIONS_SCHEMA
from fiducial.pipelines.members import Answered
from fiducial.pipelines.priority import Priority
from fiducial.rules.decision import Decision
from fiducial.rules.running import DECISIONS_SCHEMA

SCHEMA = "fiducial.pipeline-study/1"
RULES_SCHEMA: dict[str, type[pl.DataType]] = {"conclusion": pl.Boolean, "finding": pl.String, "urgency": pl.String}
SCHEMAS: Mapping[str, dict[str, type[pl.DataType]]] = {
    "predictions": PREDICTIONS_SCHEMA,
    "regions": REGIONS_SCHEMA | {"models": pl.Int64},  # how many members stand behind a fused box
    "measurements": MEASUREMENTS_SCHEMA,
    "masks": MASKS_SCHEMA,
    "decisions": DECISIONS_SCHEMA | RULES_SCHEMA,  # as `fiducial decide` writes them, and what each rule is
}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class StudyResult:
    """``outside``: why the study does not enter. ``failed``: why it counts as failed, though rules may have decided.

    ``rows``: of each table by its name, members' and ensembles'. ``priority``: None where the study does not enter.
    ``late``: whether a model was over its time, which may be otherwise when the study is asked again.
    """

    study: str
    outside: str | None = None
    failed: str | None = None
    rows: Mapping[str, list[Row]] = field(default_factory=dict)
    decision: Decision | None = None
    priority: Priority | None = None
    answers: Mapping[str, Answered] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    shown: Shown | None = None
    late: bool = False

    @property
    def conclusions(self) -> dict[str, bool | None]:
        """What the concluding rules say: true, false or None, unknown."""
        if self.decision is None:
            return {}
        return {name: one.value for name, one in self.decision.conclusions.items()}

    @property
    def told(self) -> list[str]:
        """In words, with trace and with what would flip it: every conclusion that is true or that nobody knows."""
        if self.decision is None:
            return []
        return [self.decision.tell(name) for name, value in self.conclusions.items() if value is not False]

    @property
    def scores(self) -> dict[str, Row]:
        """Finding -> the row of what the pipeline says of it, fused where several models give it."""
        rows = {(row["finding"], row["model"]): row for row in self.rows.get("predictions", [])}
        return {finding: rows[key] for finding, model in self.gives.items() if (key := (finding, model)) in rows}

    @property
    def boxes(self) -> list[Row]:
        """The boxes of those findings that the pipeline gives."""
        return [row for row in self.rows.get("regions", []) if self.gives.get(row["finding"]) == row["model"]]

    def document(self) -> dict[str, Any]:
        """Everything but pixels, as one JSON document without clock times: the trace of a study."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "study": self.study,
            "outside": self.outside,
            "failed": self.failed,
            "priority": None if self.priority is None else self.priority.document(),
            "conclusions": self.conclusions,
            "told": self.told,
            "scores": {name: _score(row) for name, row in self.scores.items()},
            "boxes": [_without_key(row) for row in self.boxes],
            "measurements": [_without_key(row) for row in self.rows.get("measurements", [])],
            "masks": [_without_key(row) for row in self.rows.get("masks", [])],
            "silent": {name: one.answer.reason for name, one in self.answers.items() if one.answer.reason},
            "decision": None if self.decision is None else self.decision.document(),
        }


def decision_rows(decision: Decision) -> list[Row]:
    """One row a rule."""
    conclusions, rules = set(decision.conclusions), decision.rules
    return [
        {
            "study": decision.study,
            "rule": name,
            "conclusion": name in conclusions,
            "finding": outcome.rule.finding,
            "urgency": outcome.rule.urgency,
            "value": None if outcome.value is None else int(outcome.value),
            "reason": outcome.reason,
            "decision": f"{rules.name} {rules.version}",
            "hash": rules.hash,
        }
        for name, outcome in decision.outcomes.items()
    ]


def _score(row: Row) -> Row:
    return {name: row[name] for name in ("score", "model", "abstained", "reason")}


def _without_key(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in {"study", "condition", "reader"}}
