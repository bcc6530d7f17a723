"""What checks share: findings about a rule, and the words for what was not decided."""

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.facts import Facts
from fiducial.rules.file import Rule
from fiducial.rules.spelling import spell
from fiducial.rules.tree import Node

_LONGEST = 160
_MORE = "Ask with more --steps, or compare inputs with thresholds rather than with one another."


def about(check: str, severity: Severity, rule: Rule, told: tuple[str, str], *examples: Facts) -> Finding:
    """A finding about one rule; ``told``: the message and the remedy."""
    return Finding(check, severity, *told, rule.name, _line(rule), examples)


def not_decided(check: str, severity: Severity, rule: Rule, whether: str) -> Finding:
    """What is told where the search ended before an answer."""
    return Finding(check, severity, f"Not decided: {whether}.", _MORE, rule.name, _line(rule), decided=False)


def _line(rule: Rule) -> int | None:
    return rule.place.line if rule.place else None


def short(node: Node) -> str:
    """A part of a rule as text, cut where it is long."""
    text = spell(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def joined(parts: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
