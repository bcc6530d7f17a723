"""Logging in at a provider of OpenID Connect: the authorization code flow with PKCE, and an ID token that is verified.

Sources: OpenID Connect Core 1.0 (3.1.2, 3.1.3.7), RFC 7636 (PKCE), RFC 9207 (the issuer in the answer).
"""

import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import jwt
from sqlalchemy import delete, insert

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.access.file import LOOPBACK, Provider
from fiducial.serve.access.person import LOCAL, SERVICE, Person, Role
from fiducial.serve.access.secrets import kept, new_secret
from fiducial.serve.database.opening import Database
from fiducial.serve.database.persons import LOGINS

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
BACK = "/login/back"
PATIENCE = 10.0  # seconds that the provider has for an answer
_OPEN = 600.0  # seconds that a login may take
_LEEWAY = 60.0  # seconds by which two clocks may differ
_KEYS_AGAIN = 60.0  # seconds until keys are fetched again because a token names one that is not among them


class NotLoggedIn(UnusableInput):
    """The provider, or what it sent, does not let somebody in."""


@dataclass(frozen=True, slots=True)
class Begun:
    """``state``: for a cookie, so that only the browser that began a login can end it."""

    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Back:
    """Who came back, where they go, and what the provider calls them whatever their name becomes."""

    person: Person
    then: str
    subject: str


@dataclass(slots=True, eq=False)
class Oidc:
    """One provider. Everything that it serves is fetched when it is first needed."""

    provider: Provider
    database: Database
    _known: dict[str, Any] = field(default_factory=dict)
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _fetched: float = field(default=float("-inf"))
    _lock: Lock = field(default_factory=Lock)

    def begin(self, then: str) -> Begun:
        """Where to send a browser. ``then``: where it goes when it is back.

        Raises:
            NotLoggedIn: the provider does not answer, or not as one does.
        """
        state, nonce, verifier = new_secret(), new_secret(), new_secret()
        asked = {
            "response_type": "code", "client_id": self.provider.client, "redirect_uri": self._back,
            "scope": " ".join(self.provider.scopes), "state": state, "nonce": nonce,
            "code_challenge": challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        address = f"{self._endpoint('authorization_endpoint')}?{urlencode(asked)}"
        with self.database.writing(durable=False) as connection:
            now = self.database.now(connection)
            connection.execute(delete(LOGINS).where(LOGINS.c.ends < now))
            row = {"hash": kept(state, "login"), "nonce": nonce, "verifier": verifier, "goes_to": then}
            connection.execute(insert(LOGINS).values(row | {"ends": now + _OPEN}))
        return Begun(address, state)

    def end(self, answer: Mapping[str, str], state: str) -> Back:
        """Who came back. ``answer``: of the provider. ``state``: of the browser's cookie.

        Raises:
            NotLoggedIn: somebody else's login, one that took too long, or a token that does not hold.
        """
        if not state or answer.get("state") != state:
            raise NotLoggedIn("This login was begun in another window, or too long ago. Log in again.")
        begun = self._taken(state)
        if "error" in answer:
            raise NotLoggedIn(f"The provider let nobody in ({answer['error'][:100]}).")
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:
            raise NotLoggedIn("The answer came from another provider than was asked.")
        claims = self._claims(self._token(answer.get("code", ""), begun["verifier"]), begun["nonce"])
        return Back(self._person(claims), begun["goes_to"], str(claims["sub"]))

    @property
    def _back(self) -> str:
        return f"{self.provider.here.rstrip('/')}{BACK}"

    def _taken(self, state: str) -> Mapping[str, Any]:
        """What was remembered of a login; it cannot be taken twice."""
        with self.database.writing(durable=False) as connection:
            found = delete(LOGINS).where(LOGINS.c.hash == kept(state, "login")).returning(LOGINS)
            row = connection.execute(found).mappings().first()
            if row is None or row["ends"] < self.database.now(connection):
                raise NotLoggedIn("This login took too long, or was ended before. Log in again.")
            return dict(row)

    def _token(self, code: str, verifier: str) -> str:
        told = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": verifier,
            "client_id": self.provider.client,
        }  # fmt: skip
        secret = read_secret(self.provider.secret)
        # RFC 6749, 2.3.1: both are encoded as a form's fields first
        auth = httpx.BasicAuth(quote_plus(self.provider.client), quote_plus(secret)) if secret else None
        found = self._asked("POST", self._endpoint("token_endpoint"), data=told, auth=auth).get("id_token")
        if not isinstance(found, str):
            raise NotLoggedIn("The provider sent no ID token. Is 'openid' among the scopes of its client?")
        return found

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            key = self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims = jwt.decode(
                token,
                key,
                algorithms=[one for one in ALGORITHMS if one == key.algorithm_name],
                audience=self.provider.client,
                issuer=self.provider.issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.PyJWTError as wrong:
            raise NotLoggedIn(f"The provider's ID token does not hold ({wrong}). Log in again.") from wrong
        if claims.get("nonce") != nonce:
            raise NotLoggedIn("The ID token answers another login. Log in again.")
        if claims.get("azp", self.provider.client) != self.provider.client:
            raise NotLoggedIn("The ID token was made for another program.")
        return claims

    def _key(self, kid: str) -> jwt.PyJWK:
        """One of the provider's; they are fetched again where it is not among them, but not for every forged token."""
        with self._lock:
            if kid not in self._keys and monotonic() - self._fetched >= _KEYS_AGAIN:
                sent = self._asked("GET", self._endpoint("jwks_uri"))
                self._keys = {one.key_id or "": one for one in jwt.PyJWKSet.from_dict(sent).keys}
                self._fetched = monotonic()
            only = next(iter(self._keys.values())) if not kid and len(self._keys) == 1 else None
            found = self._keys.get(kid, only)
        if found is None:
            raise NotLoggedIn("The ID token is signed with a key that the provider does not show.")
        return found

    def _person(self, claims: Mapping[str, Any]) -> Person:
        name = str(claim(claims, self.provider.name) or claims["sub"]).strip()
        if not name or name in {LOCAL.name, SERVICE} or name.startswith("token:") or not name.isprintable():
            raise NotLoggedIn(f"{name[:100]!r} cannot stand in a record. Choose another claim for `name`.")
        groups = claim(claims, self.provider.groups)
        roles = roles_for([groups] if isinstance(groups, str) else groups or (), self.provider.roles)
        if not roles:
            raise NotLoggedIn(f"{name[:100]} is known, but has no role here. Ask whoever runs this service for one.")
        return Person(name[:200], roles)

    def _endpoint(self, name: str) -> str:
        if not self._known:
            found = self._asked("GET", f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.provider.issuer:
                raise NotLoggedIn(f"The provider calls itself {found.get('issuer')!r}; write that as `issuer`.")
            self._known = found
        address = self._known.get(name)
        parts = urlsplit(str(address))
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise NotLoggedIn(f"The provider's {name} is {address!r}, which is no https:// address.")
        return str(address)

    def _asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  (httpx's own)
        try:
            reply = httpx.request(method, address, timeout=PATIENCE, follow_redirects=False, **more)
            reply.raise_for_status()
            found = reply.json()
        except (httpx.HTTPError, ValueError) as away:
            status = f" {away.response.status_code}" if isinstance(away, httpx.HTTPStatusError) else ""
            raise NotLoggedIn(
                f"The provider at {self.provider.issuer} does not answer as it should ({type(away).__name__}{status}). "
                "Try again; a token lets you in meanwhile."
            ) from away
        if not isinstance(found, dict):
            raise NotLoggedIn(f"The provider at {self.provider.issuer} sent something else than was asked for.")
        return found


def challenge(verifier: str) -> str:
    """RFC 7636, 4.2: S256."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def claim(claims: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401  (JSON)
    """A claim by its name, or by names with dots between where claims lie in claims; None where there is none."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def roles_for(groups: Iterable[Any], known: Mapping[str, Iterable[Role]]) -> frozenset[Role]:
    """What somebody of these groups may do."""
    return frozenset(role for group in groups for role in known.get(str(group), ()))


def read_secret(where: str | None) -> str | None:
    """``env:VARIABLE`` or ``file:PATH`` as what lies there.

    Raises:
        WrongUsage: nothing lies there.
    """
    if where is None:
        return None
    kind, _, name = where.partition(":")
    try:
        found = os.environ.get(name, "") if kind == "env" else Path(name).read_text(encoding="utf-8").strip()
    except OSError as refused:
        raise WrongUsage(f"{where}: the secret cannot be read ({refused.strerror}).") from refused
    if not found:
        raise WrongUsage(f"{where}: there is no secret.")
    return found
