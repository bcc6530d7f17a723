"""Templates to HTML: every page bears the notice, who is looking, and the token that its changes are sent with."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from fiducial.claims.evidence import NOTICE
from fiducial.report.page import environment as report
from fiducial.serve.web.pages import words

if TYPE_CHECKING:
    from fiducial.serve.web.state import Service

STATIC = Path(__file__).parent.parent / "static"
PRIMARY = "Not for primary diagnosis"


def page(request: Request, template: str, code: int = 200, **told: Any) -> HTMLResponse:  # noqa: ANN401  (a template's)
    """A template with what every page needs; everything that it writes is escaped."""
    service: Service = request.app.state.service
    common = {
        "notice": NOTICE,
        "primary": PRIMARY,
        "pipeline": service.title,
        "person": getattr(request.state, "person", None),
        "csrf": getattr(request.state, "csrf", ""),
    }
    return HTMLResponse(_templates().get_template(template).render(**common, **told), code)


def trace_css() -> str:
    """The colours and lines of drawn rules, as the reports have them."""
    return report().get_template("decision.css").render()


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("fiducial.serve.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for word in (
        words.sentence,
        words.short,
        words.ago,
        words.date,
        words.moment,
        words.name,
        words.plain,
        words.readable,
        words.target,
        words.took,
    ):
        made.filters[word.__name__] = word
    return made
