"""A decision as JSON, ``fiducial.decision/1``: neither clock times but those of overrides, nor paths."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from fiducial.claims.evidence import NOTICE
from fiducial.rules.facts import Found, Given
from fiducial.rules.file import Rules
from fiducial.rules.flips import Flip
from fiducial.rules.programs import Trace
from fiducial.rules.spelling import spell
from fiducial.rules.tokens import Place
from fiducial.rules.traces import Outcome, deciding, why_unknown
from fiducial.rules.tree import Threshold
from fiducial.rules.values import Span, Value, is_known

DECISION_SCHEMA = "fiducial.decision/1"


def heading(rules: Rules) -> dict[str, str]:
    """Which decision file decided."""
    return {"name": rules.name, "version": rules.version, "hash": rules.hash}


def outcome_document(outcome: Outcome, flip: Flip | None) -> dict[str, Any]:
    """One rule: what it says, why, and what would flip it."""
    rule, override = outcome.rule, outcome.override
    document: dict[str, Any] = {
        "rule": rule.name,
        "value": outcome.value,
        "reason": outcome.reason,
        "finding": rule.finding,
        "urgency": rule.urgency,
        "flip": None if flip is None else flip.document(),
        "trace": trace_document(outcome.trace, settles=True),
    }
    return document if override is None else {**document, "override": override.document()}


def whole_document(
    rules: Rules, study: str, rows: list[dict[str, Any]], overrides: list[dict[str, str]]
) -> dict[str, Any]:
    """The decision of one study."""
    return {
        "schema": DECISION_SCHEMA,
        "notice": NOTICE,
        "study": study,
        "decision": heading(rules),
        "conclusions": {row["rule"]: row["value"] for row in rows if row["rule"] in rules.conclusions},
        "rules": rows,
        "overrides": overrides,
    }


def trace_document(trace: Trace, *, settles: bool) -> dict[str, Any]:
    """A node and everything below it; ``settles``: whether it settled the value above it."""
    node, given, settled = trace.node, trace.given, deciding(trace)
    document: dict[str, Any] = {"expression": spell(node), "value": plain(trace.value), "settles": settles}
    if isinstance(trace.value, Span):
        document |= {name: end for name, end in trace.value._asdict().items() if isfinite(end)}
    if not is_known(trace.value):
        document["reason"] = why_unknown(trace)
    if isinstance(node, Threshold):
        document["threshold"] = {"name": node.name, "revision": node.revision, "source": node.source}
    if isinstance(given, Given | Found) and given.model:
        document |= {"model": given.model, "version": given.version}
    if trace.box is not None:
        document["box"] = {name: value for name, value in asdict(trace.box).items() if value is not None}
    if node.place != Place(0, 0):
        document |= {"line": node.place.line, "column": node.place.column}
    if trace.children:
        document["parts"] = [
            trace_document(part, settles=index in settled) for index, part in enumerate(trace.children)
        ]
    return document


def plain(value: Value) -> bool | float | str | None:
    """A value as JSON has it; None where it is not known."""
    return None if isinstance(value, Span) else value
