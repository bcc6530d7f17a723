"""The page: evidence through a template into one HTML file that needs nothing else, not even a network."""

from functools import cache
from math import isfinite, isnan
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fiducial.claims.charts import FourCorners
from fiducial.claims.evidence import NOTICE, Evidence, Figure, RungResult, Verdict
from fiducial.report.charts import draw
from fiducial.report.gallery import cards

COUNTS = "decisions"  # the unit of the four corners, which have a picture of their own


def page_html(evidence: Evidence) -> str:
    """The whole report as one HTML document."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            evidence=evidence,
            claim=evidence.claim.claim,
            notice=NOTICE,
            rungs=[_rung(evidence, result) for result in evidence.rungs],
            alarms=[note for result in evidence.rungs for note in result.notes if note.startswith("Alarm")],
            floors=[str(evidence.claim.floor(name)) for name in evidence.claim.floors],
            why=_why(evidence),
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
    return {
        "result": result,
        "required": result.rung in evidence.claim.ladder.required,
        "corners": [chart for chart in result.charts if isinstance(chart, FourCorners)],
        "drawings": [Markup(draw(chart)) for chart in result.charts if not isinstance(chart, FourCorners)],  # noqa: S704  (our own SVG; matplotlib escapes its text)
        "figures": [figure for figure in result.figures if figure.unit != COUNTS],
        "cards": cards(result.cases, evidence.images),
        "notes": [note for note in result.notes if not note.startswith("Alarm")],
    }


def _why(evidence: Evidence) -> str:
    """Which required rungs the verdict comes from."""
    verdict = evidence.verdict
    if verdict is Verdict.HOLDS:
        return "Every required rung holds."
    behind = [name for name in evidence.claim.ladder.required if evidence[name].verdict is verdict]
    return f"Because of: {', '.join(behind)}."


@cache
def environment() -> Environment:
    """The templates of all pages, with our filters; everything put into them is escaped."""
    templates = Environment(
        loader=PackageLoader("fiducial.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["number"] = _number
    templates.filters["share"] = _share
    templates.filters["interval"] = _interval
    templates.filters["count"] = lambda number: f"{number:,}"
    templates.filters["smd"] = _smd
    templates.filters["slug"] = lambda verdict: str(verdict).replace(" ", "-")
    return templates


def _number(value: float) -> str:
    return f"{value:.3f}"


def _share(value: float) -> str:
    return "none called" if isnan(value) else _number(value)


def _interval(figure: Figure) -> str:
    return f"{figure.interval.low:.3f} to {figure.interval.high:.3f}" if figure.interval else ""


def _smd(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else "nothing in common"
