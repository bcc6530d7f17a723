"""What is said to somebody who may not: the status, why in words, and what would help."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from fiducial.serve.access.drawing import denied_html

REALM = 'Bearer realm="fiducial"'


@dataclass(eq=False)  # an exception that is raised must be open to its traceback
class Denied(Exception):
    """``login``: whether a browser is led to the page where people say who they are."""

    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    login: bool = False

    def response(self, request: Request) -> Response:
        """JSON for programs, a page for people; who has not logged in is led to where they can, and back."""
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"detail": self.detail}, self.status, dict(self.headers))
        if self.login:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/login?then={quote(request.url.path + query, safe='')}", 303)
        return HTMLResponse(denied_html(self.status, self.detail), self.status, dict(self.headers))


def nobody() -> Denied:
    """401: who asks has not said who they are."""
    words = "Say who you are: send `Authorization: Bearer TOKEN`, or log in at /login."
    return Denied(401, words, {"WWW-Authenticate": REALM}, login=True)


def stranger() -> Denied:
    """401: a token that nobody has."""
    words = "This token is unknown, expired or revoked. `fiducial token create` makes another."
    return Denied(401, words, {"WWW-Authenticate": f'{REALM}, error="invalid_token"'})


def forbidden(name: str, has: str, needs: str) -> Denied:
    """403: somebody whose roles do not suffice."""
    words = f"{name} is {has or 'nobody'} here; this needs one of: {needs}. Ask whoever runs this service."
    return Denied(403, words, {"WWW-Authenticate": f'{REALM}, error="insufficient_scope"'})


def forged() -> Denied:
    """403: a page of somebody else's asks in the name of who is logged in."""
    return Denied(403, "This came from another site, or without its X-CSRF-Token. Load the page again, then try again.")


def misdirected(host: str) -> Denied:
    """421: a name that this machine does not bear, as when another site's name was made to lead here."""
    return Denied(421, f"This service is not called {host[:100]!r}. Ask for it as localhost or 127.0.0.1.")


def unknown() -> Denied:
    """404: there is nothing, or nothing that anybody may ask for."""
    return Denied(404, "There is nothing at this address.")


def wrong_method(methods: tuple[str, ...]) -> Denied:
    """405: the address is known, this verb of it is not."""
    return Denied(405, f"Only {', '.join(methods)} is understood here.", {"Allow": ", ".join(methods)})


def too_often(seconds: float) -> Denied:
    """429: more requests than are taken."""
    wait = str(max(1, ceil(seconds)))
    return Denied(429, f"Too many requests; try again in {wait} s.", {"Retry-After": wait})


def store_away() -> Denied:
    """503: nobody can be recognised while the store does not answer."""
    return Denied(503, "The store does not answer; try again in a moment.", {"Retry-After": "5"})
