"""The page: evidence through a template into one HTML file that needs nothing else, not even a network."""

from functools import cache
from math import isfinite
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fiducial.claims.charts import Curves, Forest, FourCorners
from fiducial.claims.evidence import NOTICE, Evidence, RungResult, Verdict
from fiducial.report import words
from fiducial.report.charts import draw
from fiducial.report.complement import undrawn
from fiducial.report.gallery import KINDS, Card, gallery, reasons
from fiducial.report.numbers import chart_table

COUNTS = "decisions"  # the unit of the four corners, which have a picture of their own


def page_html(evidence: Evidence, cards: list[Card] | None = None, documents: str | None = None) -> str:
    """The whole report as one HTML document.

    ``cards``: where the gallery was made already. ``documents``: where their index lies, if there is one.
    """
    cards = gallery(evidence) if cards is None else cards
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            evidence=evidence,
            claim=evidence.claim.claim,
            notice=NOTICE,
            rungs=[_rung(evidence, result) for result in evidence.rungs],
            confidence=evidence.provenance.confidence,
            cards=cards,
            kinds={kind: meaning for kind, meaning in KINDS.items() if any(card.kind == kind for card in cards)},
            reasons=reasons(cards),
            shown_by=[result.rung for result in evidence.rungs if result.cases],
            floors=[str(evidence.claim.floor(name)) for name in evidence.claim.floors],
            why=why(evidence),
            documents=documents,
        )
    )


def summary_html(evidence: Evidence) -> str:
    """A small table for a notebook: the verdict and one row a rung."""
    return (
        environment()
        .get_template("summary.html.j2")
        .render(evidence=evidence, claim=evidence.claim.claim, notice=NOTICE, required=evidence.claim.ladder.required)
    )


def _rung(evidence: Evidence, result: RungResult) -> dict[str, Any]:
    figures = [figure for figure in result.figures if figure.unit != COUNTS]
    return {
        "result": result,
        "required": result.rung in evidence.claim.ladder.required,
        "corners": [chart for chart in result.charts if isinstance(chart, FourCorners)],
        "drawings": [
            {"svg": _svg(chart), "title": chart.title, "numbers": chart_table(chart)}
            for chart in result.charts
            if not isinstance(chart, FourCorners)
        ],
        "figures": figures,
        "conditions": any(figure.condition != "clean" for figure in figures),
        "extra": [_svg(chart) for chart in undrawn(result)],
    }


def _svg(chart: Curves | Forest) -> Markup:
    return Markup(draw(chart))  # noqa: S704  (our own SVG; matplotlib escapes its text)


def why(evidence: Evidence) -> str:
    """Which required rungs the verdict comes from."""
    verdict = evidence.verdict
    if verdict is Verdict.HOLDS:
        return "Every required rung holds."
    behind = [name for name in evidence.claim.ladder.required if evidence[name].verdict is verdict]
    return f"Because of: {', '.join(behind)}."


@cache
def environment() -> Environment:
    """The templates, with numbers written as :mod:`fiducial.report.words` writes them."""
    made = Environment(
        loader=PackageLoader("fiducial.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for word in (words.number, words.amount, words.share, words.interval, words.unit, words.percent, words.slug):
        made.filters[word.__name__] = word
    made.filters["cell"] = _cell
    made.filters["count"] = lambda number: f"{number:,}"
    made.filters["smd"] = _smd
    return made


def _smd(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else "nothing in common"


def _cell(value: object) -> str:
    """One cell of a chart's numbers."""
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
