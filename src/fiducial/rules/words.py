"""A trace in words: one line a part, with ``>`` before those that settled the value above them."""

from collections.abc import Iterator

from fiducial.rules.facts import Box, Found, Given
from fiducial.rules.programs import Trace
from fiducial.rules.spelling import number, spell
from fiducial.rules.traces import Outcome, deciding, why_unknown
from fiducial.rules.tree import And, AtLeast, Number, Or, Text, Threshold, Truth
from fiducial.rules.values import UNKNOWN, Span, Value

_WRITTEN = (Number, Text, Truth)  # they say themselves what they are


def tell(outcome: Outcome) -> str:
    """``tension: true``, and below it what that rests on."""
    head = f"{outcome.rule.name}: {word(outcome.value)}"
    if outcome.override is not None:
        head += f" ({outcome.override.why}; the rule says {word(outcome.trace.value)})"
    elif outcome.reason:
        head += f" ({outcome.reason})"
    return "\n".join([head, *_lines(outcome.trace, "  ", settles=True)])


def word(value: Value) -> str:
    """``true``, ``0.62``, ``PA``, ``unknown``, ``1 to 3``."""
    if value is None or value == UNKNOWN:
        return "unknown"
    if isinstance(value, Span):
        high = "any number" if value.high == float("inf") else number(value.high)
        return f"{number(value.low)} to {high}" if value.low != -float("inf") else f"up to {high}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number(float(f"{value:.12g}"))


def origin(trace: Trace) -> str | None:
    """Who says so: a threshold's revision and source, a model and its version, or why it is not known."""
    node, given = trace.node, trace.given
    if isinstance(node, Threshold):
        parts = [f"revision {node.revision}" if node.revision else "", node.source or ""]
    elif isinstance(given, Given | Found):
        model = f"{given.model} {given.version or ''}".strip() if given.model else ""
        parts = [model, given.reason or ""]
    else:
        return why_unknown(trace) if trace.box is not None else None
    return "; ".join(part for part in parts if part) or None


def _lines(trace: Trace, indent: str, *, settles: bool) -> Iterator[str]:
    mark = "> " if settles else "  "
    told = origin(trace)
    yield f"{indent}{mark}{_name(trace)}: {word(trace.value)}{f' ({told})' if told else ''}"
    settled = deciding(trace)
    for index, part in enumerate(trace.children):
        if not isinstance(part.node, _WRITTEN) or part.box is not None:
            yield from _lines(part, indent + "  ", settles=index in settled)


def _name(trace: Trace) -> str:
    if trace.box is not None:
        return f"box {box_word(trace.box)}"
    match trace.node:
        case And():
            return "all of"
        case Or():
            return "any of"
        case AtLeast(k=k):
            return f"at least {k} of"
    return spell(trace.node)


def box_word(box: Box) -> str:
    """``(60, 0) to (80, 20), score 0.9``."""
    score = "" if box.score is None else f", score {word(box.score)}"
    return f"({word(box.x0)}, {word(box.y0)}) to ({word(box.x1)}, {word(box.y1)}){score}"
