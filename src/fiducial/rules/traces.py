"""What a trace tells: which parts settled a value, and why the unknown is unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fiducial.rules.facts import Box, Found, Given
from fiducial.rules.file import Rule
from fiducial.rules.overrides import Override
from fiducial.rules.programs import Record, Trace, trace_of
from fiducial.rules.tree import And, AtLeast, Count, Most, Or, RuleRef
from fiducial.rules.values import is_known


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one rule says of a study: True, False or None, unknown. ``override``: what a reader says instead."""

    rule: Rule
    record: Record
    said: bool | None  # by the rule itself
    override: Override | None = None

    @cached_property
    def trace(self) -> Trace:
        """What the rule itself says, and everything that it rests on."""
        return trace_of(self.rule.when, self.record)

    @property
    def value(self) -> bool | None:
        """What the rule says, for everybody who reads it."""
        if self.override is None:
            return self.said
        return self.override.to if isinstance(self.override.to, bool) else None

    @cached_property
    def reason(self) -> str | None:
        """Why it is unknown; None where it is known."""
        if self.value is not None:
            return None
        return why_unknown(self.trace) if self.override is None else self.override.why


def deciding(trace: Trace) -> tuple[int, ...]:
    """Which children settled the value: a false one of ``and``, the unknown ones of what is unknown, else all.

    Of a count of regions, the boxes that count or might.
    """
    node, value, parts = trace.node, trace.value, trace.children
    if isinstance(node, And | Or | AtLeast):
        if value is None:
            return _those(parts, value=None)
        settled = _those(parts, value=value is True)
        if isinstance(node, AtLeast):
            return settled
        short = value is isinstance(node, Or)  # one part is enough: a true one of or, a false one of and
        return settled if short else tuple(range(len(parts)))
    if not is_known(value):
        return tuple(index for index, part in enumerate(parts) if not is_known(part.value))
    if parts and parts[0].box is not None:
        return _those(parts, value=True)
    return tuple(range(len(parts)))


def _those(parts: tuple[Trace, ...], *, value: bool | None) -> tuple[int, ...]:
    return tuple(index for index, part in enumerate(parts) if part.value is value)


def why_unknown(trace: Trace) -> str | None:
    """The reasons of what is unknown below a node, each once; None where the node is known."""
    if is_known(trace.value):
        return None
    return "; ".join(dict.fromkeys(_reasons(trace))) or "its numbers have no finite result"


def _reasons(trace: Trace) -> Iterator[str]:
    if isinstance(trace.given, Given | Found) and trace.given.reason:
        reason = trace.given.reason
        if isinstance(trace.node, RuleRef):
            yield f"rule {trace.node.name}: {reason}" if not reason.startswith("rule ") else reason
        else:
            yield f"{_model(trace.given)}{reason}"
    for index in deciding(trace):
        yield from _reasons(trace.children[index])
    if isinstance(trace.node, Most | Count) and trace.children and not (trace.given and trace.given.reason):
        yield from _boxless(trace)


def _model(given: Given | Found) -> str:
    return f"{given.model}: " if given.model else ""


def _boxless(trace: Trace) -> Iterator[str]:
    boxes: list[Box] = [part.box for part in trace.children if part.box and part.value is not False]
    if isinstance(trace.node, Most) and trace.node.measure == "score" and any(box.score is None for box in boxes):
        yield "a box has no score"
    if isinstance(trace.node, Most) and trace.node.measure == "area" and any(box.rows is None for box in boxes):
        yield "nobody says how large the image of a box is"
