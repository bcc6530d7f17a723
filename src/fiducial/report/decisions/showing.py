"""A decision file as a page: its thresholds with revision and source, which rule reads which, and every rule drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiducial.claims.evidence import NOTICE
from fiducial.files.writing import write_text
from fiducial.report.decisions.graph import graph_svg
from fiducial.report.decisions.listing import list_html
from fiducial.report.decisions.numbers import exact
from fiducial.report.decisions.page import MOST_DRAWN
from fiducial.report.decisions.rows import rows_of
from fiducial.report.decisions.saved import Part
from fiducial.report.decisions.tree import tree_svg
from fiducial.report.page import environment
from fiducial.rules.document import heading, node_document
from fiducial.rules.file import Rule, Rules, read_rules
from fiducial.rules.spelling import spell
from fiducial.rules.tree import Measurement, Metadata, Node, Number, RuleRef, Score, Threshold, children, walk

RULES_SCHEMA = "fiducial.rules/1"
MOST_IN_GRAPH = 80
FEW = 12  # rules that are all shown open
MOST_NAMED = 12  # rules in a list of those that read something


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision file that was read."""

    rules: Rules
    exit_code: int = 0

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        rules = self.rules
        return {
            "schema": RULES_SCHEMA,
            "notice": NOTICE,
            "decision": heading(rules),
            "conclusions": list(rules.conclusions),
            "thresholds": [_threshold(rules, one) for one in rules.thresholds.values()],
            "inputs": _inputs(rules),
            "rules": [_rule(rules, one) for one in rules.rules.values()],
        }


def show_rules(source: str | Path, page: str | Path | None = None) -> Shown:
    """Read a decision file, and draw it where a page is named.

    Raises:
        UnusableInput: the file cannot be used, or the page cannot be written.
    """
    rules = read_rules(source)
    if page is not None:
        write_text(Path(page), rules_html(rules))
    return Shown(rules)


def rules_html(rules: Rules) -> str:
    """The page of a decision file as one HTML document that needs nothing else."""
    document = Shown(rules).document()
    reads = {one["rule"]: tuple(one["reads"]) for one in document["rules"]}
    many = len(reads) > MOST_IN_GRAPH
    return (
        environment()
        .get_template("rules.html.j2")
        .render(
            document=document,
            notice=NOTICE,
            graph=None if many else graph_svg(reads, rules.conclusions),
            many=many,
            alone=[name for name, names in reads.items() if not names and not rules.readers[name]],
            places={name: f"rule-{place}" for place, name in enumerate(reads, start=1)},
            rules=list(_drawn(document["rules"], rules)),
            exact=exact,
            most=MOST_NAMED,
            few=len(reads) <= FEW,
        )
    )


def part_of(node: Node) -> Part:
    """A node of a file as the part of a trace that no study has met; what the file itself says has its value."""
    value = node.value if isinstance(node, Number | Threshold) else None
    parts = tuple(part_of(one) for one in children(node))
    return Part.model_validate(node_document(node) | {"asked": False, "value": value, "parts": parts})


def _drawn(rows: list[dict[str, Any]], rules: Rules) -> Iterable[dict[str, Any]]:
    left = MOST_DRAWN
    for place, one in enumerate(rows, start=1):
        laid = rows_of(part_of(rules.rules[one["rule"]].when))
        left -= len(laid)
        svg = tree_svg(laid, f"Rule {one['rule']}.", f"rule-{place}") if left >= 0 else None
        yield one | {"anchor": f"rule-{place}", "svg": svg, "list": list_html(laid)}


def _threshold(rules: Rules, one: Threshold) -> dict[str, Any]:
    read_by = [name for name, rule in rules.rules.items() if one in walk(rule.when)]
    return {
        "name": one.name, "value": one.value, "revision": one.revision, "source": one.source, "read_by": read_by
    }  # fmt: skip


def _inputs(rules: Rules) -> list[dict[str, Any]]:
    """What the rules read from outside, as they spell it, and which rules do."""
    found: dict[str, list[str]] = {}
    for name, rule in rules.rules.items():
        for node in dict.fromkeys(_asked(rule)):
            found.setdefault(node, []).append(name)
    return [{"input": name, "read_by": by} for name, by in found.items()]


def _asked(rule: Rule) -> Iterable[str]:
    for node in walk(rule.when):
        if isinstance(node, Score | Measurement | Metadata):
            yield spell(node)
        elif hasattr(node, "regions"):
            yield f"regions({node.regions.name})"


def _rule(rules: Rules, one: Rule) -> dict[str, Any]:
    reads = list(dict.fromkeys(node.name for node in walk(one.when) if isinstance(node, RuleRef)))
    return {
        "rule": one.name,
        "when": one.text.strip(),
        "conclusion": one.name in rules.conclusions,
        "finding": one.finding,
        "urgency": one.urgency,
        "monotone": [spell(node) for node in one.monotone],
        "reads": reads,
        "read_by": list(rules.readers[one.name]),
        "line": one.place.line if one.place else None,
    }
