"""The gate before every route: who asks, whether they may, whether they ask too often, and what the log says of it."""

from collections import OrderedDict
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fiducial.serve.access.denied import (
    Denied,
    forbidden,
    nobody,
    store_away,
    too_often,
    unknown,
    wrong_method,
)
from fiducial.serve.access.identity import Asker, Identity, address_of
from fiducial.serve.access.ledger import ACTING, Ledger
from fiducial.serve.access.person import Person
from fiducial.serve.access.rates import Buckets
from fiducial.serve.access.rows import Found, Row, find_row, is_local

AGAIN = 300.0  # seconds within which the same person's second look at the same study is the same look
STREAMED = 15.0  # seconds after which it is asked again whether somebody who listens still may
_MOST = 10_000  # looks that are remembered


class Gate:
    """Lets in whoever the table of rows lets in; knows nothing of what lies behind."""

    def __init__(self, app: ASGIApp, identity: Identity, ledger: Ledger) -> None:
        """``app``: what lies behind."""
        self.app, self.identity, self.looks = app, identity, Looks(ledger)
        asking = identity.options.file.rate
        self.rates = Buckets(asking.second, asking.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # there is no websocket here that anybody might open
        request = Request(scope)
        try:
            asker = await self._asker(request)
            found = find_row(request.method, request.url.path)
            self._admit(request, asker, found)
        except Denied as denied:
            await denied.response(request)(scope, receive, send)
            return
        except SQLAlchemyError:
            await store_away().response(request)(scope, receive, send)
            return
        admitted = _Admitted(asker, found.row if found else None, found.study if found else None)
        await self._pass(request, receive, send, admitted)

    async def _asker(self, request: Request) -> Asker:
        if not {"authorization", "cookie"} & set(request.headers) and self.identity.surely_open:
            return self.identity.find(request)  # asks no store, so it may be done here
        return await run_in_threadpool(self.identity.find, request)

    def _admit(self, request: Request, asker: Asker, found: Found | None) -> None:
        person = asker.person
        if not is_local(person) and (wait := self.rates.take(person.name if person else address_of(request))):
            raise too_often(wait)
        self.identity.refuse_forged(request, asker)
        if is_local(person):
            return  # may do everything; what is not there says so itself
        if person is None and (found is None or found.row is None or found.row.roles):
            raise nobody()
        if found is None:
            raise unknown()
        if found.row is None:
            raise wrong_method(found.methods)
        if not found.row.admits(person) and person is not None:
            raise forbidden(person.name, _words(person.roles), _words(found.row.roles))

    async def _pass(self, request: Request, receive: Receive, send: Send, admitted: "_Admitted") -> None:
        asker, person, scope = admitted.asker, admitted.asker.person, request.scope
        state = scope.setdefault("state", {})
        state["csrf"] = asker.session.csrf if asker.session else ""
        if person is not None:
            state["person"] = person
        looked, unrecorded = monotonic(), False

        async def told(message: Message) -> None:
            nonlocal looked, unrecorded
            if message["type"] == "http.response.start":
                unrecorded = True
                await self._begun(message, admitted)
                unrecorded = False
            elif monotonic() - looked > STREAMED:
                looked = monotonic()
                if not await self._still(request, asker):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    raise _Over
            await send(message)

        acting = ACTING.set(person)
        try:
            await self.app(scope, receive, told)
        except _Over:
            pass
        except Exception:
            if not unrecorded:
                raise
            # Who is not on record as having looked does not get to see it; nothing has been sent yet.
            await store_away().response(request)(scope, receive, send)
        finally:
            ACTING.reset(acting)

    async def _still(self, request: Request, asker: Asker) -> bool:
        """Whether a stream may go on; while nobody can tell, it ends, and whoever listens comes back."""
        try:
            return await run_in_threadpool(self.identity.holds, request, asker)
        except SQLAlchemyError:
            return False

    async def _begun(self, message: Message, admitted: "_Admitted") -> None:
        row, person = admitted.row, admitted.asker.person
        if row is None or row.roles:
            MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
        if row is not None and row.deed and person is not None and message["status"] < 400:
            await self.looks.note(person, row, admitted.study)


class _Over(Exception):
    """Of a stream."""


@dataclass(frozen=True, slots=True)
class _Admitted:
    asker: Asker
    row: Row | None
    study: str | None


@dataclass(slots=True, eq=False)
class Looks:
    """What people saw and did, on record before they get it; the same look soon afterwards is the same."""

    ledger: Ledger
    _recent: OrderedDict[tuple[str, str, str | None], float] = field(default_factory=OrderedDict)

    async def note(self, person: Person, row: Row, study: str | None) -> None:
        """One request that succeeded."""
        key, now = (person.name, row.deed, study), monotonic()
        if row.reads and now - self._recent.get(key, -AGAIN) < AGAIN:
            return
        await run_in_threadpool(self.ledger.write, person, row.deed, study)
        self._recent[key] = now
        self._recent.move_to_end(key)
        if len(self._recent) > _MOST:
            self._recent.popitem(last=False)


class Headers:
    """What every answer says to a browser: trust nothing but this service, keep nothing, frame nothing."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        """``tls``: browsers shall never again come without."""
        self.app = app
        self.headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, told if scope["type"] == "http" else send)


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "no-referrer",  # an address names a study
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _words(roles: frozenset[str]) -> str:
    return ", ".join(sorted(roles))
