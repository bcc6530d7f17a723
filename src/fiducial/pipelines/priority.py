"""Which study is read first, and why: the urgency of what the rules say of it.

Classes by how soon a finding is told, as the actionable findings of the ACR are (Larson et al. 2014, J Am Coll Radiol
11:552-558, doi:10.1016/j.jacr.2013.12.016): within minutes, hours, days. What nobody knows stands right behind what
is known of the worst class that it could be: silence never sends a study down the list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from fiducial.claims.catalogue.entry import Urgency
from fiducial.rules.decision import Decision
from fiducial.rules.file import Rules
from fiducial.rules.programs import Trace
from fiducial.rules.spelling import spell
from fiducial.rules.traces import Outcome, deciding
from fiducial.rules.tree import AnyOf, BoxField, Compare, Count, Measurement, Metadata, Most, Node, RuleRef, Score

_SOONEST = tuple(Urgency)
_TOLD = 3  # comparisons in one line of a worklist; the trace has all


@dataclass(frozen=True, slots=True)
class Priority:
    """``urgency``: how soon it is told; ``certain``: whether that is known. ``score``: the strongest behind it."""

    urgency: Urgency
    certain: bool
    why: str
    rule: str | None = None
    score: float = 0.0

    @property
    def order(self) -> tuple[int, bool, float]:
        """The smaller, the sooner."""
        return _SOONEST.index(self.urgency), not self.certain, -self.score

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def priority_of(decision: Decision) -> Priority:
    """From the most urgent rule that is true, or that nobody could decide."""
    found = [one for outcome in decision.outcomes.values() if (one := _of_rule(outcome, decision)) is not None]
    nothing = Priority(Urgency.ROUTINE, certain=True, why="no rule with an urgency is true")
    return min(found, key=lambda one: one.order, default=nothing)


def priority_unread(rules: Rules, reason: str) -> Priority:
    """Of a study that nobody, or not everybody who must, could look at: it may be the worst that the rules know."""
    worst = [rule.urgency for rule in rules.rules.values() if rule.urgency is not None]
    urgency = min(worst, key=_SOONEST.index, default=Urgency.ROUTINE)
    return Priority(urgency, certain=False, why=f"not read: {reason}")


def _of_rule(outcome: Outcome, decision: Decision) -> Priority | None:
    rule = outcome.rule
    if rule.urgency is None or outcome.value is False:
        return None
    if outcome.value is None:
        why = f"nobody knows: {outcome.reason}, rule {rule.name}"
        return Priority(rule.urgency, certain=False, why=why, rule=rule.name)
    leaves = _each_once(_leaves(outcome.trace, decision))
    words = _shortened([_told(leaf, region) for leaf, region in leaves]) or spell(rule.when)
    score = max((value for leaf, _ in leaves if (value := _score(leaf)) is not None), default=0.0)
    return Priority(rule.urgency, certain=True, why=f"{words}, rule {rule.name}", rule=rule.name, score=score)


def _shortened(words: list[str]) -> str:
    more = f"; and {len(words) - _TOLD} more" if len(words) > _TOLD else ""
    return "; ".join(words[:_TOLD]) + more


def _each_once(leaves: Iterable[tuple[Trace, str]]) -> list[tuple[Trace, str]]:
    """One trace a comparison: of those that many boxes pass, the strongest."""
    strongest: dict[tuple[Node, str], Trace] = {}
    for leaf, region in leaves:
        key = (leaf.node, region)
        if key not in strongest or (_score(leaf) or 0.0) > (_score(strongest[key]) or 0.0):
            strongest[key] = leaf
    return [(leaf, region) for (_, region), leaf in strongest.items()]


def _leaves(trace: Trace, decision: Decision, region: str = "") -> Iterator[tuple[Trace, str]]:
    """The comparisons that settled a rule, through the rules that it reads; with the finding whose box they look at."""
    node = trace.node
    if isinstance(node, RuleRef):
        if trace.value is True:
            yield from _leaves(decision.outcomes[node.name].trace, decision)
        return
    if isinstance(node, Compare) and trace.value is True:
        yield trace, region
    elif not isinstance(node, Compare):
        region = node.regions.name if isinstance(node, Count | AnyOf | Most) else region
        for index in deciding(trace):
            yield from _leaves(trace.children[index], decision, region)


_OVER = {">=": "at or over", ">": "over", "<=": "at or under", "<": "under", "==": "is", "!=": "is not"}


def _told(leaf: Trace, region: str) -> str:
    """``pneumothorax 0.91 at or over 0.80``, ``nodule score 0.91 at or over 0.50``, ``count of nodule 2 over 1``."""
    left, right = leaf.children
    operator = _OVER[leaf.node.op] if isinstance(leaf.node, Compare) else "and"
    found = "" if operator == "is" else f" {_number(left)}"
    return f"{_named(left.node, region)}{found} {operator} {_number(right)}"


def _named(node: Node, region: str) -> str:
    match node:
        case BoxField():
            return f"{region} {node.name}"
        case Count() | Most():
            return f"{_REDUCERS[getattr(node, 'measure', 'count')]} of {node.regions.name}"
        case Score() | Measurement() | Metadata():
            return node.name
        case _:
            return spell(node)


_REDUCERS = {"count": "count", "score": "best score", "area": "largest area"}


def _number(side: Trace) -> str:
    value = side.value
    if isinstance(value, float):
        return f"{value:g}" if value == round(value) or abs(value) >= 100 else f"{value:.2f}"
    return str(value)


def _score(leaf: Trace) -> float | None:
    """What a comparison found, where it is a score."""
    left = leaf.children[0]
    is_score = isinstance(left.node, Score | Most) or (isinstance(left.node, BoxField) and left.node.name == "score")
    return left.value if is_score and isinstance(left.value, float) else None
