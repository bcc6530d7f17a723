"""The page of one decision: what was concluded, what decided it, and what would have to be otherwise."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fiducial.claims.catalogue.entry import Urgency
from fiducial.claims.evidence import NOTICE
from fiducial.files.writing import write_text
from fiducial.report.decisions import words
from fiducial.report.decisions.listing import list_html
from fiducial.report.decisions.rows import Row, rows_of
from fiducial.report.decisions.saved import Part, SavedDecision, SavedOverride, SavedRule, decision_of
from fiducial.report.decisions.tree import sign, tree_svg
from fiducial.report.page import environment

MOST_DRAWN = 500  # rows of all trees together; what comes after is told as lists, so that the page stays under 1 MB
FEW = 6  # conclusions that are shown open
_ORDER = {"yes": 0, "unknown": 1, "no": 2}
_SOONEST = {urgency: place for place, urgency in enumerate(Urgency)}


def save_decision(document: dict[str, Any], page: str | Path) -> Path:
    """Write the page of one ``fiducial.decision/1``; gives its path.

    Raises:
        UnusableInput: the document is none, or the page cannot be written.
    """
    write_text(Path(page), decision_html(document))
    return Path(page)


def decision_html(document: dict[str, Any]) -> str:
    """The page of one decision as one HTML document that needs nothing else.

    Raises:
        UnusableInput: the document is no ``fiducial.decision/1``.
    """
    return page_html(decision_of(document))


def page_html(decision: SavedDecision) -> str:
    """The page of a decision that was read."""
    rules = shown_rules(decision)
    concluded = [one for one in rules if one["concluded"]]
    foremost = [one for one in concluded if one["says"] != "no" or len(concluded) <= FEW]
    others = [one for one in rules if not one["concluded"]]
    return (
        environment()
        .get_template("decision.html.j2")
        .render(
            decision=decision,
            notice=NOTICE,
            summary=words.summary(decision),
            concluded=concluded,
            foremost=foremost,
            opened=foremost[:FEW],
            folded=foremost[FEW:],
            denied=[one for one in concluded if one["says"] == "no" and len(concluded) > FEW],
            groups=[(word, [one for one in others if one["says"] == word]) for word in _ORDER],
            overrides=[_override(one) for one in decision.overrides],
            signs={word: _sign(word) for word in _ORDER},
        )
    )


def trace_fragment(document: dict[str, Any], rule: str, *, anchor: str = "trace") -> Markup:
    """One rule of a decision as HTML, to be put into another page, which needs ``fragment_css`` once.

    ``anchor`` begins the ids in it: give each fragment of a page its own.

    Raises:
        UnusableInput: the document is no ``fiducial.decision/1``.
        KeyError: it has no such rule.
    """
    decision = decision_of(document)
    names = {one.rule: one for one in decision.rules}
    shown = _rule(decision, names[rule], anchor, words.parts_of(decision)) | {"svg": None}
    shown["svg"] = _drawn(shown["rows"], shown["headline"], anchor)
    template = environment().get_template("decision_rule.html.j2").module
    return Markup(template.rule(shown, {}))  # type: ignore[attr-defined]  # noqa: S704  (a macro of the template)


def fragment_css() -> str:
    """The styles of a fragment."""
    return environment().get_template("decision.css").render()


def shown_rules(decision: SavedDecision, prefix: str = "rule") -> list[dict[str, Any]]:
    """Every rule for a template: conclusions first, then by what they say; drawn while there is room.

    ``prefix`` begins the ids: give each decision of a page its own.
    """
    parts = words.parts_of(decision)
    order = sorted(
        decision.rules,
        key=lambda one: (
            one.rule not in decision.conclusions,
            _ORDER[words.state(one.value)],
            _SOONEST[one.urgency or Urgency.ROUTINE],
        ),
    )
    places = {one.rule: f"{prefix}-{place}" for place, one in enumerate(decision.rules, start=1)}
    left, found = MOST_DRAWN, []
    for one in order:
        shown = _rule(decision, one, places[one.rule], parts)
        left -= len(shown["rows"])
        svg = _drawn(shown["rows"], shown["headline"], places[one.rule]) if left >= 0 else None
        found.append(shown | {"svg": svg, "reads": _reads(decision, one, places)})
    return found


def _rule(decision: SavedDecision, rule: SavedRule, anchor: str, parts: Mapping[str, Part]) -> dict[str, Any]:
    rows = rows_of(rule.trace, decision.overrides)
    return {
        "name": rule.rule,
        "anchor": anchor,
        "concluded": rule.rule in decision.conclusions,
        "title": words.title(rule),
        "headline": words.headline(rule),
        "says": words.state(rule.value),
        "sign": _sign(words.state(rule.value)),
        "urgency": rule.urgency.when if rule.urgency else None,
        "rows": rows,
        "list": list_html(rows),
        "flip": words.flip_sentence(rule.flip, parts) if rule.flip else None,
        "override": _override(rule.override) if rule.override else None,
        "original": words.state(rule.trace.value),
        "reads": [],
        "renamed": words.title(rule).lower() != rule.rule.lower(),
    }


def _drawn(rows: list[Row], headline: str, anchor: str) -> Markup:
    return tree_svg(rows, f"What this rests on. {headline}.", anchor)


def _reads(decision: SavedDecision, rule: SavedRule, places: Mapping[str, str]) -> list[tuple[str, str, str]]:
    said = {one.rule: words.state(one.value) for one in decision.rules}
    return [(name, places[name], said[name]) for name in rule.reads if name in places]


def _override(one: SavedOverride) -> dict[str, str]:
    return {
        "reader": one.reader,
        "at": _when(one.at),
        "flag": one.flag,
        "was": words.truth(one.was),
        "to": words.truth(one.to),
        "why": words.override_reason(one),
    }


def _when(at: str) -> str:
    try:
        return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M %Z}".strip()
    except ValueError:
        return at


def _sign(says: str) -> Markup:
    drawn = sign(says, 10, 10)
    return Markup(f'<svg class="trace sign" viewBox="0 0 20 20" aria-hidden="true">{drawn}</svg>')  # noqa: S704  (our own)
