"""``/login``, ``/logout``, ``/me`` and ``/audit-log``: people say who they are, and are told who did what."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from fiducial.claims.evidence import NOTICE
from fiducial.serve.access.drawing import LOOK, login_html
from fiducial.serve.access.identity import CSRF_COOKIE, Identity, address_of
from fiducial.serve.access.oidc import BACK, NotLoggedIn, Oidc
from fiducial.serve.access.person import Person
from fiducial.serve.access.sessions import csrf_of
from fiducial.serve.web.state import Here, Service, Who

router = APIRouter(tags=["access"])
_STATE = "login"  # the cookie of a login that is under way


@router.get("/login", response_class=HTMLResponse, include_in_schema=False)
def login_page(request: Request, here: Here, then: str = "/") -> HTMLResponse:
    """Where people say who they are."""
    return _page(request, here, then)


@router.post("/login", include_in_schema=False)
def login(request: Request, here: Here, token: Annotated[str, Form()], then: Annotated[str, Form()] = "/") -> Response:
    """By a token."""
    identity = _identity(request)
    found = identity.check(request, token.strip())
    if found is None:
        here.ledger.write("nobody", "was refused at login", detail={"address": address_of(request)})
        return _page(request, here, then, "This token is unknown, expired or revoked.", 401)
    return _begun(identity, found.person, then, token=found.id, by=f"token {found.id}")


@router.get("/login/provider", include_in_schema=False)
def provider(request: Request, here: Here, then: str = "/") -> Response:
    """On to the provider of identities."""
    try:
        begun = _oidc(request).begin(local(then))
    except NotLoggedIn as away:
        return _page(request, here, then, str(away), 502)
    answer = RedirectResponse(begun.address, 303)
    tls = _identity(request).options.tls
    answer.set_cookie(_STATE, begun.state, max_age=600, path=BACK, secure=tls, httponly=True, samesite="lax")
    return answer


@router.get(BACK, include_in_schema=False)
def back(request: Request, here: Here) -> Response:
    """Back from the provider."""
    try:
        came = _oidc(request).end(request.query_params, request.cookies.get(_STATE, ""))
    except NotLoggedIn as refused:
        here.ledger.write("nobody", "was refused at login", detail={"address": address_of(request)})
        answer: Response = _page(request, here, "/", str(refused), 401)
    else:
        answer = _begun(_identity(request), came.person, came.then, by=f"provider, as {came.subject[:200]}")
    answer.delete_cookie(_STATE, path=BACK)
    return answer


@router.post("/logout", include_in_schema=False)
def logout(request: Request, person: Who) -> Response:
    """The session is good for nothing any more, also for whoever kept its cookie."""
    identity = _identity(request)
    identity.sessions.end(request.cookies.get(identity.cookie, ""), person)
    answer = RedirectResponse("/login", 303)
    for name in (identity.cookie, CSRF_COOKIE):
        answer.delete_cookie(name, secure=identity.options.tls)
    return answer


@router.get("/login/look.css", include_in_schema=False)
def look() -> FileResponse:
    """Of the page of login."""
    return FileResponse(LOOK, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get("/me")
def me(person: Who) -> dict[str, Any]:
    """Who you are here, and what you may."""
    return {"name": person.name, "roles": sorted(person.roles)}


@router.get("/audit-log")
def audit_log(
    here: Here, after: Annotated[int, Query(ge=0, lt=2**63)] = 0, study: str | None = None, limit: int = 500
) -> dict[str, Any]:
    """Who saw, changed and overrode what, from an entry on; each with the hash of the one before it."""
    found = here.ledger.read(after=after, limit=min(max(limit, 1), 5000), study=study)
    return {"notice": NOTICE, "entries": [asdict(one) for one in found]}


def local(address: str) -> str:
    """An address of this service; anything else is its beginning, so that no link leads a login elsewhere."""
    safe = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if safe else "/"


def _begun(identity: Identity, person: Person, then: str, *, by: str, token: str | None = None) -> RedirectResponse:
    secret = identity.sessions.begin(person, token=token, by=by)
    answer = RedirectResponse(local(then), 303)
    tls, longest = identity.options.tls, int(identity.sessions.longest)
    answer.set_cookie(identity.cookie, secret, max_age=longest, secure=tls, httponly=True, samesite="lax")
    answer.set_cookie(CSRF_COOKIE, csrf_of(secret), max_age=longest, secure=tls, samesite="lax")
    return answer


def _page(request: Request, here: Service, then: str, wrong: str = "", status: int = 200) -> HTMLResponse:
    oidc = request.app.state.oidc
    told = {"pipeline": here.title, "wrong": wrong, "then": local(then), "notice": NOTICE}
    told["provider"] = oidc.provider.label if oidc else ""
    # A form that is sent from a page without a referrer says that it comes from nowhere.
    return HTMLResponse(login_html(**told), status, {"Referrer-Policy": "same-origin"})


def _identity(request: Request) -> Identity:
    found: Identity = request.app.state.identity
    return found


def _oidc(request: Request) -> Oidc:
    found: Oidc | None = request.app.state.oidc
    if found is None:
        raise HTTPException(404, "No provider of identities is named here. Log in with a token.")
    return found
