"""Who asks: by a token, by the cookie of a session, or because nobody else can reach the service."""

from dataclasses import dataclass, field
from hmac import compare_digest
from time import monotonic
from urllib.parse import urlsplit

from starlette.requests import Request

from fiducial.serve.access.denied import forged, misdirected, stranger, too_often
from fiducial.serve.access.options import AccessOptions
from fiducial.serve.access.person import LOCAL, Person
from fiducial.serve.access.rates import Buckets
from fiducial.serve.access.sessions import Session, Sessions
from fiducial.serve.access.tokens import Token, Tokens
from fiducial.serve.database.opening import Database

CSRF_HEADER = "X-CSRF-Token"
CSRF_COOKIE = "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_BEFORE_SESSIONS = frozenset({"/login", "/logout"})  # plain forms, which prove by their origin where they come from
_FORWARDED = frozenset(
    {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"}
)  # by a proxy, for others
_AGAIN = 1.0  # seconds after which it is asked again whether a token has been made


@dataclass(frozen=True, slots=True)
class Asker:
    """``person``: None who has not said who they are. ``session``: of who came with a cookie."""

    person: Person | None
    session: Session | None = None
    bearer: bool = False


@dataclass(slots=True, eq=False)
class Identity:
    """Tells askers apart. ``failures``: of an address, so that nobody tries tokens one after the other."""

    options: AccessOptions
    tokens: Tokens
    sessions: Sessions
    failures: Buckets
    _named: bool = False
    _asked: float = field(default=-_AGAIN)

    @classmethod
    def of(cls, database: Database, options: AccessOptions) -> "Identity":
        """Over one store."""
        staying, asking = options.file.session, options.file.rate
        return cls(
            options,
            Tokens(database),
            Sessions(database, staying.idle * 60.0, staying.longest * 3600.0),
            Buckets(0.1, asking.failures),
            _named=options.file.oidc is not None or not options.loopback or bool(options.file.proxy.trusted),
        )

    @property
    def cookie(self) -> str:
        """The name of the session's; with its prefix a browser takes it over TLS alone, for this host alone."""
        return "__Host-session" if self.options.tls else "session"

    def find(self, request: Request) -> Asker:
        """Who asks.

        Raises:
            Denied: a token that is nobody's, too many of those, or a name that this machine does not bear.
        """
        if "authorization" in request.headers:
            return Asker(self._bearer(request), bearer=True)
        if cookie := request.cookies.get(self.cookie):
            session = self.sessions.find(cookie)
            if session is not None:
                return Asker(session.person, session)
        if self.is_open and not _FORWARDED & set(request.headers):
            self._refuse_misdirected(request)
            return Asker(LOCAL)
        return Asker(None)

    def holds(self, request: Request, asker: Asker) -> bool:
        """Whether who asked, a while ago, could still ask; that it is looked at keeps no session from idling."""
        if asker.session is not None:
            return self.sessions.find(request.cookies.get(self.cookie, ""), use=False) is not None
        if asker.bearer:
            return self.tokens.find(_secret(request)) is not None
        return asker.person is None or self.is_open

    @property
    def is_open(self) -> bool:
        """Whether nobody need say who they are: nobody else can get here, and nobody was ever given a name."""
        if not self._named and monotonic() - self._asked >= _AGAIN:
            self._named, self._asked = self.tokens.any(), monotonic()
        return not self._named

    @property
    def surely_open(self) -> bool:
        """As ``is_open``, where that is known without asking the store."""
        return not self._named and monotonic() - self._asked < _AGAIN

    def check(self, request: Request, secret: str) -> Token | None:
        """Whose token this is, told by somebody who may try only so often."""
        key = address_of(request)
        if wait := self.failures.wait(key):
            raise too_often(wait)
        found = self.tokens.find(secret)
        if found is None:
            self.failures.take(key)
        return found

    def refuse_forged(self, request: Request, asker: Asker) -> None:
        """Of what changes something.

        Raises:
            Denied: it comes from a page of another site, or from a session without the word that its pages have.
        """
        if request.method in SAFE or asker.bearer:
            return
        if not self._from_here(request):
            raise forged()
        if asker.session is None or request.url.path in _BEFORE_SESSIONS:
            return
        if not same(request.headers.get(CSRF_HEADER, ""), asker.session.csrf):
            raise forged()

    def _bearer(self, request: Request) -> Person:
        found = self.check(request, _secret(request))
        if found is None:
            raise stranger()
        return found.person

    def _from_here(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = request.headers.get("origin")
        if origin is None:  # no browser of this decade leaves out both
            return True
        here = {request.headers.get("host", "")}
        if self.options.file.oidc is not None:
            here.add(urlsplit(self.options.file.oidc.here).netloc)
        return urlsplit(origin).netloc in here

    def _refuse_misdirected(self, request: Request) -> None:
        host = request.headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        if self.options.hosts is not None and name not in self.options.hosts:
            raise misdirected(host)


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "-"


def _secret(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def same(told: str, known: str) -> bool:
    """Whether two words are one, in a time that says nothing of how far they agree."""
    return compare_digest(told.encode(errors="surrogateescape"), known.encode())
