"""The two pages of the gate: where people say who they are, and why they may not."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

_PAGES = Environment(loader=PackageLoader("fiducial.serve.access", "pages"), autoescape=True, undefined=StrictUndefined)
LOOK = Path(__file__).parent / "pages" / "look.css"


def login_html(**told: str) -> str:
    """``pipeline``, ``wrong``, ``then``, ``notice``, and ``provider``: how its button calls it, or ""."""
    return _PAGES.get_template("login.html.j2").render(told)


def denied_html(status: int, detail: str) -> str:
    """For a person at a browser."""
    return _PAGES.get_template("denied.html.j2").render(status=status, detail=detail)
